// Loops over threads: every range once, sums in one order, exceptions of the first range, and loops
// within loops and beside each other.
#include "core/parallel.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "nearfold/error.hpp"

namespace nearfold {
namespace {

/// How often each of n items was visited.
std::vector<int> visits(int threads, std::int64_t n, std::int64_t grain) {
  std::vector<int> counts(static_cast<std::size_t>(n));
  parallel_for(threads, n, grain, [&](std::int64_t begin, std::int64_t end) {
    EXPECT_LE(end - begin, grain);
    for (std::int64_t i = begin; i < end; ++i) ++counts[static_cast<std::size_t>(i)];
  });
  return counts;
}

TEST(Threads, VisitEveryItemOnce) {
  for (const int threads : {1, 2, 3, 7})
    for (const std::int64_t n : {0, 1, 63, 64, 65, 5000})
      EXPECT_EQ(visits(threads, n, 64), std::vector<int>(static_cast<std::size_t>(n), 1));
}

// Clang's thread sanitizer ends a process that starts threads after a fork.
#if defined(__has_feature)
#define NEARFOLD_TSAN __has_feature(thread_sanitizer)
#else
#define NEARFOLD_TSAN 0
#endif

TEST(Threads, WorkInAForkedProcess) {
  if (NEARFOLD_TSAN) GTEST_SKIP();
  const std::vector<int> once(5000, 1);
  EXPECT_EQ(visits(3, 5000, 64),
            once);  // so that there are helpers, which a fork does not take over
  const pid_t child = fork();
  if (child == 0) std::exit(visits(3, 5000, 64) == once ? 0 : 1);  // what ends a process is done
  ASSERT_GT(child, 0);
  int status = -1;
  EXPECT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
  EXPECT_EQ(visits(3, 5000, 64), once);
}

TEST(Threads, ThatCannotBeStartedAreAnError) {
  if (NEARFOLD_TSAN) GTEST_SKIP();
  const pid_t child = fork();
  if (child == 0) {
    const rlimit none{0, 0};
    setrlimit(RLIMIT_NPROC, &none);
    const bool may_start = setuid(65534) != 0;  // for root there is no such limit
    try {
      visits(3, 5000, 64);
    } catch (const OutOfMemory& error) {
      std::_Exit(std::string(error.what()).find("use fewer threads") == std::string::npos ? 1 : 0);
    }
    std::_Exit(may_start ? 0 : 1);
  }
  int status = -1;
  EXPECT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
}

TEST(Threads, AddPartsInTheOrderOfRanges) {
  constexpr std::int64_t kItems = 100000;
  const auto sum = [&](int threads) {
    return parallel_sum(threads, kItems, 100, 0.0F, [](std::int64_t begin, std::int64_t end) {
      float part = 0;
      for (std::int64_t i = begin; i < end; ++i) part += 1.0F / static_cast<float>(i + 1);
      return part;
    });
  };
  const float one = sum(1);
  EXPECT_NEAR(one, 12.0901, 1e-3);
  for (const int threads : {2, 3, 7}) EXPECT_EQ(sum(threads), one);
}

TEST(Threads, RethrowTheExceptionOfTheFirstRange) {
  for (const int threads : {1, 2, 3, 7}) {
    std::string what;
    try {
      parallel_for(threads, 1000, 1, [](std::int64_t begin, std::int64_t) {
        if (begin >= 100) throw std::runtime_error(std::to_string(begin));
      });
    } catch (const std::runtime_error& error) {
      what = error.what();
    }
    EXPECT_EQ(what, "100");
    EXPECT_EQ(visits(threads, 100, 1), std::vector<int>(100, 1)) << "after an exception";
  }
}

TEST(Threads, RunALoopWithinALoopOnOneThread) {
  std::vector<int> inner(40);
  parallel_for(3, 40, 1, [&](std::int64_t begin, std::int64_t) {
    const auto outside = std::this_thread::get_id();
    parallel_for(3, 10, 1, [&](std::int64_t, std::int64_t) {
      EXPECT_EQ(std::this_thread::get_id(), outside);
      ++inner[static_cast<std::size_t>(begin)];
    });
  });
  EXPECT_EQ(inner, std::vector<int>(40, 10));
}

/// More threads than processors, and loops shorter than it takes to wake one: those who come late
/// find their loop closed, or the next one.
TEST(Threads, ThatComeLateFindTheirLoopClosed) {
  for (int turn = 0; turn < 3000; ++turn)
    ASSERT_EQ(visits(2 + turn % 15, 40, 1), std::vector<int>(40, 1)) << turn;
}

TEST(Threads, OfTwoCallersDoNotMix) {
  std::vector<int> ones[2];
  std::vector<std::thread> callers;
  for (std::vector<int>& one : ones)
    callers.emplace_back([&one] {
      for (int turn = 0; turn < 50; ++turn) one = visits(1 + turn % 4, 999, 10);
    });
  for (std::thread& caller : callers) caller.join();
  for (const std::vector<int>& one : ones) EXPECT_EQ(one, std::vector<int>(999, 1));
}

}  // namespace
}  // namespace nearfold
