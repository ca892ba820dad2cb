// When t-SNE has done enough: the rules by themselves. tsne_test.cpp has runs that obey them.
#include "tsne/early_stop.hpp"

#include <gtest/gtest.h>

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

}  // namespace
}  // namespace nearfold
