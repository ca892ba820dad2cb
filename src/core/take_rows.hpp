// Some rows of points, dense or sparse, and rows above others.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "nearfold/matrix.hpp"
#include "nearfold/sparse.hpp"
#include "nearfold/stored.hpp"

namespace nearfold {

/// The rows of a matrix, in the order asked for.
template <class Id = std::int64_t>
Matrix take_rows(const StoredView& all, const std::vector<Id>& rows) {
  Matrix out(static_cast<std::int64_t>(rows.size()), all.cols());
  for (std::size_t r = 0; r < rows.size(); ++r)
    all.copy_row(rows[r], out.row(static_cast<std::int64_t>(r)));
  return out;
}

/// What is not 0 of dense points, NaN and infinity too.
inline SparseMatrix to_sparse(HostMatrix<const float> points) {
  SparseMatrix out{points.rows(), points.cols()};
  for (std::int64_t i = 0; i < points.rows(); ++i) {
    for (std::int64_t c = 0; c < points.cols(); ++c)
      if (const float x = points.row(i)[c]; x != 0) {
        out.indices.push_back(static_cast<std::int32_t>(c));
        out.values.push_back(x);
      }
    out.indptr.push_back(static_cast<std::int64_t>(out.indices.size()));
  }
  return out;
}

/// Rows [first, first + count), copied.
inline SparseMatrix rows_of(const SparseView& all, std::int64_t first, std::int64_t count) {
  const auto from = static_cast<std::size_t>(first), rows = static_cast<std::size_t>(count);
  const auto begin = static_cast<std::size_t>(all.indptr()[from]),
             stored = static_cast<std::size_t>(all.indptr()[from + rows]) - begin;
  const auto indices = all.indices().subspan(begin, stored);
  const auto values = all.values().subspan(begin, stored);
  SparseMatrix out{count, all.cols()};
  out.indptr.clear();
  for (std::size_t i = 0; i <= rows; ++i)
    out.indptr.push_back(all.indptr()[from + i] - static_cast<std::int64_t>(begin));
  out.indices.assign(indices.begin(), indices.end());
  out.values.assign(values.begin(), values.end());
  return out;
}

/// Rows of one above those of another, of as many columns.
inline SparseMatrix stacked(const SparseView& above, const SparseView& below) {
  SparseMatrix out = rows_of(above, 0, above.rows());
  out.rows += below.rows();
  for (std::int64_t i = 1; i <= below.rows(); ++i)
    out.indptr.push_back(above.stored() + below.indptr()[static_cast<std::size_t>(i)]);
  out.indices.insert(out.indices.end(), below.indices().begin(), below.indices().end());
  out.values.insert(out.values.end(), below.values().begin(), below.values().end());
  return out;
}
inline Matrix stacked(HostMatrix<const float> above, HostMatrix<const float> below) {
  std::vector<float> values(above.data(), above.data() + above.size());
  values.insert(values.end(), below.data(), below.data() + below.size());
  return Matrix(above.rows() + below.rows(), above.cols(), std::move(values));
}

/// The rows of sparse points, in the order asked for.
inline SparseMatrix take_rows(const SparseView& all, const std::vector<std::int64_t>& rows) {
  SparseMatrix some{std::ssize(rows), all.cols()};
  for (const std::int64_t row : rows) {
    const auto from = all.indptr()[static_cast<std::size_t>(row)],
               end = all.indptr()[static_cast<std::size_t>(row) + 1];
    some.indices.insert(some.indices.end(), all.indices().begin() + from,
                        all.indices().begin() + end);
    some.values.insert(some.values.end(), all.values().begin() + from, all.values().begin() + end);
    some.indptr.push_back(std::ssize(some.indices));
  }
  return some;
}

}  // namespace nearfold
