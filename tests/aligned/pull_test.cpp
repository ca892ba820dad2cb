// The alignment term against the sum it is, in double, and what it must never do.
#include "aligned/pull.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "stages.hpp"
#include "support/data.hpp"
#include "support/oracle.hpp"

namespace nearfold {
namespace {

constexpr std::int64_t kN = 80;

struct Case {
  std::vector<Tie> ties;
  std::vector<Matrix> maps;
  std::vector<double> moves = {30, 42, 36, 50};
};

/// Four sets of the same rows, some of which are related; maps at random places.
Case four_maps(int dims = 2) {
  Case out;
  std::vector<Neighborhoods> sets;
  std::vector<Relation> relations(3);
  for (std::uint64_t s = 0; s < 4; ++s) {
    // Half of the data the same everywhere, so that neighbourhoods agree in part.
    Matrix x = data::normals(kN, 6, 1);
    const Matrix own = data::normals(kN, 6, s + 2);
    for (std::int64_t i = 0; i < x.size(); ++i) x.data()[i] += 0.5f * own.data()[i];
    const KnnGraph graph = oracle::neighbors(x, 9);
    sets.push_back(
        neighborhoods_of(weigh_edges(graph, UmapParams{.n_neighbors = 10}, Cpu{1}), Cpu{1}));
    out.maps.push_back(data::normals(kN, dims, s + 10));
  }
  for (std::size_t r = 0; r < 3; ++r)
    for (std::int32_t i = 0; i < kN; ++i)
      if ((static_cast<std::size_t>(i) + r) % 4 != 0) relations[r].push_back({i, i});
  out.ties = ties_of(sets, relations, 3, Cpu{1});
  return out;
}

/// Row i of `set` after the term, by its formula.
std::vector<double> expected(const Case& c, std::size_t set, std::int64_t i, double rate,
                             double regularisation) {
  const Matrix& y = c.maps[set];
  std::vector<double> towards(static_cast<std::size_t>(y.cols()));
  double total = 0;
  for (const Tie& tie : c.ties) {
    if (tie.from != set && tie.to != set) continue;
    const bool ahead = tie.from == set;
    const std::int32_t other = (ahead ? tie.ahead : tie.back)[static_cast<std::size_t>(i)];
    if (other < 0) continue;
    const double j =
        static_cast<double>(tie.similarity[static_cast<std::size_t>(ahead ? i : other)]);
    const double s = rate * regularisation * (c.moves[tie.from] + c.moves[tie.to]) / 2 *
                     std::exp(1.0 - static_cast<double>(tie.to - tie.from)) * j;
    total += s;
    for (std::int64_t d = 0; d < y.cols(); ++d)
      towards[static_cast<std::size_t>(d)] +=
          s * (static_cast<double>(c.maps[ahead ? tie.to : tie.from].row(other)[d]) -
               static_cast<double>(y.row(i)[d]));
  }
  for (std::int64_t d = 0; d < y.cols(); ++d) {
    double& x = towards[static_cast<std::size_t>(d)];
    x = static_cast<double>(y.row(i)[d]) + x / (1 + 2 * total);
  }
  return towards;
}

TEST(AlignmentPull, IsTheSumOverTheWindow) {
  for (const int dims : {2, 3, 5}) {
    const Case c = four_maps(dims);
    const AlignmentPull pull(c.ties, c.moves, std::vector<bool>(4, false), 0.01);
    double moved = 0;
    for (std::size_t s = 0; s < 4; ++s) {
      Matrix next(kN, dims);
      pull.move(c.maps, s, 0.7, next, Cpu{2});
      for (std::int64_t i = 0; i < kN; ++i) {
        const std::vector<double> row = expected(c, s, i, 0.7, 0.01);
        for (int d = 0; d < dims; ++d) {
          ASSERT_NEAR(static_cast<double>(next.row(i)[d]), row[static_cast<std::size_t>(d)], 1e-6);
          moved += std::abs(static_cast<double>(next.row(i)[d]) -
                            static_cast<double>(c.maps[s].row(i)[d]));
        }
      }
    }
    EXPECT_GT(moved, 1.0);
  }
}

// Where it is weak, it is lambda e^-(|o|-1) J (y_o - y), once for each of umap-learn's moves.
TEST(AlignmentPull, OfASmallStrengthIsTheForceOfTheReference) {
  const Case c = four_maps();
  constexpr double kWeak = 1e-6;
  for (std::int64_t i = 0; i < kN; ++i) {
    double force = 0;
    for (const Tie& tie : c.ties) {
      if (tie.from != 0 || tie.ahead[static_cast<std::size_t>(i)] < 0) continue;
      const std::int64_t other = tie.ahead[static_cast<std::size_t>(i)];
      force += (c.moves[0] + c.moves[tie.to]) / 2 * std::exp(1.0 - static_cast<double>(tie.to)) *
               static_cast<double>(tie.similarity[static_cast<std::size_t>(i)]) *
               static_cast<double>(c.maps[tie.to].row(other)[0] - c.maps[0].row(i)[0]);
    }
    const double step = expected(c, 0, i, 1, kWeak)[0] - static_cast<double>(c.maps[0].row(i)[0]);
    ASSERT_NEAR(step / kWeak, force, 1e-3 * (1 + std::abs(force)));
  }
}

double apart(const std::vector<Matrix>& maps) {
  double sum = 0;
  for (std::size_t s = 1; s < maps.size(); ++s)
    for (std::int64_t i = 0; i < maps[s].size(); ++i)
      sum += std::abs(static_cast<double>(maps[s].data()[i] - maps[s - 1].data()[i]));
  return sum;
}

// Ever stronger pulls never throw rows past each other, however often they come.
TEST(AlignmentPull, OfAnyStrengthBringsMapsTogether) {
  for (const double regularisation : {0.01, 1.0, 100.0, 1e12}) {
    Case c = four_maps();
    const AlignmentPull pull(c.ties, c.moves, std::vector<bool>(4, false), regularisation);
    double before = apart(c.maps);
    for (int time = 0; time < 20; ++time) {
      std::vector<Matrix> next;
      for (std::size_t s = 0; s < 4; ++s) pull.move(c.maps, s, 1, next.emplace_back(kN, 2), Cpu{1});
      c.maps = next;
      const double now = apart(c.maps);
      ASSERT_LE(now, before);
      before = now;
    }
  }
}

TEST(AlignmentPull, LeavesEqualMapsAsTheyAreToTheBit) {
  Case c = four_maps();
  for (Matrix& map : c.maps) map = c.maps[0];
  const AlignmentPull pull(c.ties, c.moves, std::vector<bool>(4, false), 0.3);
  for (std::size_t s = 0; s < 4; ++s) {
    Matrix next(kN, 2);
    pull.move(c.maps, s, 1, next, Cpu{1});
    EXPECT_EQ(next.values(), c.maps[s].values());
  }
}

TEST(AlignmentPull, IsTheSameOnAnyNumberOfThreads) {
  const Case c = four_maps();
  const AlignmentPull pull(c.ties, c.moves, std::vector<bool>(4, false), 0.1);
  Matrix one(kN, 2), seven(kN, 2);
  pull.move(c.maps, 1, 1, one, Cpu{1});
  pull.move(c.maps, 1, 1, seven, Cpu{7});
  EXPECT_EQ(one.values(), seven.values());
}

TEST(AlignmentPull, DoesNotActOnWhatIsHeldNorWithoutStrength) {
  const Case c = four_maps();
  const AlignmentPull pull(c.ties, c.moves, {true, false, false, false}, 0.1);
  EXPECT_FALSE(pull.acts_on(0));
  EXPECT_TRUE(pull.acts_on(1));
  EXPECT_TRUE(pull.acts_on(3));
  const AlignmentPull none(c.ties, c.moves, std::vector<bool>(4, false), 0);
  for (std::size_t s = 0; s < 4; ++s) EXPECT_FALSE(none.acts_on(s));
}

TEST(AlignmentPull, CountsTheMovesOfTheReference) {
  const KnnGraph graph = oracle::neighbors(data::normals(kN, 6, 1), 9);
  const EdgeGraph edges = weigh_edges(graph, UmapParams{.n_neighbors = 10}, Cpu{1});
  double heaviest = 0, total = 0;
  for (const float w : edges.weights) {
    heaviest = std::max(heaviest, static_cast<double>(w));
    total += static_cast<double>(w);
  }
  EXPECT_NEAR(moves_of_epoch(edges, {.negative_sample_rate = 3}), 5 * total / heaviest / kN, 1e-9);
}

}  // namespace
}  // namespace nearfold
