// Equal by value, where a search asks for equal bytes (equal_rows.hpp).
#include "nearfold/unique.hpp"

#include <algorithm>
#include <cstddef>

#include "core/check_points.hpp"
#include "core/check_sparse.hpp"
#include "core/hash.hpp"
#include "knn/equal_rows.hpp"
#include "knn/sparse_makers.hpp"

namespace nearfold {
namespace {

UniqueRows numbered(const EqualRows& equal, std::int64_t n) {
  UniqueRows unique;
  unique.of.resize(static_cast<std::size_t>(n));
  for (std::int32_t i = 0; i < n; ++i) {
    const std::int32_t first = equal.first_of(i);
    unique.of[static_cast<std::size_t>(i)] = first == i
                                                 ? static_cast<std::int32_t>(unique.rows.size())
                                                 : unique.of[static_cast<std::size_t>(first)];
    if (first == i) unique.rows.push_back(i);
  }
  return unique;
}

}  // namespace

UniqueRows unique_rows(const StoredView& points, const Cpu& on) {
  check_points(points, on);
  const std::int64_t cols = points.cols();
  const auto hash_of = [&](std::int64_t i) {
    std::vector<float> room = points.room();
    return hash_of_values(points.row(i, room.data()), cols);
  };
  const auto are_equal = [&](std::int64_t a, std::int64_t b) {
    std::vector<float> room_a = points.room(), room_b = points.room();
    const float* const row = points.row(a, room_a.data());
    return std::equal(row, row + cols, points.row(b, room_b.data()));
  };
  return numbered(groups_among(hashed_rows(points.rows(), hash_of, on), are_equal), points.rows());
}

UniqueRows unique_rows(const SparseView& points, const Cpu& on) {
  check_points(points);
  return numbered(find_equal_rows(sparse_rows_of(points, {}, on), on), points.rows());
}

}  // namespace nearfold
