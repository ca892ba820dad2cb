// Work that a device is asked for again and again, see record() in host_executor.hpp.
#pragma once

#include <optional>

namespace nearfold {

/// Does its work as it is the first time, so that a GPU has all the code of it: not every driver
/// loads code while something is recorded. Records it the second time, and replays that from then
/// on.
template <class Executor>
class Replayed {
 public:
  /// All calls until forget() come with the same work.
  template <class Work>
  void operator()(const Executor& executor, const Work& work) {
    if (!done_) {
      work();
      done_ = true;
      return;
    }
    if (!recording_) recording_.emplace(executor.record(work));
    recording_->replay();
  }
  /// The work is another one now: other memory, another number of threads.
  void forget() {
    recording_.reset();
    done_ = false;
  }

 private:
  bool done_ = false;
  std::optional<typename Executor::Recording> recording_;
};

}  // namespace nearfold
