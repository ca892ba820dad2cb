// The exact graph in parts, for points that no machine holds or searches alone: each part is made
// of some rows of the points, anywhere and at any time, and all of them become the graph that
// find_neighbors() makes of the whole, byte for byte.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "nearfold/device.hpp"
#include "nearfold/export.hpp"
#include "nearfold/knn_graph.hpp"
#include "nearfold/matrix.hpp"
#include "nearfold/params.hpp"
#include "nearfold/progress.hpp"

namespace nearfold {

/// Rows [begin, end) of the points.
struct RowRange {
  std::int64_t begin = 0;
  std::int64_t end = 0;

  std::int64_t rows() const { return end - begin; }
  bool contains(const RowRange& other) const { return begin <= other.begin && other.end <= end; }
  bool operator==(const RowRange&) const = default;
};

/// What a part has to know of all points, of which it sees some.
struct AllPoints {
  std::int64_t n = 0;
  std::int64_t dim = 0;
  double longest = 0;  ///< inner_product: the length of the longest

  bool operator==(const AllPoints&) const = default;
};

/// Looks at all points once, block after block, and keeps none.
class NEARFOLD_EXPORT PointsScan {
 public:
  PointsScan(std::int64_t n, std::int64_t dim, const Distance& distance = {},
             const Cpu& on = Cpu{});
  /// The next rows.
  void add(HostMatrix<const float> rows);
  /// After the last. Throws what find_neighbors() throws of such points, with the same rows in its
  /// message, and InvalidInput when there were more or fewer than n.
  AllPoints finish() const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

/// Some rows of the points.
struct PointRows {
  RowRange range;
  HostMatrix<const float> rows;  ///< [range.rows(), dim]
};

/// Of every query the nearest among some of the points, the query itself left out.
struct KnnPart {
  AllPoints all;
  std::int64_t k = 0;  ///< of the graph
  Distance distance;
  std::uint64_t seed = 0;
  RowRange queries;
  RowRange data;

  /// Columns: k, or the number of points searched where that is less.
  std::int64_t width() const { return k < data.rows() ? k : data.rows(); }
  /// [queries, width]: ids among all points, ascending by distance, equal ones in the order of the
  /// query; -1 fills up where the query is one of fewer than k + 1 points.
  std::vector<std::int32_t> neighbors;
  std::vector<float> distances;       ///< [queries, width]; infinity where the id is -1
  std::vector<std::uint8_t> tied;     ///< [queries]: others are as far as the last, and left out
  std::vector<std::uint8_t> repeats;  ///< [queries]: an earlier point of the data is equal
};

/// Some of the points, searched for one block of queries after the other: what a search needs of
/// them is made once. Copies share it.
class NEARFOLD_EXPORT Shard {
 public:
  /// in   data  any range of the points; its rows are not copied, and have to stay
  ///      all   of all points: PointsScan
  ///      k     of the graph, in [1, all.n - 1]
  ///      knn   FlatKnn; parts are exact
  /// Memory: what find_neighbors() takes for as many points. Rules and errors of find_neighbors().
  Shard(const PointRows& data, const AllPoints& all, int k, const KnnParams& knn, const Cpu& on,
        std::uint64_t seed, const Distance& distance = {}, const Progress& progress = {});

  const RowRange& range() const;
  /// The k nearest of each of `queries` among the data: any range of the points, the same, apart,
  /// or with rows in common. Several threads may ask at once.
  KnnPart part(const PointRows& queries, const Progress& progress = {}) const;

 private:
  struct State;
  std::shared_ptr<const State> state_;
};

/// The same by a shard that serves once. Exact, under every metric, on the processor.
NEARFOLD_EXPORT KnnPart find_part(const PointRows& queries, const PointRows& data,
                                  const AllPoints& all, int k, const Cpu& on, std::uint64_t seed,
                                  const Distance& distance = {}, const Progress& progress = {});

/// The graph that find_neighbors() makes of all points with FlatKnn, whatever the ranges and the
/// order of the parts. Throws InvalidInput naming parts by their place from 0: when they are not of
/// one graph, when a query with a point is in no part or in two (and which ranges are missing), and
/// when a row breaks the rules of KnnPart.
NEARFOLD_EXPORT KnnGraph merge_parts(std::span<const KnnPart> parts, const Cpu& on = Cpu{});

}  // namespace nearfold
