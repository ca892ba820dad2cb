// The parts of evaluate() and compare_layouts(): each scores one thing of a map, defined in
// include/nearfold/quality.hpp. Arguments were checked. `which`: rows to score, ascending.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "knn/metric.hpp"
#include "knn/top_k.hpp"
#include "nearfold/quality.hpp"

namespace nearfold {

// ---- sample.cpp: what is scored ---------------------------------------------------------

/// What random numbers are for: each has its own.
enum class Draw : std::uint32_t { rows = 1, subset = 2, triplets = 3, pairs = 4, points = 5 };

/// `count` of n rows without replacement, ascending; all, where there are no more.
std::vector<std::int64_t> draw_rows(std::int64_t n, std::int64_t count, std::uint64_t seed,
                                    Draw what);

/// The rows of a matrix, in the order asked for.
Matrix take_rows(HostMatrix<const float> all, const std::vector<std::int64_t>& rows);

/// The mean of one value a point, and its standard error as the mean of `population` points.
Score mean_score(std::string name, const std::vector<double>& values, std::int64_t population);

// ---- neighbors.cpp: near points stay near -----------------------------------------------

/// The exact neighbours of rows of the space.
NeighborRows nearest_of(const MetricSpace& space, const std::vector<std::int64_t>& which, int k,
                        const Cpu& on);

/// Of each row, the share of the first k neighbours that both have.
std::vector<double> shared_neighbors(const NeighborRows& a, const NeighborRows& b, int k);

/// Of each row of a subset, what it adds to the mean that trustworthiness or continuity is.
struct RankScores {
  std::vector<double> trustworthiness, continuity;
};
RankScores rank_scores(const MetricSpace& points, const MetricSpace& layout,
                       const std::vector<std::int64_t>& subset, int k, const Cpu& on);

// ---- distances.cpp: far points stay far -------------------------------------------------

Score triplet_accuracy(const MetricSpace& points, const MetricSpace& layout, std::int64_t count,
                       std::uint64_t seed, const Cpu& on);
Score distance_correlation(const MetricSpace& points, const MetricSpace& layout, std::int64_t count,
                           std::uint64_t seed, const Cpu& on);
/// Agreement::procrustes.
double procrustes_disparity(HostMatrix<const float> a, HostMatrix<const float> b);

// ---- labels.cpp: labels stay together ---------------------------------------------------

/// The points that have a label, and their place in the map.
struct Labelled {
  Matrix layout;
  std::vector<std::int32_t> classes;  // of each row, numbered from 0 in the order of labels
  std::int32_t count = 0;             // of classes
};
Labelled labelled_points(HostMatrix<const float> layout, std::span<const std::int32_t> labels);

Score label_accuracy(const Labelled& points, const std::vector<std::int64_t>& which, int k,
                     const Cpu& on);
Score silhouette(const Labelled& points, const std::vector<std::int64_t>& which, const Cpu& on);

// ---- a distance ---------------------------------------------------------------------------------

/// The metric's distance of point j from point i.
inline float distance_between(const MetricSpace& space, std::int64_t i, std::int64_t j) {
  const float measured = measure_rows(space.norm, space.as_queries.view.row(i),
                                      space.points.view.row(j), space.width());
  return distance_of(space.distance.metric, measured, space.as_queries.scale(i));
}

}  // namespace nearfold
