// How a run would divide among many cores, seen on one: linked into the tool by bench/cores.py, it
// stands around every loop of core/parallel.hpp (the linker's --wrap), times its ranges in a run of
// one thread, and replays them on as many cores as asked: ranges are taken in order by the first
// that is free, as parallel_for does. What lies between loops is serial. Written at exit as JSON to
// the file that LOOP_TRACE names.
#include <dlfcn.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <map>
#include <queue>
#include <utility>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;
constexpr int kCores[] = {1, 2, 4, 8, 16, 32, 64};
constexpr int kCounts = static_cast<int>(std::size(kCores));

/// Seconds of one loop's ranges on `cores`.
double replayed(const std::vector<double>& ranges, int cores) {
  std::priority_queue<double, std::vector<double>, std::greater<>> free_at;
  double end = 0;
  for (const double range : ranges) {
    double begin = 0;
    if (static_cast<int>(free_at.size()) == cores) {
      begin = free_at.top();
      free_at.pop();
    }
    free_at.push(begin + range);
    end = std::max(end, begin + range);
  }
  return end;
}

struct Loops {
  std::int64_t count = 0, shared = 0;  // shared: of more than one range
  double longest = 0;                  // sum of the longest ranges
  double seconds[kCounts] = {};
};

struct Gap {
  std::int64_t count = 0;
  double seconds = 0;
};

class Trace {
 public:
  ~Trace() {
    const char* const path = std::getenv("LOOP_TRACE");
    std::FILE* const to = path ? std::fopen(path, "w") : nullptr;
    if (!to) return;
    Dl_info image{};
    dladdr(reinterpret_cast<void*>(&replayed), &image);
    const auto at = [&](std::uintptr_t site) {
      return static_cast<unsigned long>(
          site == 0 ? 0 : site - reinterpret_cast<std::uintptr_t>(image.dli_fbase));
    };
    std::fprintf(to, "{\"loops\": [");
    const char* comma = "";
    for (const auto& [site, loops] : loops_) {
      std::fprintf(
          to,
          "%s\n{\"site\": %lu, \"count\": %ld, \"shared\": %ld, \"longest\": %.6f, \"seconds\": [",
          comma, at(site), static_cast<long>(loops.count), static_cast<long>(loops.shared),
          loops.longest);
      for (int c = 0; c < kCounts; ++c) std::fprintf(to, "%s%.6f", c ? ", " : "", loops.seconds[c]);
      std::fprintf(to, "]}");
      comma = ",";
    }
    std::fprintf(to, "],\n\"gaps\": [");
    comma = "";
    for (const auto& [sites, gap] : gaps_) {
      std::fprintf(to, "%s\n{\"after\": %lu, \"before\": %lu, \"count\": %ld, \"seconds\": %.6f}",
                   comma, at(sites.first), at(sites.second), static_cast<long>(gap.count),
                   gap.seconds);
      comma = ",";
    }
    std::fprintf(to, "]}\n");
    std::fclose(to);
  }

  void enter(std::uintptr_t site) {
    if (depth_++ > 0) return;
    const auto now = Clock::now();
    Gap& gap = gaps_[{site_, site}];
    ++gap.count;
    gap.seconds += std::chrono::duration<double>(now - last_).count();
    site_ = site;
    ranges_.clear();
    began_ = false;
  }
  void begin_range() {
    if (depth_ != 1) return;
    const auto now = Clock::now();
    if (began_) ranges_.push_back(std::chrono::duration<double>(now - last_).count());
    began_ = true;
    last_ = now;
  }
  void leave() {
    if (--depth_ > 0) return;
    begin_range_end();
    Loops& loops = loops_[site_];
    ++loops.count;
    loops.shared += ranges_.size() > 1 ? 1 : 0;
    if (!ranges_.empty()) loops.longest += *std::max_element(ranges_.begin(), ranges_.end());
    for (int c = 0; c < kCounts; ++c) loops.seconds[c] += replayed(ranges_, kCores[c]);
    last_ = Clock::now();
  }

 private:
  void begin_range_end() {
    if (began_) ranges_.push_back(std::chrono::duration<double>(Clock::now() - last_).count());
  }

  int depth_ = 0;
  bool began_ = false;
  std::uintptr_t site_ = 0;
  Clock::time_point last_ = Clock::now();
  std::vector<double> ranges_;
  std::map<std::uintptr_t, Loops> loops_;
  std::map<std::pair<std::uintptr_t, std::uintptr_t>, Gap> gaps_;
} trace;

}  // namespace

extern "C" {
void __real__ZN8nearfold11CountedLoopC1El(void* loop, std::int64_t ranges);
void __real__ZN8nearfold11CountedLoopD1Ev(void* loop);
void __real__ZNK8nearfold11CountedLoop11begin_rangeEl(const void* loop, std::int64_t r);

void __wrap__ZN8nearfold11CountedLoopC1El(void* loop, std::int64_t ranges) {
  __real__ZN8nearfold11CountedLoopC1El(loop, ranges);
  trace.enter(reinterpret_cast<std::uintptr_t>(__builtin_return_address(0)));
}
void __wrap__ZN8nearfold11CountedLoopD1Ev(void* loop) {
  trace.leave();
  __real__ZN8nearfold11CountedLoopD1Ev(loop);
}
void __wrap__ZNK8nearfold11CountedLoop11begin_rangeEl(const void* loop, std::int64_t r) {
  __real__ZNK8nearfold11CountedLoop11begin_rangeEl(loop, r);
  trace.begin_range();
}
}
