// Points whose rows have the same bytes: a search measures one of them and answers for all.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "nearfold/matrix.hpp"

namespace nearfold {

/// All points in groups of equal rows; nothing, where no two are equal or nobody looked.
struct EqualRows {
  std::vector<std::int32_t> first;    // [n]: the lowest of the points equal to a point
  std::vector<std::int32_t> begin;    // [n + 1]: the group of the first point f is
  std::vector<std::int32_t> members;  // [n]      members [begin[f], begin[f + 1]), ascending

  bool any() const { return !first.empty(); }
  std::int32_t first_of(std::int32_t point) const {
    return any() ? first[static_cast<std::size_t>(point)] : point;
  }
  bool is_first(std::int32_t point) const { return first_of(point) == point; }
  /// The points equal to one that is the first of them, itself among them; needs any().
  std::span<const std::int32_t> group(std::int32_t first_point) const {
    const auto f = static_cast<std::size_t>(first_point);
    return std::span(members).subspan(static_cast<std::size_t>(begin[f]),
                                      static_cast<std::size_t>(begin[f + 1] - begin[f]));
  }
  /// Points that are not the first of their kind.
  std::int64_t duplicates() const;
  /// Pairs of equal points, each point with itself among them, where there is more than one.
  double pairs() const;
};

/// Rows are found by a hash of their bytes, and then compared. 0 and -0 are different bytes.
/// O(n cols).
EqualRows find_equal_rows(HostMatrix<const float> points, const Cpu& on);

/// For every row the first of `among` that has its bytes; -1: none. O((rows + among) cols).
std::vector<std::int32_t> first_equal(HostMatrix<const float> rows, HostMatrix<const float> among,
                                      const Cpu& on);

}  // namespace nearfold
