// Points whose rows have the same bytes: a search measures one of them and answers for all.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <utility>
#include <vector>

#include "nearfold/stored.hpp"

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

/// The groups where the lowest of the points equal to each is known.
EqualRows groups_by(std::vector<std::int32_t> first);

using HashedRow = std::pair<std::uint64_t, std::int32_t>;  // of a row, and its number

/// Ascending.
std::vector<HashedRow> hashed_rows(std::int64_t n,
                                   const std::function<std::uint64_t(std::int64_t)>& hash_of,
                                   const Cpu& on);
/// The groups of rows with one hash that are equal, too: what any kind of rows comes down to.
EqualRows groups_among(std::span<const HashedRow> hashes,
                       const std::function<bool(std::int64_t, std::int64_t)>& are_equal);

/// Rows by a hash of their bytes; where hashes are equal, rows are compared. 0 and -0 are different
/// bytes. Refers to the rows, of any type; others are of the same.
class RowLookup {
 public:
  RowLookup() = default;
  /// O(n cols), and a sort.
  RowLookup(const StoredView& rows, const Cpu& on);

  EqualRows equal_rows() const;
  /// For each of `others` the first row that has its bytes; -1: none.
  std::vector<std::int32_t> first_equal(const StoredView& others, const Cpu& on) const;

 private:
  StoredView rows_;
  std::vector<HashedRow> hashes_;  // ascending
};

inline EqualRows find_equal_rows(const StoredView& points, const Cpu& on) {
  return RowLookup(points, on).equal_rows();
}

}  // namespace nearfold
