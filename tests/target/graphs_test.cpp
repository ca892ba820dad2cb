// Two weighted graphs as one, against the formulas dense and in double.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <vector>

#include "nearfold/nearfold.hpp"
#include "stages.hpp"
#include "support/data.hpp"
#include "support/expect.hpp"
#include "support/oracle.hpp"

namespace nearfold {
namespace {

constexpr std::int64_t kN = 150;
constexpr int kNeighbors = 10;
using Dense = std::vector<double>;
const std::vector<std::int32_t> kAsPoints;

UmapParams every_edge() {
  return {.n_neighbors = kNeighbors, .n_epochs = 1'000'000};
}

/// Half of both graphs is of common columns, so that edges are in one of them and in both.
Matrix points_of(std::uint64_t seed) {
  Matrix out = data::normals(kN, 4, seed);
  const Matrix common = data::normals(kN, 4, 77);
  for (std::int64_t i = 0; i < kN; ++i) std::copy_n(common.row(i), 2, out.row(i));
  return out;
}
KnnGraph graph_of(std::uint64_t seed) {
  return oracle::neighbors(points_of(seed), kNeighbors - 1);
}
std::shared_ptr<const EdgeWeights> weights_of(std::uint64_t seed) {
  return std::make_shared<const EdgeWeights>(edge_weights(graph_of(seed), every_edge()));
}

template <class Graph>
Dense dense(const Graph& graph) {
  Dense out(kN * kN);
  for (std::int64_t i = 0; i < kN; ++i)
    for (auto e = static_cast<std::size_t>(graph.offsets[static_cast<std::size_t>(i)]);
         e < static_cast<std::size_t>(graph.offsets[static_cast<std::size_t>(i) + 1]); ++e)
      out[static_cast<std::size_t>(i * kN + graph.columns[e])] = double{graph.weights[e]};
  return out;
}

EdgeGraph combined(std::uint64_t a, std::shared_ptr<const EdgeWeights> b, Combine how,
                   const Cpu& on = Cpu{2}, double weight = 0.5) {
  const std::vector<Target> targets = {GraphTarget{std::move(b), how, weight}};
  return weigh_edges(graph_of(a), every_edge(), Steering{targets, kAsPoints, 1}, on);
}

double lightest(const Dense& graph) {
  double least = 1;
  for (const double w : graph)
    if (w > 0) least = std::min(least, w);
  return least;
}

/// umap-learn's general_simplicial_set_intersection and general_sset_union; l (1 - r).
double weight_of(Combine how, double l, double r, double left_floor, double right_floor) {
  if (l == 0 && r == 0) return 0;
  switch (how) {
    case Combine::unite: {
      const double a = l > 0 ? l : left_floor, b = r > 0 ? r : right_floor;
      return a + b - a * b;
    }
    case Combine::intersect: {
      const double b_floor = std::min(right_floor, 1e-4);
      const double a = l > 0 ? l : left_floor, b = r > 0 ? r : b_floor;
      return a > left_floor || b > b_floor ? a * b : l + r;
    }
    case Combine::subtract:
      return l * (1 - r);
  }
  return 0;
}

void rescale(double* row) {
  double low = 0, high = std::numeric_limits<double>::infinity(), middle = 1;
  const double target = std::log2(kNeighbors);
  for (int step = 0; step < 60; ++step) {
    double sum = 0;
    for (std::int64_t j = 0; j < kN; ++j) sum += row[j] > 0 ? std::pow(row[j], middle) : 0;
    (sum < target ? high : low) = middle;
    middle = std::isinf(high) ? 2 * middle : (low + high) / 2;
  }
  for (std::int64_t j = 0; j < kN; ++j) row[j] = row[j] > 0 ? std::pow(row[j], middle) : 0;
}

Dense expected(Combine how, const Dense& a, const Dense& b) {
  const double left = std::max(lightest(a) / 2, 1e-8), right = std::max(lightest(b) / 2, 1e-8);
  Dense rows(a.size());
  for (std::size_t e = 0; e < a.size(); ++e) rows[e] = weight_of(how, a[e], b[e], left, right);
  for (std::int64_t i = 0; i < kN; ++i) {
    double* const row = &rows[static_cast<std::size_t>(i * kN)];
    const double most = *std::max_element(row, row + kN);
    for (std::int64_t j = 0; j < kN; ++j) row[j] = most > 0 ? row[j] / most : 0;
    if (how != Combine::subtract && most > 0) rescale(row);
  }
  Dense out(a.size());
  for (std::int64_t i = 0; i < kN; ++i)
    for (std::int64_t j = 0; j < kN; ++j) {
      const double ij = rows[static_cast<std::size_t>(i * kN + j)],
                   ji = rows[static_cast<std::size_t>(j * kN + i)];
      out[static_cast<std::size_t>(i * kN + j)] = ij + ji - ij * ji;
    }
  return out;
}

TEST(GraphTarget, AreTheFormulasOfEach) {
  const auto b = weights_of(2);
  const Dense left = dense(*weights_of(1)), right = dense(*b);
  for (const Combine how : {Combine::unite, Combine::intersect, Combine::subtract}) {
    const Dense wanted = expected(how, left, right), found = dense(combined(1, b, how));
    for (std::size_t e = 0; e < wanted.size(); ++e)
      ASSERT_NEAR(found[e], wanted[e], 2e-3) << name(how) << " " << e / kN << " " << e % kN;
  }
}

TEST(GraphTarget, AUnionHasNoFirst) {  // an intersection has: the second's floor is at most 1e-4
  const Dense ab = dense(combined(1, weights_of(2), Combine::unite)),
              ba = dense(combined(2, weights_of(1), Combine::unite));
  for (std::size_t e = 0; e < ab.size(); ++e) ASSERT_NEAR(ab[e], ba[e], 2e-3);
}

TEST(GraphTarget, NothingLessItselfIsAnError) {
  // Edges of weight 1 vanish, lighter ones stay: with memberships of 1 alone nothing is left.
  EdgeWeights ones = *weights_of(1);
  std::fill(ones.weights.begin(), ones.weights.end(), 1.0f);
  const std::string what = error_of<InvalidInput>(
      [&] { combined(1, std::make_shared<const EdgeWeights>(ones), Combine::subtract); });
  expect_contains(what, "difference");
  expect_contains(what, "no edge left");
}

TEST(GraphTarget, ADifferenceKeepsWhatTheOtherLacks) {
  EdgeWeights none = *weights_of(1);
  std::fill(none.offsets.begin(), none.offsets.end(), 0);
  none.columns.clear();
  none.weights.clear();
  const EdgeGraph all = combined(1, std::make_shared<const EdgeWeights>(none), Combine::subtract);
  EXPECT_EQ(all.columns, weights_of(1)->columns);
}

TEST(GraphTarget, IsTheSameForAnyNumberOfThreadsAndLeavesTheOther) {
  const auto b = weights_of(2);
  const std::vector<float> before = b->weights;
  const EdgeGraph one = combined(1, b, Combine::intersect, Cpu{1}),
                  three = combined(1, b, Combine::intersect, Cpu{3});
  EXPECT_EQ(one.weights, three.weights);
  EXPECT_EQ(one.columns, three.columns);
  EXPECT_EQ(b->weights, before);
  for (std::int64_t i = 0; i < kN; ++i)  // symmetric, bit for bit
    for (auto e = one.offsets[static_cast<std::size_t>(i)];
         e < one.offsets[static_cast<std::size_t>(i) + 1]; ++e) {
      const auto j = static_cast<std::size_t>(one.columns[static_cast<std::size_t>(e)]);
      const auto begin = one.columns.begin() + one.offsets[j],
                 end = one.columns.begin() + one.offsets[j + 1];
      const auto back = std::lower_bound(begin, end, static_cast<std::int32_t>(i));
      ASSERT_TRUE(back != end && *back == i);
      ASSERT_EQ(one.weights[static_cast<std::size_t>(back - one.columns.begin())],
                one.weights[static_cast<std::size_t>(e)]);
    }
}

TEST(GraphTarget, WeightsOfAnIntersectionLeanToOneSide) {
  const auto b = weights_of(2);
  const Dense left = dense(*weights_of(1)), right = dense(*b);
  const auto agreement = [&](double weight, const Dense& with) {
    const Dense found = dense(combined(1, b, Combine::intersect, Cpu{2}, weight));
    double sum = 0;
    for (std::size_t e = 0; e < found.size(); ++e) sum += std::abs(found[e] - with[e]);
    return sum;
  };
  EXPECT_LT(agreement(0.1, left), agreement(0.9, left));
  EXPECT_LT(agreement(0.9, right), agreement(0.1, right));
}

TEST(GraphTarget, RefusesWhatIsNoGraphOfThesePoints) {
  const auto refused = [](EdgeWeights edges) {
    Settings settings{.method = every_edge()};
    std::get<UmapParams>(settings.method).n_epochs = 5;
    settings.targets = {GraphTarget{std::make_shared<const EdgeWeights>(std::move(edges))}};
    return error_of<InvalidInput>([&] { embed(points_of(1), settings); });
  };
  EdgeWeights fewer = *weights_of(2);
  fewer.n = kN - 1;
  expect_contains(refused(fewer), "149 points for 150");
  EdgeWeights heavy = *weights_of(2);
  heavy.weights[3] = 1.5f;
  expect_contains(refused(heavy), "no graph of memberships");
  EdgeWeights outside = *weights_of(2);
  outside.columns[0] = kN;
  expect_contains(refused(outside), "no graph of memberships");
}

}  // namespace
}  // namespace nearfold
