// The graph in parts, for points that no machine holds or searches alone: each part is made of some
// rows of the points, anywhere and at any time. Exact parts, and those that share the cells of one
// IVF, become the graph that find_neighbors() makes of the whole, byte for byte; parts by an index
// of their own data become one whose recall is measured.
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <utility>
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

/// The cells of IvfKnn, trained once for all parts, and the effort that finds the target recall.
/// Copies share their data.
class NEARFOLD_EXPORT SharedCells {
 public:
  struct State;
  explicit SharedCells(std::shared_ptr<const State> state) : state_(std::move(state)) {}
  const AllPoints& all() const;
  int k() const;
  std::uint64_t seed() const;
  Distance distance() const;
  std::string description() const;  ///< "ivf:nlist=1058,nprobe=24"
  std::string fingerprint() const;  ///< of all that parts depend on
  const State& state() const { return *state_; }

 private:
  std::shared_ptr<const State> state_;
};

/// Rules, errors and memory of find_neighbors() by IvfKnn, of which it is the first part: all
/// points are needed.
NEARFOLD_EXPORT SharedCells train_cells(HostMatrix<const float> points, int k, const IvfKnn& ivf,
                                        const Cpu& on, std::uint64_t seed,
                                        const Distance& distance = {},
                                        const Progress& progress = {});

/// Exact rows of some queries of an approximate part, laid out as those of the part: by them recall
/// is measured, of at most 1,000 evenly spaced points, and rows are filled that found too little.
struct ExactRows {
  std::vector<std::int32_t> queries;    ///< ids, ascending
  std::vector<std::int32_t> neighbors;  ///< [queries, KnnPart::exact_width()]
  std::vector<float> distances;
};

/// Of every query the nearest among some of the points, the query itself left out.
struct KnnPart {
  AllPoints all;
  std::int64_t k = 0;  ///< of the graph
  Distance distance;
  std::uint64_t seed = 0;
  RowRange queries;
  RowRange data;

  /// Columns: k, through shared cells candidates + 1, or the number of points searched where that
  /// is less.
  std::int64_t width() const { return std::min(candidates > 0 ? candidates + 1 : k, data.rows()); }
  std::int64_t exact_width() const { return std::min(k, data.rows()); }
  /// [queries, width]: ids among all points, ascending by distance, equal ones in the order of the
  /// query; -1 fills up where the query is one of fewer than k + 1 points. Through shared cells
  /// ascending by (measure, row), the query itself among them, last where it was not found.
  std::vector<std::int32_t> neighbors = {};
  std::vector<float> distances = {};       ///< [queries, width]; infinity where the id is -1
  std::vector<std::uint8_t> tied = {};     ///< [queries]: others are as far as the last, left out
  std::vector<std::uint8_t> repeats = {};  ///< [queries]: an earlier point of the data is equal

  KnnParams knn = FlatKnn{};            ///< by which method
  ExactRows exact = {};                 ///< unless that is FlatKnn
  std::string cells = {};               ///< SharedCells::fingerprint(); empty: none
  std::int64_t candidates = 0;          ///< of a query through shared cells; 0: there are none
  std::vector<float> measures = {};     ///< [queries, width] by short rows; infinity: not found
  std::vector<std::int32_t> rows = {};  ///< [queries, width]: places of the neighbours in the cells
};

/// Some of the points, searched for one block of queries after the other: what a search needs of
/// them is made once. Copies share it.
class NEARFOLD_EXPORT Shard {
 public:
  struct State;
  /// in   data  any range of the points; its rows are not copied, and have to stay
  ///      all   of all points: PointsScan
  ///      k     of the graph, in [1, all.n - 1]
  ///      knn   FlatKnn, or an index of this data: IvfKnn, HnswKnn; others throw Unsupported
  /// Memory: what find_neighbors() takes for as many points. Rules and errors of find_neighbors().
  Shard(const PointRows& data, const AllPoints& all, int k, const KnnParams& knn, const Cpu& on,
        std::uint64_t seed, const Distance& distance = {}, const Progress& progress = {});
  /// Through cells that were trained of all points. Throws InvalidInput for other points where
  /// their shape or values tell.
  Shard(const PointRows& data, const SharedCells& cells, const Cpu& on,
        const Progress& progress = {});

  const RowRange& range() const;
  /// The k nearest of each of `queries` among the data: any range of the points, the same, apart,
  /// or with rows in common. Several threads may ask at once.
  KnnPart part(const PointRows& queries, const Progress& progress = {}) const;

 private:
  std::shared_ptr<const State> state_;
};

/// The same by a shard that serves once. Exact, under every metric, on the processor.
NEARFOLD_EXPORT KnnPart find_part(const PointRows& queries, const PointRows& data,
                                  const AllPoints& all, int k, const Cpu& on, std::uint64_t seed,
                                  const Distance& distance = {}, const Progress& progress = {});

/// The graph of all parts, whatever their ranges and their order: that which find_neighbors() makes
/// of all points with FlatKnn; of approximate parts the nearest that they have found, with its
/// recall. Throws InvalidInput naming parts by their place from 0: when they are not of one graph,
/// when a query with a point is in no part or in two (and which ranges are missing), and when a row
/// breaks the rules of KnnPart.
NEARFOLD_EXPORT KnnGraph merge_parts(std::span<const KnnPart> parts, const Cpu& on = Cpu{});
/// Of parts through shared cells: that which find_neighbors() makes of all points by IvfKnn.
NEARFOLD_EXPORT KnnGraph merge_parts(std::span<const KnnPart> parts, const SharedCells& cells,
                                     const Cpu& on = Cpu{});

}  // namespace nearfold
