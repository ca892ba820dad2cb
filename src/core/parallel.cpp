#include "core/parallel.hpp"

#include <sched.h>
#include <time.h>
#include <unistd.h>

#include <chrono>
#include <memory>
#include <string>
#include <system_error>
#include <thread>

#include "core/control_groups.hpp"
#include "nearfold/error.hpp"

namespace nearfold {
namespace {

/// Helpers of one calling thread. They look for work for some microseconds after each job, the time
/// between two loops of an iteration, and then sleep.
///
/// On a busy machine a helper may wake milliseconds after a loop that takes microseconds, or be put
/// aside in the middle of it. So a job ends for those who have not begun by then, and a caller who
/// has waited for the others in vain works alone for a while.
class Helpers {
 public:
  Helpers() = default;
  Helpers(const Helpers&) = delete;
  Helpers& operator=(const Helpers&) = delete;
  ~Helpers() {
    job_ = nullptr;
    open_or_close();
    jobs_.notify_all();
    for (std::thread& thread : threads_) thread.join();
  }

  void run(int helpers, const std::function<void()>& job) {
    if (alone_ > 0) {
      --alone_;
      return job();
    }
    while (static_cast<int>(threads_.size()) < helpers) start_another(helpers);
    job_ = &job;
    wanted_ = helpers;
    open_or_close();
    jobs_.notify_all();
    const auto began = Clock::now();
    job();
    open_or_close();
    const auto done = Clock::now();
    for (int left; (left = spin(inside_, [](int i) { return i == 0; })) != 0;) inside_.wait(left);
    judge(done - began, std::min(Clock::now() - done, Clock::duration(aside_.exchange(0))));
  }

 private:
  using Clock = std::chrono::steady_clock;

  void start_another(int wanted) {
    const auto index = static_cast<int>(threads_.size());
    try {
      threads_.emplace_back([this, index] { help(index); });
    } catch (const std::system_error& error) {
      throw OutOfMemory("thread " + std::to_string(index + 2) + " of " +
                            std::to_string(wanted + 1) + " could not be started (" + error.what() +
                            "); use fewer threads",
                        0, 0);
    }
  }

  /// Jobs are open while the count is odd. In one order with inside_: either a helper that comes
  /// finds its job closed, or the caller finds the helper inside.
  void open_or_close() { jobs_.fetch_add(1); }
  static bool is_open(int jobs) { return jobs % 2 != 0; }

  /// To wait for a helper that was put aside, and longer than the work took, did not pay: the next
  /// jobs are done alone, twice as many every time until one pays.
  void judge(Clock::duration work, Clock::duration lost) {
    constexpr std::chrono::microseconds kMuch(200);
    constexpr int kMostAlone = 256;
    const bool paid = lost < kMuch || lost < work;
    penalty_ = paid ? penalty_ / 2 : std::min(2 * penalty_ + 2, kMostAlone);
    alone_ = paid ? 0 : penalty_;
  }

  /// The value once done(value), or the last one seen when that takes too long.
  template <class Done>
  static int spin(const std::atomic<int>& value, const Done& done) {
    int seen = value.load();
    for (int turn = 0; turn < 2000 && !done(seen); ++turn) {
#if defined(__x86_64__)
      __builtin_ia32_pause();
#endif
      seen = value.load();
    }
    return seen;
  }

  void help(int index) {
    for (int seen = 0;;) {
      const auto fresh = [&](int jobs) { return is_open(jobs) && jobs != seen; };
      for (int jobs; !fresh(jobs = spin(jobs_, fresh));) jobs_.wait(jobs);
      inside_.fetch_add(1);
      seen = jobs_.load();
      const bool end = is_open(seen) && job_ == nullptr;
      if (is_open(seen) && !end && index < wanted_) work();
      if (inside_.fetch_sub(1) == 1) inside_.notify_one();
      if (end) return;
    }
  }

  /// The job, and how long this thread was put aside meanwhile.
  void work() {
    const auto began = Clock::now();
    const auto ran = ran_here();
    (*job_)();
    const auto aside = (Clock::now() - began) - (ran_here() - ran);
    for (auto most = aside_.load(); aside.count() > most;)
      if (aside_.compare_exchange_weak(most, aside.count())) break;
  }

  static std::chrono::nanoseconds ran_here() {
    timespec ran{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ran);
    return std::chrono::seconds(ran.tv_sec) + std::chrono::nanoseconds(ran.tv_nsec);
  }

  std::vector<std::thread> threads_;
  const std::function<void()>* job_ = nullptr;
  int wanted_ = 0;
  int alone_ = 0, penalty_ = 0;       // jobs to be done without helpers; of the last time
  std::atomic<int> jobs_{0};          // opened and closed so far
  std::atomic<int> inside_{0};        // helpers in the current job
  std::atomic<Clock::rep> aside_{0};  // the longest that one of them was put aside
};

/// The helpers of a calling thread. A forked process has none of the threads of the one that it was
/// forked from: what waits for them is left as it is there, and others are made.
class Pool {
 public:
  Pool() = default;
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;
  ~Pool() { leave_if_forked(); }

  Helpers& helpers() {
    leave_if_forked();
    if (!helpers_) helpers_ = std::make_unique<Helpers>();
    return *helpers_;
  }

 private:
  void leave_if_forked() {
    if (const pid_t now = getpid(); process_ != now) {
      static_cast<void>(helpers_.release());
      process_ = now;
    }
  }

  std::unique_ptr<Helpers> helpers_;
  pid_t process_ = getpid();
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
  static const int of_groups = processors_of_groups("");
  cpu_set_t allowed;
  CPU_ZERO(&allowed);
  const int of_affinity = sched_getaffinity(0, sizeof allowed, &allowed) == 0
                              ? CPU_COUNT(&allowed)
                              : static_cast<int>(std::thread::hardware_concurrency());
  return std::max(1, std::min(of_affinity, of_groups));
}

void run_on_threads(int threads, const std::function<void()>& job) {
  if (threads <= 1 || t_inside_job) return job();
  thread_local Pool pool;
  pool.helpers().run(threads - 1, [&job] { run_marked(job); });
}

}  // namespace nearfold
