// Ending long work early. A scope says whom to ask; loops of parallel.hpp and reads of files ask,
// and throw when the answer is no. So a search of minutes stops in a moment without knowing of it.
#pragma once

#include <chrono>
#include <functional>

namespace nearfold {

/// Thrown through whatever runs; no error, as nothing went wrong.
struct Stopped {};

/// While it lives, work on the thread that made it asks `go_on`; an empty one is never asked and
/// lets work run to its end. The innermost scope counts. Other threads are not asked: what they do
/// is part of what this thread waits for.
class StopScope {
 public:
  explicit StopScope(std::function<bool()> go_on);
  ~StopScope();
  StopScope(const StopScope&) = delete;
  StopScope& operator=(const StopScope&) = delete;

 private:
  friend void throw_if_stopped();

  std::function<bool()> go_on_;
  std::chrono::steady_clock::time_point asked_;
  StopScope* outer_;
};

/// Throws Stopped when the scope of this thread says so. Asks some times a second, however often it
/// is called.
void throw_if_stopped();

}  // namespace nearfold
