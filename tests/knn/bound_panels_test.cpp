// Bounds that are tested in registers against the same sums in double.
#include "knn/bound_panels.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <utility>
#include <vector>

#include "support/data.hpp"

namespace nearfold {
namespace {

constexpr float kInf = std::numeric_limits<float>::infinity();

struct Rows {
  Matrix rows;
  std::vector<float> own;
  BoundPanels panels;

  Rows(std::int64_t n, std::int64_t width, std::int64_t first)
      : rows(data::normals(n, width, 1)), panels(n, width, first) {
    for (std::int64_t r = 0; r < n; ++r) own.push_back(static_cast<float>(r % 13) * 0.25f);
    for (std::int64_t t = 0; t < panels.tiles(); ++t) {
      const std::int64_t row = t * BoundPanels::kTile;
      panels.set_tile(t, rows.row(row), own.data() + row);
    }
  }

  double bound(std::int64_t r, const float* query, double more) const {
    double sum = static_cast<double>(own[static_cast<std::size_t>(r)]) + more;
    for (std::int64_t c = 0; c < rows.cols(); ++c)
      sum += static_cast<double>(rows.row(r)[c]) * static_cast<double>(query[c]);
    return sum;
  }
};

/// How often each row passes for each query: [query][row].
std::vector<std::vector<int>> passed(const BoundPanels& panels,
                                     const BoundPanels::Tested (&queries)[BoundPanels::kQueries]) {
  std::vector<std::vector<int>> times(
      BoundPanels::kQueries,
      std::vector<int>(static_cast<std::size_t>(panels.tiles() * BoundPanels::kTile)));
  for (std::int64_t t = 0; t < panels.tiles(); ++t)
    panels.test(t, queries, [&](int q, std::int64_t row, Floats, std::uint32_t lanes) {
      for (; lanes != 0; lanes &= lanes - 1)
        ++times[static_cast<std::size_t>(q)]
               [static_cast<std::size_t>(row + std::countr_zero(lanes))];
    });
  return times;
}

class BoundPanelsOf : public testing::TestWithParam<std::int64_t> {};

TEST_P(BoundPanelsOf, RowsPassWhereTheirBoundsDo) {
  constexpr std::int64_t kWidth = 19;
  const Matrix queries = data::normals(BoundPanels::kQueries, kWidth, 2);
  for (const float limit : {-1.0f, -12.0f, -25.0f})  // which many pass, few, none
    for (const std::int64_t first : {0, 6, 17, 19}) {
      const Rows given(GetParam(), kWidth, first);
      BoundPanels::Tested tested[BoundPanels::kQueries];
      for (int q = 0; q < BoundPanels::kQueries; ++q)
        tested[q] = {queries.row(q), 0.5f * static_cast<float>(q), static_cast<float>(q) + limit,
                     given.panels.rest(queries.row(q))};
      const auto times = passed(given.panels, tested);
      for (int q = 0; q < BoundPanels::kQueries; ++q)
        for (std::int64_t r = 0; r < GetParam(); ++r) {
          const double left = static_cast<double>(tested[q].limit) -
                              given.bound(r, tested[q].row, static_cast<double>(tested[q].own));
          if (std::abs(left) < 1e-4) continue;  // rounding decides
          EXPECT_EQ(times[static_cast<std::size_t>(q)][static_cast<std::size_t>(r)],
                    left > 0 ? 1 : 0)
              << q << " " << r << " first " << first << " limit " << limit;
        }
    }
}

TEST_P(BoundPanelsOf, NothingPassesBehindTheLastRowOrBelowAllBounds) {
  const Rows given(GetParam(), 5, 2);
  const Matrix queries = data::normals(BoundPanels::kQueries, 5, 3);
  BoundPanels::Tested tested[BoundPanels::kQueries];
  for (int q = 0; q < BoundPanels::kQueries; ++q)
    tested[q] = {queries.row(q), 0, q % 2 == 0 ? kInf : -kInf, given.panels.rest(queries.row(q))};
  const auto times = passed(given.panels, tested);
  for (std::size_t q = 0; q < times.size(); ++q)
    for (std::size_t r = 0; r < times[q].size(); ++r)
      EXPECT_EQ(times[q][r], q % 2 == 0 && std::cmp_less(r, GetParam()) ? 1 : 0) << q << " " << r;
}

TEST_P(BoundPanelsOf, RowsComeBackAsTheyWere) {
  const Rows given(GetParam(), 7, 7);
  std::vector<float> row(7);
  for (std::int64_t r = 0; r < GetParam(); ++r) {
    given.panels.copy_row(r, row.data());
    EXPECT_TRUE(std::equal(row.begin(), row.end(), given.rows.row(r))) << r;
    EXPECT_EQ(given.panels.own(r), given.own[static_cast<std::size_t>(r)]);
  }
}

INSTANTIATE_TEST_SUITE_P(Numbers, BoundPanelsOf,
                         testing::Values(1, BoundPanels::kTile - 1, BoundPanels::kTile,
                                         3 * BoundPanels::kTile + 5));

}  // namespace
}  // namespace nearfold
