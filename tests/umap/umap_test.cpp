// UMAP's optimiser against the same epochs written out plainly, and its independence of threads
// and of the way epochs are counted off.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <vector>

#include "math/umap_force.hpp"
#include "stages.hpp"
#include "support/data.hpp"
#include "support/oracle.hpp"
#include "umap/umap.hpp"

namespace nearfold {
namespace {

/// 1 / (1 + a d^2b)
struct PlainCurve {
  double a = 1.57694, b = 0.895061;  // min_dist 0.1
};

EdgeGraph memberships(std::int64_t n, int k = 9, std::uint64_t seed = 1) {
  return weigh_edges(oracle::neighbors(data::blobs(n, 4, seed), k), UmapParams{}, Cpu{2});
}

/// Vertex 0 is everyone's only neighbour.
EdgeGraph star(std::int64_t n) {
  EdgeGraph graph;
  graph.n = n;
  graph.offsets = {0};
  for (std::int64_t i = 0; i < n; ++i) {
    for (std::int64_t j = 1; i == 0 && j < n; ++j)
      graph.columns.push_back(static_cast<std::int32_t>(j));
    if (i > 0) graph.columns.push_back(0);
    graph.offsets.push_back(graph.edges());
  }
  graph.weights.assign(graph.columns.size(), 1.0f);
  return graph;
}

/// Every vertex and the `reach` next ones around a ring, both ways, all as heavy.
EdgeGraph lattice(std::int32_t n, std::int32_t reach) {
  EdgeGraph graph;
  graph.n = n;
  graph.offsets = {0};
  for (std::int32_t i = 0; i < n; ++i) {
    std::vector<std::int32_t> row;
    for (std::int32_t r = 1; r <= reach; ++r)
      for (const std::int32_t j : {i + r, i + n - r}) row.push_back(j % n);
    std::sort(row.begin(), row.end());
    graph.columns.insert(graph.columns.end(), row.begin(), row.end());
    graph.offsets.push_back(graph.edges());
  }
  graph.weights.assign(graph.columns.size(), 1.0f);
  return graph;
}

std::unique_ptr<Optimizer> optimizer(const EdgeGraph& graph, const Matrix& start,
                                     const UmapParams& params, int threads = 2,
                                     std::uint64_t seed = 5) {
  return make_optimizer(graph, start, params, seed, Cpu{threads});
}

std::vector<float> layout_of(const Optimizer& from, const Matrix& like) {
  Matrix out(like.rows(), like.cols());
  from.copy_layout(out.view());
  return out.values();
}

std::vector<float> layout_after(int epochs, const EdgeGraph& graph, const Matrix& start,
                                const UmapParams& params, int threads = 2, std::uint64_t seed = 5) {
  const auto o = optimizer(graph, start, params, threads, seed);
  o->advance(epochs);
  return layout_of(*o, start);
}

/// The epochs of UMAP one after the other, step by step and vertex by vertex, in double.
class Plain {
 public:
  Plain(const EdgeGraph& graph, const Matrix& start, const UmapParams& params, std::uint64_t seed,
        PlainCurve curve = {})
      : graph_(graph),
        params_(params),
        curve_(curve),
        seed_(seed),
        dims_(static_cast<std::size_t>(start.cols())),
        y_(oracle::doubles(start)),
        heaviest_(*std::max_element(graph.weights.begin(), graph.weights.end())) {
    double firings = 0;
    for (const float w : graph.weights) firings += static_cast<double>(w / heaviest_);
    steps_ = std::clamp(static_cast<int>(std::ceil(firings / static_cast<double>(graph.n))), 2, 16);
  }

  const std::vector<double>& advance(int epochs) {
    for (int e = 0; e < epochs; ++e) {
      ++epoch_;
      for (int step = 0; step < steps_; ++step) move(step);
    }
    return y_;
  }

 private:
  void move(int step) {
    const double rate =
        0.7 * params_.learning_rate * (1 - static_cast<double>(epoch_ - 1) / *params_.n_epochs);
    std::vector<double> next = y_;
    for (std::int64_t i = 0; i < graph_.n; ++i) {
      follow(i, step, step, rate, next);
      follow(i, step, (step + steps_ / 2) % steps_, rate, next);
    }
    y_ = next;
  }

  /// What the edges of vertex i in `part` ask for in a step; with samples in their own step.
  void follow(std::int64_t i, int step, int part, double rate, std::vector<double>& next) const {
    std::vector<double> force(dims_);
    const int pulls = attract(i, part, force);
    if (part == step) repel(i, step, pulls, force);
    const double length = rate * std::min(1.0, 4.0 / std::max(1, pulls));
    for (std::size_t c = 0; c < dims_; ++c)
      next[static_cast<std::size_t>(i) * dims_ + c] += length * force[c];
  }

