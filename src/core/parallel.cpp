#include "core/parallel.hpp"

#include <sched.h>

#include <thread>

namespace nearfold {
namespace {

/// Helpers of one calling thread. They look for work for some microseconds after each job, the time
/// between two loops of an iteration, and then sleep.
class Helpers {
 public:
  Helpers() = default;
  Helpers(const Helpers&) = delete;
  Helpers& operator=(const Helpers&) = delete;
  ~Helpers() {
    job_ = nullptr;
    next_job();
    for (std::thread& thread : threads_) thread.join();
  }

  void run(int helpers, const std::function<void()>& job) {
    while (static_cast<int>(threads_.size()) < helpers) {
      const auto index = static_cast<int>(threads_.size());
      threads_.emplace_back([this, index, seen = jobs_.load()] { help(index, seen); });
    }
    job_ = &job;
    wanted_ = helpers;
    busy_.store(static_cast<int>(threads_.size()), std::memory_order_relaxed);
    next_job();
    job();
    for (int left; (left = spin(busy_, [](int b) { return b == 0; })) != 0;) busy_.wait(left);
  }

 private:
  void next_job() {
    jobs_.fetch_add(1, std::memory_order_release);
    jobs_.notify_all();
  }

  /// The value once done(value), or the last one seen when that takes too long.
  template <class Done>
  static int spin(const std::atomic<int>& value, const Done& done) {
    int seen = value.load(std::memory_order_acquire);
    for (int turn = 0; turn < 2000 && !done(seen); ++turn) {
#if defined(__x86_64__)
      __builtin_ia32_pause();
#endif
      seen = value.load(std::memory_order_acquire);
    }
    return seen;
  }

  void help(int index, int seen) {
    for (;;) {
      int current;
      while ((current = spin(jobs_, [&](int j) { return j != seen; })) == seen) jobs_.wait(seen);
      seen = current;
      if (!job_) return;
      if (index < wanted_) (*job_)();
      if (busy_.fetch_sub(1, std::memory_order_acq_rel) == 1) busy_.notify_one();
    }
  }

  std::vector<std::thread> threads_;
  const std::function<void()>* job_ = nullptr;
  int wanted_ = 0;
  std::atomic<int> jobs_{0};  // how many there have been
  std::atomic<int> busy_{0};  // helpers not yet through with the current one
};

thread_local bool t_inside_job = false;

void run_marked(const std::function<void()>& job) {
  t_inside_job = true;
  job();
  t_inside_job = false;
}

}  // namespace

int thread_count(int requested) {
  if (requested > 0) return requested;
  cpu_set_t allowed;
  CPU_ZERO(&allowed);
  if (sched_getaffinity(0, sizeof allowed, &allowed) == 0) return std::max(1, CPU_COUNT(&allowed));
  return static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
}

void run_on_threads(int threads, const std::function<void()>& job) {
  if (threads <= 1 || t_inside_job) return job();
  thread_local Helpers helpers;
  helpers.run(threads - 1, [&job] { run_marked(job); });
}

}  // namespace nearfold
