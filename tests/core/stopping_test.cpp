// How much of a scope's work is reported as done: parts, and the loops that are counted in them.
#include "core/stopping.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <thread>
#include <vector>

#include "core/parallel.hpp"

namespace nearfold {
namespace {

/// A scope that is asked about everything that lasts longer than it waits between two questions.
class Reports {
 public:
  std::vector<double> shares;

 private:
  StopScope scope_{[this](double share) {
    shares.push_back(share);
    return true;
  }};
};

void work() {
  std::this_thread::sleep_for(std::chrono::milliseconds(60));
}

void loop(std::int64_t ranges, int threads = 1) {
  parallel_for(threads, ranges, 1, [](std::int64_t, std::int64_t) { work(); });
}

TEST(Progress, OfALoopIsThatOfItsRanges) {
  Reports reports;
  const Part part(1, 1);
  loop(4);
  EXPECT_EQ(reports.shares, (std::vector<double>{0, 0.25, 0.5, 0.75}));
}

TEST(Progress, GoesFromPartToPart) {
  Reports reports;
  {
    const Part half(0.5);
    const Part inner(0.5, 1);
    loop(2);
  }
  loop(1);  // is not counted: no part says that it is
  {
    const Part rest(1, 2);
    loop(2);
    loop(1);
    loop(1);  // one more than was said
  }
  work();
  throw_if_stopped();
  EXPECT_EQ(reports.shares, (std::vector<double>{0, 0.125, 0.5, 0.5, 0.625, 0.75, 1, 1}));
}

TEST(Progress, OfLoopsInsideOfLoopsIsThatOfTheOuterOne) {
  Reports reports;
  const Part part(1, 2);
  parallel_for(1, 2, 1, [](std::int64_t, std::int64_t) {
    const Part nothing(1, 1);
    loop(2);
  });
  EXPECT_EQ(reports.shares, (std::vector<double>{0, 0, 0.25, 0.25}));
}

TEST(Progress, NeverFallsWithManyThreads) {
  Reports reports;
  const Part part(1, 1);
  loop(12, 4);
  EXPECT_TRUE(std::is_sorted(reports.shares.begin(), reports.shares.end()));
  EXPECT_LT(reports.shares.back(), 1);
}

TEST(Progress, IsOfNoMatterWithoutAScope) {
  const Part part(0.5, 1);
  EXPECT_NO_THROW(loop(2));
}

TEST(Progress, OfTheInnermostScopeCounts) {
  Reports outer;
  {
    Reports inner;
    const Part part(1, 1);
    loop(2);
    EXPECT_EQ(inner.shares, (std::vector<double>{0, 0.5}));
  }
  EXPECT_TRUE(outer.shares.empty());
}

}  // namespace
}  // namespace nearfold
