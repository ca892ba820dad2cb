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

/// New rows as a space of points measures them.
struct NewRowsIn {
  const MetricSpace& space;
  MetricRows rows;

  float distance(std::int64_t row, std::int64_t point) const {
    const float measured =
        measure_rows(space.norm, rows.view.row(row), space.points.view.row(point), space.width());
    return distance_of(space.distance.metric, measured, rows.scale(row));
  }
};
/// Of new rows, whose neighbours are points of a subset.
RankScores rank_scores(const NewRowsIn& points, const NewRowsIn& layout,
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
  std::vector<std::int32_t> names;    // the label of each class, ascending

  std::int32_t count() const { return static_cast<std::int32_t>(names.size()); }
  /// The class of most of the first k neighbours of row r, the smallest of those.
  std::int32_t voted(const NeighborRows& near, std::size_t r, int k) const;
};
Labelled labelled_points(HostMatrix<const float> layout, std::span<const std::int32_t> labels);

Score label_accuracy(const Labelled& points, const std::vector<std::int64_t>& which, int k,
                     const Cpu& on);
Score silhouette(const Labelled& points, const std::vector<std::int64_t>& which, const Cpu& on);

// ---- quality.cpp: what is asked for -----------------------------------------------------

/// Throw InvalidParameter for a value out of range, InvalidInput for points that cannot be scored,
/// named as `whose`, and for more neighbours than there are.
void check(const QualityParams& p);
void check_points_of(const char* whose, HostMatrix<const float> points, const Cpu& on);
void check_k(const char* what, std::int64_t k, std::int64_t most, std::int64_t points,
             const std::string& kind);
/// How many of n points are scored, when `sample` of many are.
std::int64_t scored(std::int64_t n, std::int64_t sample, const QualityParams& p);

// ---- a distance ---------------------------------------------------------------------------------

/// The metric's distance of point j from point i.
inline float distance_between(const MetricSpace& space, std::int64_t i, std::int64_t j) {
  const float measured = measure_rows(space.norm, space.as_queries.view.row(i),
                                      space.points.view.row(j), space.width());
  return distance_of(space.distance.metric, measured, space.as_queries.scale(i));
}

}  // namespace nearfold
