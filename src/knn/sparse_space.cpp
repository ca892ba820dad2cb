#include <algorithm>
#include <cstring>
#include <string>
#include <vector>

#include "core/check_points.hpp"
#include "core/hash.hpp"
#include "knn/metric_domain.hpp"
#include "knn/sparse_makers.hpp"
#include "knn/sparse_overlap.hpp"
#include "nearfold/error.hpp"

namespace nearfold {
namespace {

void check_sparse_domain(const SparseView& points, const Distance& distance,
                         const std::string& what) {
  check_lengths(distance.params, points.cols());
  if (!needs_no_negative(row_of(distance.metric))) return;
  const auto negative = std::find_if(points.values().begin(), points.values().end(),
                                     [](float x) { return !(x >= 0); });
  if (negative == points.values().end()) return;
  const auto at = negative - points.values().begin();
  const auto row = std::upper_bound(points.indptr().begin(), points.indptr().end(), at) -
                   points.indptr().begin() - 1;
  refuse_negative(
      what + ": " + place_in_words(row, points.indices()[static_cast<std::size_t>(at)], *negative),
      distance.metric);
}

}  // namespace

SparseRow sparse_row(const SparseView& points, std::int64_t i) {
  const auto from = static_cast<std::size_t>(points.indptr()[static_cast<std::size_t>(i)]),
             count =
                 static_cast<std::size_t>(points.indptr()[static_cast<std::size_t>(i) + 1]) - from;
  return {points.indices().subspan(from, count), points.values().subspan(from, count)};
}

std::uint64_t hash_of(const SparseRow& row) {
  std::uint64_t hash = std::uint64_t{0x9E3779B97F4A7C15u};
  for (std::size_t e = 0; e < row.values.size(); ++e) {
    if (row.values[e] == 0) continue;
    const std::int32_t column = row.columns[e];
    std::uint32_t bits;
    std::memcpy(&bits, &row.values[e], sizeof bits);
    const std::uint64_t entry[2] = {
        hash, (std::uint64_t{static_cast<std::uint32_t>(column)} << 32) | bits};
    hash = hash_bytes(entry, sizeof entry);
  }
  return hash;
}

bool are_equal(const SparseRow& a, const SparseRow& b) {
  std::size_t i = 0, j = 0;
  for (;;) {
    while (i < a.values.size() && a.values[i] == 0) ++i;
    while (j < b.values.size() && b.values[j] == 0) ++j;
    if (i == a.values.size() || j == b.values.size())
      return i == a.values.size() && j == b.values.size();
    if (a.columns[i] != b.columns[j] || a.values[i] != b.values[j]) return false;
    ++i, ++j;
  }
}

void require_sparse_metric(Metric metric) {
  switch (row_of(metric).points) {
    case PointsAs::whitened:
    case PointsAs::places:
      break;
    case PointsAs::given:
      if (row_of(metric).norm != Norm::custom) return;
      break;
    case PointsAs::directions:
    case PointsAs::centred_directions:
    case PointsAs::one_length:
    case PointsAs::scaled:
    case PointsAs::share_roots:
    case PointsAs::bits:
    case PointsAs::bits_or_given:
      return;
  }
  throw Unsupported(std::string(name(metric)) +
                    " is of rows without zeros, and the points are sparse; give them dense, or use "
                    "another metric");
}

SparseSpace make_sparse_space(const SparseView& points, const Distance& distance, const Cpu& on) {
  require_sparse_metric(distance.metric);
  check_sparse_domain(points, distance, "points");
  SparseSpace space{distance, measure_for(distance, points.cols()), {}, {}};
  space.points = sparse_rows_of(points, distance, on);
  if (queries_differ(row_of(distance.metric).points)) {
    for (std::int64_t i = 0; i < points.rows(); ++i)
      space.longest = std::max(space.longest, length_of(space.points.row(i), 0, 0));
    space.points = lengthened(points, space.longest, on);
    space.stretched = stretched(points, space.longest, on);
    add_sums(space.stretched, overlap_of(space.norm), on);
  }
  add_sums(space.points, overlap_of(space.norm), on);
  return space;
}

SparseRows make_sparse_queries(const SparseView& queries, const SparseSpace& space, const Cpu& on) {
  check_sparse_domain(queries, space.distance, "queries");
  SparseRows rows = queries_differ(row_of(space.distance.metric).points)
                        ? stretched(queries, space.longest, on)
                        : sparse_rows_of(queries, space.distance, on);
  add_sums(rows, overlap_of(space.norm), on);
  return rows;
}

EqualRows find_equal_rows(const SparseRows& rows, const Cpu& on) {
  const std::vector<HashedRow> hashes = hashed_rows(
      rows.n(), [&](std::int64_t i) { return hash_of(rows.row(i)); }, on);
  return groups_among(
      hashes, [&](std::int64_t a, std::int64_t b) { return are_equal(rows.row(a), rows.row(b)); });
}

}  // namespace nearfold