  /// clip(factor(d2) (y_i - y_j)) onto the force of i.
  template <class Factor>
  void add(std::int64_t i, std::int64_t j, std::vector<double>& force, const Factor& factor) const {
    const std::size_t at = static_cast<std::size_t>(i) * dims_;
    const std::size_t to = static_cast<std::size_t>(j) * dims_;
    double d2 = 0;
    for (std::size_t c = 0; c < dims_; ++c) d2 += std::pow(y_[at + c] - y_[to + c], 2);
    if (!(d2 > 0)) return;
    for (std::size_t c = 0; c < dims_; ++c)
      force[c] += std::clamp(factor(d2) * (y_[at + c] - y_[to + c]), -4.0, 4.0);
  }

  /// How often an edge has fired by the end of an epoch, in float as the schedule is defined.
  static int fired(int epoch, float rate) {
    return static_cast<int>(static_cast<float>(epoch) * rate);
  }

  /// How many edges fired.
  int attract(std::int64_t i, int part, std::vector<double>& force) const {
    int pulls = 0;
    for (std::int64_t e = graph_.offsets[static_cast<std::size_t>(i)];
         e < graph_.offsets[static_cast<std::size_t>(i) + 1]; ++e) {
      const std::int32_t j = graph_.columns[static_cast<std::size_t>(e)];
      const float weight = graph_.weights[static_cast<std::size_t>(e)] / heaviest_;
      if (fired(epoch_, weight) == fired(epoch_ - 1, weight) ||
          part_of_edge(static_cast<std::int32_t>(i), j, steps_) != part)
        continue;
      ++pulls;
      add(i, j, force, [this](double d2) {
        const auto [a, b] = curve_;
        return -2 * a * b * std::pow(d2, b - 1) / (a * std::pow(d2, b) + 1);
      });
    }
    return pulls;
  }

  void repel(std::int64_t i, int step, int pulls, std::vector<double>& force) const {
    const auto number = static_cast<std::uint32_t>((epoch_ - 1) * steps_ + step);
    const int samples = samples_due(pulls, static_cast<float>(params_.negative_sample_rate),
                                    static_cast<std::uint32_t>(i), number);
    for (int t = 0; t < samples; ++t) {  // four draws from a counter
      const Random4 r = philox(static_cast<std::uint32_t>(t / 4 * 4), static_cast<std::uint32_t>(i),
                               number, static_cast<std::uint32_t>(Stream::layout), seed_);
      const auto j = to_range(r.v[t % 4], static_cast<std::uint32_t>(graph_.n));
      add(i, j, force, [this](double d2) {
        const auto [a, b] = curve_;
        return 2 * params_.repulsion_strength * b / ((0.001 + d2) * (a * std::pow(d2, b) + 1));
      });
    }
  }

