// Cells of IVF that parts share: what an index of all points has, but for their rows.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "knn/equal_rows.hpp"
#include "knn/index.hpp"
#include "knn/projected_rows.hpp"
#include "nearfold/knn_parts.hpp"

namespace nearfold {

/// Groups of two and more equal points.
struct EqualPoints {
  std::vector<std::int64_t> begin = {0};  // [groups + 1]
  std::vector<std::int32_t> members;      // of group g [begin[g], begin[g + 1]), ascending

  EqualPoints() = default;
  explicit EqualPoints(const EqualRows& equal);
  EqualPoints(std::vector<std::int64_t> begin, std::vector<std::int32_t> members);

  /// The points equal to one, itself among them; nothing where it is alone.
  std::span<const std::int32_t> group(std::int32_t point) const;

 private:
  void look_up();

  std::vector<std::pair<std::int32_t, std::int32_t>> group_of_;  // (member, group), ascending
};

struct SharedCells::State {
  AllPoints all;
  int k = 0;
  Distance distance;
  std::uint64_t seed = 0;
  IvfKnn params;
  Effort effort;
  Projection projection;
  KnnRows centroids;
  std::vector<std::int64_t> begin;  // of cells, among the rows
  std::vector<std::int32_t> ids;    // the point of every row
  EqualPoints equal;

  /// Of all of it.
  std::string fingerprint = {};
};

/// Takes its fingerprint.
SharedCells shared(SharedCells::State&& state);

/// (row, id) of the points of a range, in the order of rows.
std::vector<std::pair<std::int32_t, std::int32_t>> rows_of(const SharedCells::State& cells,
                                                           const RowRange& range);

}  // namespace nearfold
