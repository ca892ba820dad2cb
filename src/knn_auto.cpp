// Picks a method by predicted work. An inverted file is cheap to make beside what it is asked
// afterwards, so where exact search is no matter of a moment it is made and tuned: then its work is
// known, and exact search by all pairs, HNSW and NN-descent are predicted beside it.
//
// Work is counted in operations, each with its cost on one core of 2.6 GHz (Zen 4), never by a
// clock: the choice depends on the data, k and the target alone.
#include <algorithm>
#include <cstdio>
#include <string>
#include <vector>

#include "knn_approximate.hpp"
#include "knn_refine.hpp"

namespace nearfold {
namespace {

// Nanoseconds, calibrated on MNIST of 10,000 to 70,000 points, k = 92.
constexpr double kProductColumn = 0.016, kSelect = 0.25;    // bounding a pair; testing the bound
constexpr double kShort = 3.0, kShortColumn = 0.06;         // measuring a short row
constexpr double kPanel = 0.5, kPanelColumn = 0.05;         // one of a panel
constexpr double kDistance = 12.0, kDistanceColumn = 0.42;  // measuring a point, out of the cache
constexpr double kHop = 2.0;                                // looking at a neighbour of a neighbour
constexpr double kNormColumn = 0.06;  // of a pair under manhattan or chebyshev
constexpr double kSeconds = 1e-9;

constexpr double kNoMatter = 0.4;  // predicted core seconds below which exact search is just done

struct Plan {
  const char* method;
  double seconds;  // of one core
  double recall;   // expected; of ivf measured on a sample
};

struct Sizes {
  double n, dim, width, k;
  bool l2, lossless;

  double candidate() const { return kDistance + dim * kDistanceColumn; }
  double short_row() const { return kShort + width * kShortColumn; }
  double panel_row() const { return kPanel + width * kPanelColumn; }
  double kept() const { return lossless ? k + 16 : 3.5 * k + 40; }
  double refined() const { return lossless ? k + 9 : 1.25 * k + 9; }
};

double flat_seconds(const Sizes& s) {
  if (!s.l2) return kSeconds * s.n * s.n * s.dim * kNormColumn;
  return kSeconds * s.n * (s.n * (s.width * kProductColumn + kSelect) + s.kept() * s.candidate());
}

double ivf_seconds(const Sizes& s, double lists, double probes) {
  const double beyond = kHopsBeyond * kHopsBeyond;  // of which about a third are new
  return kSeconds * s.n *
         ((lists + probes * s.n / lists) * s.panel_row() + s.refined() * s.candidate() +
          beyond * (kHop + s.short_row() / 3));
}

double hnsw_seconds(const Sizes& s) {
  const double per_row = 10'000 + 75 * s.k;  // short rows measured, to build and to search
  return kSeconds * s.n * (per_row * s.short_row() + s.refined() * s.candidate());
}

double nndescent_seconds(const Sizes& s) {
  const double per_row = 60 * (std::max(s.k, 45.0) + 40);
  return kSeconds * s.n * (per_row * s.short_row() + s.refined() * s.candidate());
}

/// Adds to a graph's index what was weighed: "...; auto: predicted core seconds flat 40.1, ivf 9.2
/// (recall 0.951), hnsw 31, nndescent 22".
KnnGraph explained(KnnGraph graph, const std::vector<Plan>& plans) {
  graph.index += "; auto: predicted core seconds";
  for (const Plan& plan : plans) {
    char part[96];
    std::snprintf(part, sizeof part, " %s %.3g (recall %.3g),", plan.method, plan.seconds,
                  plan.recall);
    graph.index += part;
  }
  graph.index.back() = '.';
  return graph;
}

/// Where no inverted file can be made.
KnnGraph without_index(const MetricSpace& points, int k, const AutoKnn& params,
                       std::vector<Plan> plans, const Sizes& sizes, const Cpu& on,
                       std::uint64_t seed) {
  plans.push_back({"nndescent", nndescent_seconds(sizes), params.target_recall});
  return explained(
      plans[0].seconds <= plans[1].seconds
          ? find_knn(points, k, FlatKnn{}, on, seed)
          : find_knn(points, k, NnDescentKnn{.target_recall = params.target_recall}, on, seed),
      plans);
}

}  // namespace

KnnGraph find_knn(const MetricSpace& points, int k, const AutoKnn& params, const Cpu& on,
                  std::uint64_t seed) {
  const auto real = [](std::int64_t count) { return static_cast<double>(count); };
  Sizes sizes{real(points.n()), real(points.width()),    real(points.width()),
              real(k),          points.norm == Norm::l2, true};
  std::vector<Plan> plans{{"flat", flat_seconds(sizes), 1}};
  if (plans[0].seconds < kNoMatter)
    return explained(find_knn(points, k, FlatKnn{}, on, seed), plans);
  if (!sizes.l2) return without_index(points, k, params, plans, sizes, on, seed);

  const TunedIndex tuned =
      tune_index(points, k, IvfKnn{.target_recall = params.target_recall}, on, seed);
  const auto& cells = std::get<IvfCells>(tuned.index.search);
  sizes.lossless = tuned.index.projection.lossless();
  sizes.width = real(tuned.index.rows.rows.cols);
  const double target = params.target_recall;
  plans = {{"flat", flat_seconds(sizes), 1},
           {"ivf", ivf_seconds(sizes, cells.lists(), tuned.effort.effort), tuned.effort.recall},
           {"hnsw", hnsw_seconds(sizes), target},
           {"nndescent", nndescent_seconds(sizes), target}};
  const auto best = std::min_element(plans.begin(), plans.end(), [](const Plan& a, const Plan& b) {
    return a.seconds < b.seconds;
  });
  switch (best - plans.begin()) {
    case 0:
      return explained(exact_graph(tuned.exact, points, k, on), plans);
    case 1:
      return explained(points.lopsided() ? graph_through(tuned, points, k, on)
                                         : graph_beyond(tuned, points, k, on),
                       plans);
    case 2:
      return explained(find_knn(points, k, HnswKnn{.target_recall = target}, on, seed), plans);
    default:
      return explained(find_knn(points, k, NnDescentKnn{.target_recall = target}, on, seed), plans);
  }
}

}  // namespace nearfold