  const EdgeGraph& graph_;
  UmapParams params_;
  PlainCurve curve_;
  std::uint64_t seed_;
  std::size_t dims_;
  std::vector<double> y_;
  float heaviest_;
  int steps_ = 1, epoch_ = 0;
};

/// Rounding grows from step to step: near points push each other hard.
void expect_plain(const EdgeGraph& graph, const Matrix& start, const UmapParams& params, int epochs,
                  double tolerance, PlainCurve curve = {}) {
  const std::vector<float> found = layout_after(epochs, graph, start, params);
  Plain plain(graph, start, params, 5, curve);
  const std::vector<double>& wanted = plain.advance(epochs);
  for (std::size_t c = 0; c < found.size(); ++c)
    ASSERT_NEAR(static_cast<double>(found[c]), wanted[c], tolerance) << "coordinate " << c;
}

TEST(Umap, OneEpochIsThePlainOne) {
  const EdgeGraph graph = memberships(200);
  for (const int dims : {1, 2, 3, 4, 5, 50})
    expect_plain(graph, data::layout(200, dims, 1, 10.0f), {.n_epochs = 200}, 1, 1e-4);
}

// 2 and 3 dimensions have loops of their own, whose bits are those of any number.
TEST(Umap, LoopsOfAnyDimsHaveTheBitsOfThoseOfTwoAndThree) {
  const EdgeGraph graph = memberships(200);
  for (const int dims : {2, 3}) {
    const Matrix start = data::layout(200, dims, 7, 10.0f);
    const auto any = make_umap_of_any_dims(graph, start, {.n_epochs = 60}, 5, Cpu{2});
    any->advance(60);
    EXPECT_EQ(layout_of(*any, start), layout_after(60, graph, start, {.n_epochs = 60})) << dims;
  }
}

TEST(Umap, SeveralEpochsAreThePlainOnes) {
  const EdgeGraph graph = memberships(200);
  for (const int dims : {2, 3})
    expect_plain(graph, data::layout(200, dims, 2, 10.0f), {.n_epochs = 200, .learning_rate = 0.05},
                 6, 1e-3);
}

TEST(Umap, OtherRatesOfNegativeSamplesAreThePlainOnes) {
  const EdgeGraph graph = memberships(200);
  for (const double rate : {0.0, 0.3, 2.5, 20.0})
    expect_plain(graph, data::layout(200, 2, 3, 10.0f),
                 {.negative_sample_rate = rate, .n_epochs = 200, .learning_rate = 0.05}, 4, 1e-3);
}

TEST(Umap, OtherStrengthsAndStepsAreThePlainOnes) {
  const EdgeGraph graph = memberships(200);
  for (const double strength : {0.0, 0.5, 3.0})
    expect_plain(graph, data::layout(200, 2, 4, 10.0f),
                 {.repulsion_strength = strength, .n_epochs = 50, .learning_rate = 0.05}, 4, 1e-3);
}

TEST(Umap, OtherCurvesAreThePlainOnes) {
  const EdgeGraph graph = memberships(200);
  const Matrix start = data::layout(200, 2, 6, 10.0f);
  const UmapParams given{.a = 0.5, .b = 1.3, .n_epochs = 50, .learning_rate = 0.05};
  expect_plain(graph, start, given, 4, 1e-3, {0.5, 1.3});
  // As umap-learn fits them.
  const UmapParams fitted{.min_dist = 0.5, .spread = 2.0, .n_epochs = 50, .learning_rate = 0.05};
  expect_plain(graph, start, fitted, 4, 1e-3, {0.25887874, 1.0574997});
}

// An epoch has as many steps as edges of a vertex fire in it, from 2 to 16.
TEST(Umap, OfFewAndManyFiringsIsThePlainOne) {
  for (const std::int32_t reach : {1, 2, 7, 8, 9, 20})
    expect_plain(lattice(90, reach), data::layout(90, 2, 10, 10.0f),
                 {.n_epochs = 50, .learning_rate = 0.05}, 3, 1e-3);
}

// 700 neighbours and 3,500 draws: more terms than are computed together.
TEST(Umap, AHubIsThePlainOne) {
  for (const std::int64_t n : {513, 514, 701})
    expect_plain(star(n), data::layout(n, 2, 5, 10.0f), {.n_epochs = 100}, 2, 1e-3);
}

TEST(Umap, EpochsCanBeCountedOffInAnyWay) {
  const EdgeGraph graph = memberships(150);
  for (const int dims : {1, 2, 3, 5, 100}) {
    const Matrix start = data::layout(150, dims, 6, 10.0f);
    const std::vector<float> whole = layout_after(100, graph, start, {.n_epochs = 100});
    const auto parts = optimizer(graph, start, {.n_epochs = 100});
    for (const int epochs : {30, 0, -5, 1, 69}) parts->advance(epochs);
    EXPECT_EQ(layout_of(*parts, start), whole);
    parts->advance(10);  // there are no more
    EXPECT_EQ(layout_of(*parts, start), whole);
  }
}

// Vertices are in another order than points.
TEST(Umap, GoesOnFromACheckpoint) {
  EdgeGraph graph = memberships(80);
  for (std::int32_t v = 0; v < 80; ++v) graph.point_of.push_back((v * 7 + 3) % 80);
  const Matrix start = data::layout(80, 2, 6, 10.0f);
  const auto whole = optimizer(graph, start, {.n_epochs = 30});
  whole->advance(30);
  const auto first = optimizer(graph, start, {.n_epochs = 30}),
             second = optimizer(graph, Matrix(80, 2), {.n_epochs = 30});
  first->advance(13);
  const Checkpoint saved = first->save();
  EXPECT_EQ(saved.iteration, 13);
  EXPECT_EQ(saved.iterations, 30);
  second->restore(saved);
  EXPECT_EQ(layout_of(*second, start), layout_of(*first, start));
  EXPECT_EQ(second->advance(100), 17);
  EXPECT_EQ(layout_of(*second, start), layout_of(*whole, start));
}

TEST(Umap, IsTheSameForAnyNumberOfThreads) {
  const EdgeGraph graph = memberships(1100);
  const Matrix start = data::layout(1100, 2, 7, 10.0f);
  const std::vector<float> one = layout_after(50, graph, start, {.n_epochs = 50}, 1);
  for (const int threads : {2, 3, 7})
    EXPECT_EQ(layout_after(50, graph, start, {.n_epochs = 50}, threads), one) << threads;
}

TEST(Umap, DependsOnTheSeed) {
  const EdgeGraph graph = memberships(100);
  const Matrix start = data::layout(100, 2, 8, 10.0f);
  EXPECT_NE(layout_after(5, graph, start, {}, 2, 1), layout_after(5, graph, start, {}, 2, 2));
  EXPECT_NE(layout_after(5, graph, start, {}, 2, 1),
            layout_after(5, graph, start, {}, 2, (std::uint64_t{1} << 40) + 1));
}

TEST(Umap, HasNoLoss) {
  EXPECT_EQ(optimizer(memberships(50), data::layout(50, 2, 9, 10.0f), {})->loss(), std::nullopt);
}

// All pull the hub equally; twice in each of the two steps it moves as far as four of them would
// take it. A leaf is pulled twice.
TEST(Umap, AHubMovesAsFarAsFourPulls) {
  Matrix start(101, 2);
  for (std::int64_t i = 1; i < 101; ++i) start.row(i)[0] = 1;
  const UmapParams params{.negative_sample_rate = 0, .n_epochs = 1, .learning_rate = 1e-4};
  const std::vector<float> y = layout_after(1, star(101), start, params);
  const float hub = y[0], leaf = 1 - y[2];
  EXPECT_GT(leaf, 0.0f);
  EXPECT_NEAR(hub / leaf, 8.0f, 0.05f);
}

TEST(Umap, BothDirectionsOfAnEdgeActInOneStep) {
  for (const std::int32_t parts : {1, 3, 16}) {
    std::vector<int> count(static_cast<std::size_t>(parts));
    for (std::int32_t i = 0; i < 100; ++i)
      for (std::int32_t j = 0; j < 100; ++j) {
        const std::int32_t part = part_of_edge(i, j, parts);
        EXPECT_EQ(part, part_of_edge(j, i, parts));
        ++count[static_cast<std::size_t>(part)];
      }
    for (const int c : count) EXPECT_NEAR(c, 10000 / parts, 200);
  }
}

TEST(Umap, APointWithoutEdgesStays) {
  EdgeGraph graph = star(20);
  graph.n = 21;
  graph.offsets.push_back(graph.offsets.back());
  const Matrix start = data::layout(21, 2, 11, 10.0f);
  const std::vector<float> y = layout_after(200, graph, start, {.n_epochs = 200});
  EXPECT_EQ(y[40], start.values()[40]);
  EXPECT_EQ(y[41], start.values()[41]);
  EXPECT_NE(y[0], start.values()[0]);
}

TEST(Umap, CoincidentPointsStayFinite) {
  const EdgeGraph graph = memberships(60);
  for (const float place : {0.0f, 5.0f}) {
    Matrix start(60, 2);
    std::fill(start.span().begin(), start.span().end(), place);
    EXPECT_EQ(layout_after(20, graph, start, {}), start.values());  // nothing pulls, nothing pushes
    start = data::layout(60, 2, 12, 10.0f);
    for (std::int64_t i = 0; i < 30; ++i) start.row(i)[0] = start.row(i)[1] = place;
    for (const float y : layout_after(200, graph, start, {})) ASSERT_TRUE(std::isfinite(y));
  }
}

TEST(Umap, PullsNeighboursTogether) {
  const EdgeGraph graph = memberships(300);
  const Matrix start = data::layout(300, 2, 13, 10.0f, /*clusters=*/300);
  const auto length = [&](const std::vector<float>& y) {
    double sum = 0;
    for (std::size_t i = 0; i < 300; ++i)
      for (std::int64_t e = graph.offsets[i]; e < graph.offsets[i + 1]; ++e) {
        const auto j = static_cast<std::size_t>(graph.columns[static_cast<std::size_t>(e)]);
        sum += std::hypot(static_cast<double>(y[2 * i] - y[2 * j]),
                          static_cast<double>(y[2 * i + 1] - y[2 * j + 1]));
      }
    return sum / static_cast<double>(graph.edges());
  };
  EXPECT_LT(length(layout_after(200, graph, start, {.n_epochs = 200})),
            0.5 * length(start.values()));
}

}  // namespace
}  // namespace nearfold
