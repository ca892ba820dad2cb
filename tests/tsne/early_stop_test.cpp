// When t-SNE has done enough: the rules by themselves. tsne_test.cpp has runs that obey them.
#include "tsne/early_stop.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace nearfold {
namespace {

TEST(EarlyStop, EndsExaggerationPastTheSteepestFall) {
  EarlyStop rules;
  using Verdict = EarlyStop::Verdict;
  EXPECT_FALSE(rules.asks(true, 12));
  EXPECT_TRUE(rules.asks(true, 15));
  EXPECT_FALSE(rules.asks(true, 16));
  EXPECT_EQ(rules.check(true, 15, 5.0), Verdict::go_on);
  EXPECT_EQ(rules.check(true, 18, 4.9), Verdict::go_on);
  EXPECT_EQ(rules.check(true, 21, 4.6), Verdict::go_on);  // steeper
  EXPECT_EQ(rules.check(true, 24, 4.5), Verdict::end_early_exaggeration);
}

// Before the first clusters part the divergence trembles; that is no peak.
TEST(EarlyStop, WaitsForTheFallToBegin) {
  EarlyStop rules;
  const double trembling[] = {5.0, 4.9999, 4.99999, 5.00001, 5.0, 4.99999};
  for (int poll = 0; poll < 6; ++poll)
    EXPECT_EQ(rules.check(true, 15 + 3 * poll, trembling[poll]), EarlyStop::Verdict::go_on) << poll;
}

TEST(EarlyStop, StopsWhenAnIterationGainsLessThanAFiveThousandth) {
  EarlyStop rules;
  EXPECT_EQ(rules.check(false, 15, 3.0), EarlyStop::Verdict::go_on);
  EXPECT_EQ(rules.check(false, 20, 3.0 - 5 * 0.00061), EarlyStop::Verdict::go_on);
  EXPECT_EQ(rules.check(false, 25, 3.0 - 5 * (0.00061 + 0.00059)), EarlyStop::Verdict::stop);
}

// Every third iteration of early exaggeration and every fifth afterwards, the first 15 of each left
// out.
TEST(EarlyStop, LooksAtEachPhaseFromItsOwnBeginning) {
  const EarlyStop rules;
  std::vector<int> looked;
  for (int iteration = 0; iteration < 60; ++iteration)
    if (rules.looks(iteration, /*early_iterations=*/26)) looked.push_back(iteration);
  EXPECT_EQ(looked, (std::vector<int>{15, 18, 21, 24, 41, 46, 51, 56}));
}

TEST(EarlyStop, ShortensTheRunItIsGiven) {
  EarlyStop rules;
  int early = 250, all = 750, asked = 0;
  const auto at = [&](int iteration, double divergence) {
    rules.apply(iteration, early, all, [&] {
      ++asked;
      return divergence;
    });
  };
  at(14, 9.0);  // not looked at
  at(15, 5.0);
  at(18, 4.6);
  at(21, 4.5);  // past the steepest fall
  EXPECT_EQ(early, 21);
  EXPECT_EQ(all, 750);
  at(36, 3.0);
  at(41, 2.9);
  at(46, 2.9 - 5 * 0.00055);  // 0.00058 an iteration are a 5,000th
  EXPECT_EQ(early, 21);
  EXPECT_EQ(all, 46);
  EXPECT_EQ(asked, 6);
}

TEST(EarlyStop, GoesOnFromWhatItKnew) {
  EarlyStop first, second;
  first.check(true, 15, 5.0);
  first.check(true, 18, 4.6);
  second.restore(first.memory());
  EXPECT_EQ(second.check(true, 21, 4.5), EarlyStop::Verdict::end_early_exaggeration);
}

// A fall by less than a 10,000th of the divergence an iteration is none to wait for.
TEST(EarlyStop, TakesNoTremblingForThePeak) {
  EarlyStop slow, fast;
  for (EarlyStop* rules : {&slow, &fast}) rules->check(true, 15, 5.0);
  EXPECT_EQ(slow.check(true, 18, 5 - 3 * 5 * 0.99e-4), EarlyStop::Verdict::go_on);
  EXPECT_EQ(fast.check(true, 18, 5 - 3 * 5 * 1.01e-4), EarlyStop::Verdict::go_on);
  EXPECT_EQ(slow.check(true, 21, 5 - 3 * 5 * 1e-4), EarlyStop::Verdict::go_on);
  EXPECT_EQ(fast.check(true, 21, 5 - 3 * 5 * 1.1e-4), EarlyStop::Verdict::end_early_exaggeration);
}

}  // namespace
}  // namespace nearfold
