// How the rows of a part are found: exactly, by an index of its data, or through cells that all
// parts share. Each refers to the space that it is made for.
#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "knn/exact.hpp"
#include "knn/metric.hpp"
#include "nearfold/knn_parts.hpp"

namespace nearfold {

/// The queries of a part: points of the space where all of them are, else rows that were made.
struct PartQueries {
  const MetricSpace& space;
  RowRange queries, data;
  const MetricRows& made;

  bool within() const { return data.contains(queries); }
  /// Each of them.
  Queries each() const;
  /// Of the same points the first of every kind alone.
  Queries kinds() const;
  /// Those of these ids.
  Queries some(std::span<const std::int32_t> ids) const;

 private:
  Queries none() const;
  std::int64_t first() const { return within() ? data.begin : queries.begin; }
};

class PartSearch {
 public:
  virtual ~PartSearch() = default;
  /// Of the part all that is found: `part` has what it is of.
  virtual void fill(KnnPart& part, const PartQueries& asked, const Cpu& on) const = 0;
};

std::unique_ptr<const PartSearch> make_flat_search(const MetricSpace& space, const Cpu& on);
/// `params` as Shard takes them.
std::unique_ptr<const PartSearch> make_index_search(const MetricSpace& space, int k,
                                                    const KnnParams& params, const Cpu& on,
                                                    std::uint64_t seed);
std::unique_ptr<const PartSearch> make_cell_search(const MetricSpace& space,
                                                   const SharedCells& cells, const Cpu& on);

/// Exact rows of those queries of the part whose ids are given, ascending.
ExactRows exact_rows(const ExactSearch& exact, std::vector<std::int32_t> ids,
                     const PartQueries& asked, const KnnPart& part, const Cpu& on);
/// The ids of [queries] by which the recall of a graph of n points is measured.
std::vector<std::int32_t> sampled_among(const RowRange& queries, std::int64_t n);

}  // namespace nearfold
