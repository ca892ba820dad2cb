// The parts of evaluate() and compare_layouts(): each scores one thing of a map, defined in
// include/nearfold/quality.hpp. Arguments were checked. `which`: rows to score, ascending.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "core/input_points.hpp"
#include "knn/metric.hpp"
#include "knn/sparse_rows.hpp"
#include "knn/top_k.hpp"
#include "nearfold/quality.hpp"
#include "nearfold/surface.hpp"

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

/// Where points lie, dense or sparse.
using PointSpace = std::variant<MetricSpace, SparseSpace>;
PointSpace point_space(const InputPoints& points, const Distance& distance, const Cpu& on);

/// A map on a surface, whose distances are measured one by one.
struct SurfaceSpace {
  HostMatrix<const float> points;
  OutputMetric metric;

  std::int64_t n() const { return points.rows(); }
};
/// Where a map lies.
using MapSpace = std::variant<MetricSpace, SurfaceSpace>;
MapSpace map_space(HostMatrix<const float> layout, OutputMetric metric, const Cpu& on);

/// The exact neighbours of rows of the space.
NeighborRows nearest_of(const MetricSpace& space, const std::vector<std::int64_t>& which, int k,
                        const Cpu& on);
NeighborRows nearest_of(const SparseSpace& space, const std::vector<std::int64_t>& which, int k,
                        const Cpu& on);
NeighborRows nearest_of(const SurfaceSpace& space, const std::vector<std::int64_t>& which, int k,
                        const Cpu& on);
template <class... Spaces>
NeighborRows nearest_of(const std::variant<Spaces...>& space,
                        const std::vector<std::int64_t>& which, int k, const Cpu& on) {
  return std::visit([&](const auto& one) { return nearest_of(one, which, k, on); }, space);
}

/// Of each row, the share of the first k neighbours that both have.
std::vector<double> shared_neighbors(const NeighborRows& a, const NeighborRows& b, int k);

/// Of each row of a subset, what it adds to the mean that trustworthiness or continuity is.
struct RankScores {
  std::vector<double> trustworthiness, continuity;
};
RankScores rank_scores(const PointSpace& points, const MapSpace& layout,
                       const std::vector<std::int64_t>& subset, int k, const Cpu& on);

/// New rows as a space of points measures them.
struct NewRowsIn {
  const MetricSpace& space;
  MetricRows rows;

  std::int64_t count() const { return rows.view.rows(); }
  float distance(std::int64_t row, std::int64_t point) const {
    const float measured = measure_rows(space.norm, rows.view.float_row(row),
                                        space.points.view.float_row(point), space.width());
    return distance_of(space.norm, measured, rows.scale(row));
  }
};
/// New sparse rows.
struct NewSparseRows {
  const SparseSpace& space;
  SparseRows rows;

  std::int64_t count() const { return rows.n(); }
  float distance(std::int64_t row, std::int64_t point) const {
    return space.distance_of(rows.row(row), point, rows.scale(row));
  }
};
/// New rows on a surface.
struct NewRowsOn {
  const SurfaceSpace& space;
  HostMatrix<const float> rows;

  float distance(std::int64_t row, std::int64_t point) const {
    return map_distance(space.metric, rows.row(row), space.points.row(point),
                        static_cast<int>(rows.cols()));
  }
};
/// The exact neighbours of new rows among the points.
NeighborRows nearest_to(const NewRowsIn& rows, int k, const Cpu& on);
NeighborRows nearest_to(const NewSparseRows& rows, int k, const Cpu& on);
NeighborRows nearest_to(const NewRowsOn& rows, int k, const Cpu& on);

/// New rows among the points, and where they are on the map.
using NewAmongPoints = std::variant<NewRowsIn, NewSparseRows>;
using NewOnMap = std::variant<NewRowsIn, NewRowsOn>;
NewAmongPoints new_rows_among(const PointSpace& space, const InputPoints& rows, const Cpu& on);
NewOnMap new_rows_on(const MapSpace& space, HostMatrix<const float> rows, const Cpu& on);

template <class... Rows>
NeighborRows nearest_to(const std::variant<Rows...>& rows, int k, const Cpu& on) {
  return std::visit([&](const auto& some) { return nearest_to(some, k, on); }, rows);
}
/// Of new rows, whose neighbours are points of a subset.
RankScores rank_scores(const NewAmongPoints& points, const NewOnMap& layout,
                       const std::vector<std::int64_t>& subset, int k, const Cpu& on);

// ---- distances.cpp: far points stay far -------------------------------------------------

Score triplet_accuracy(const PointSpace& points, const MapSpace& layout, std::int64_t count,
                       std::uint64_t seed, const Cpu& on);
Score distance_correlation(const PointSpace& points, const MapSpace& layout, std::int64_t count,
                           std::uint64_t seed, const Cpu& on);
/// Pair `t` of those that are drawn, of n points.
std::pair<std::int64_t, std::int64_t> random_pair(std::uint64_t seed, std::int64_t t,
                                                  std::int64_t n);
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
                     OutputMetric metric, const Cpu& on);
Score silhouette(const Labelled& points, const std::vector<std::int64_t>& which,
                 OutputMetric metric, const Cpu& on);

// ---- quality.cpp: what is asked for -----------------------------------------------------

/// Throw InvalidParameter for a value out of range, InvalidInput for points that cannot be scored,
/// named as `whose`, and for more neighbours than there are.
void check(const QualityParams& p);
void check_points_of(const char* whose, const InputPoints& points, const Cpu& on);
void check_k(const char* what, std::int64_t k, std::int64_t most, std::int64_t points,
             const std::string& kind);
/// How many of n points are scored, when `sample` of many are.
std::int64_t scored(std::int64_t n, std::int64_t sample, const QualityParams& p);

// ---- a distance ---------------------------------------------------------------------------------

/// The metric's distance of point j from point i.
inline float distance_between(const MetricSpace& space, std::int64_t i, std::int64_t j) {
  const float measured = measure_rows(space.norm, space.as_queries.view.float_row(i),
                                      space.points.view.float_row(j), space.width());
  return distance_of(space.norm, measured, space.as_queries.scale(i));
}
inline float distance_between(const SparseSpace& space, std::int64_t i, std::int64_t j) {
  const SparseRows& queries = space.as_queries();
  return space.distance_of(queries.row(i), j, queries.scale(i));
}
inline float distance_between(const SurfaceSpace& space, std::int64_t i, std::int64_t j) {
  return map_distance(space.metric, space.points.row(i), space.points.row(j),
                      static_cast<int>(space.points.cols()));
}

}  // namespace nearfold
