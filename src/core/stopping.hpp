// Ending long work early, and telling how far it is. A scope says whom to ask; loops of
// parallel.hpp and reads of files ask, and throw when the answer is no. So a search of minutes
// stops in a moment without knowing of it.
//
// What the one who is asked learns is the share of the scope's work that is over. Code that knows
// what share its steps are says so by parts; loops within a part move it on by their ranges.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>

namespace nearfold {

/// Thrown through whatever runs; no error, as nothing went wrong.
struct Stopped {};

/// While it lives, work on the thread that made it asks `go_on`, giving the share in [0, 1] that is
/// over, which never falls; an empty one is never asked and lets work run to its end. The innermost
/// scope counts. Other threads are not asked: what they do is part of what this thread waits for.
class StopScope {
 public:
  explicit StopScope(std::function<bool(double)> go_on);
  ~StopScope();
  StopScope(const StopScope&) = delete;
  StopScope& operator=(const StopScope&) = delete;

 private:
  friend class Part;
  friend class CountedLoop;
  friend void throw_if_stopped();
  friend void throw_if_stopped(double share);

  void ask();

  std::function<bool(double)> go_on_;
  std::chrono::steady_clock::time_point asked_;
  StopScope* outer_;
  double done_ = 0;                // share of the work
  double begin_ = 0, end_ = 1;     // of the part that runs
  int loops_ = 0;                  // of it that are still to be counted
  const void* counted_ = nullptr;  // the loop that runs and is counted, others being inside of it
};

/// What is done while it lives takes the part around it, or the whole scope, to `end` in [0, 1].
/// The next `loops` loops of it are counted as they go, each as an equal share of what is left.
/// Within a loop that is counted it does nothing.
class Part {
 public:
  explicit Part(double end, int loops = 0);
  ~Part();
  Part(const Part&) = delete;
  Part& operator=(const Part&) = delete;

 private:
  StopScope* scope_;  // null where there is none
  double begin_ = 0, end_ = 0;
  int loops_ = 0;  // all three: of the part around it
};

/// Makes one loop tell how far it is, on the thread that runs it.
class CountedLoop {
 public:
  explicit CountedLoop(std::int64_t ranges);
  ~CountedLoop();
  CountedLoop(const CountedLoop&) = delete;
  CountedLoop& operator=(const CountedLoop&) = delete;

  /// throw_if_stopped() before range `r`; on any thread.
  void begin_range(std::int64_t r) const;

 private:
  StopScope* scope_ = nullptr;              // null when it is not counted
  double begin_ = 0, end_ = 0, width_ = 0;  // width of a range
};

/// Throws Stopped when the scope of this thread says so. Asks some times a second, however often it
/// is called.
void throw_if_stopped();
/// The same where `share` in [0, 1] of the part that runs is over, as whoever reads a file knows.
void throw_if_stopped(double share);

}  // namespace nearfold
