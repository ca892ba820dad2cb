// Rows of parts become rows of the graph: a block of queries, offered what every part has found for
// them, in any order.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "knn/cell_merge.hpp"
#include "knn/part_rows.hpp"
#include "knn/top_k.hpp"
#include "nearfold/knn_parts.hpp"

namespace nearfold {

/// By what parts are merged.
struct MergeRules {
  std::int64_t n = 0;  // of approximate ones
  int k = 0;
  std::uint64_t seed = 0;
  bool exact = true;  // all parts are
  const SharedCells::State* cells = nullptr;
};

class PartMerge {
 public:
  PartMerge(const RowRange& queries, const MergeRules& rules);
  /// Of exact parts.
  PartMerge(const RowRange& queries, int k, std::uint64_t seed)
      : PartMerge(queries, MergeRules{.k = k, .seed = seed}) {}

  /// What a part has for some of these queries. Throws InvalidInput naming the row, and what is
  /// wrong in it.
  void add(const RowsOfPart& rows, const Cpu& on);

  /// When every query has been offered every point once.
  NeighborRows rows(const Cpu& on) const;
  std::int64_t tied_rows() const;
  std::int64_t duplicates() const;
  /// Of approximate `merged` rows, or their first columns: what share of as many exact neighbours
  /// is there, of each row of the sample that is among them, in their order.
  std::vector<double> shares(const NeighborRows& merged) const;

 private:
  struct Exact {
    Nearest nearest;
    std::int64_t searched = 0;  // points
  };
  void add_row(const RowsOfPart& rows, std::int64_t row);
  void add_candidates(const RowsOfPart& rows, std::int64_t row);
  void add_exact(const RowsOfPart& rows);
  const Nearest& exact_of(std::int64_t query) const;

  RowRange queries_;
  MergeRules rules_;
  std::vector<Nearest> nearest_;
  std::vector<CellCandidates> candidates_;  // instead, through shared cells
  std::map<std::int64_t, Exact> exact_;     // by query
  std::vector<char> repeats_;
};

/// Throws InvalidInput unless the cells of `rules` are those by which parts were made that have
/// this fingerprint, "" where they share none, and keep so many candidates.
void require_cells(const std::string& fingerprint, std::int64_t candidates,
                   const MergeRules& rules);

/// KnnGraph::index of parts by their method and ranges of data: "flat", that of the shared cells,
/// or "ivf per shard (4 shards)".
std::string index_of_parts(const KnnParams& knn, const MergeRules& rules,
                           std::span<const RowRange> data);

}  // namespace nearfold
