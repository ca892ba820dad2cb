#include "nearfold/sparse.hpp"

#include <algorithm>
#include <limits>
#include <string>

#include "core/places.hpp"
#include "nearfold/error.hpp"

namespace nearfold {
namespace {

constexpr std::int64_t kMostColumns = std::int64_t{1} << 24;

[[noreturn]] void refuse_row(std::int64_t row, const std::string& why) {
  throw InvalidInput("sparse points, row " + std::to_string(row) + ": " + why);
}

}  // namespace

SparseView::SparseView(std::int64_t rows, std::int64_t cols, std::span<const std::int64_t> indptr,
                       std::span<const std::int32_t> indices, std::span<const float> values)
    : rows_(rows), cols_(cols), indptr_(indptr), indices_(indices), values_(values) {
  const auto refuse = [](const std::string& why) { throw InvalidInput("sparse points: " + why); };
  if (rows < 0 || cols < 0 || rows > std::numeric_limits<std::int32_t>::max())
    refuse("a matrix of " + std::to_string(rows) + " x " + std::to_string(cols) + " cannot be");
  if (cols > kMostColumns)
    refuse("there are " + std::to_string(cols) +
           " columns, and at most 16777216 are taken; leave out those that hold nothing, or hash "
           "into fewer");
  if (std::ssize(indptr) != rows + 1)
    refuse("indptr has " + std::to_string(indptr.size()) + " entries, and " + std::to_string(rows) +
           " rows need " + std::to_string(rows + 1));
  if (indices.size() != values.size())
    refuse("there are " + std::to_string(indices.size()) + " indices and " +
           std::to_string(values.size()) + " values; each value has its column");
}

void SparseView::validate() const {
  if (indptr_.front() != 0)
    refuse_row(0,
               "indptr begins with " + std::to_string(indptr_.front()) + ", and must begin with 0");
  for (std::int64_t i = 0; i < rows_; ++i) {
    const std::int64_t begin = indptr_[static_cast<std::size_t>(i)],
                       end = indptr_[static_cast<std::size_t>(i) + 1];
    if (end < begin || end > stored())
      refuse_row(i, "indptr goes from " + std::to_string(begin) + " to " + std::to_string(end) +
                        "; it never falls, and ends with the number of values, " +
                        std::to_string(stored()));
    std::int64_t before = -1;
    for (std::int64_t e = begin; e < end; ++e) {
      const std::int64_t column = indices_[static_cast<std::size_t>(e)];
      if (column < 0 || column >= cols_)
        refuse_row(i, "column " + std::to_string(column) + " is not in [0, " +
                          std::to_string(cols_) + ")");
      if (column <= before)
        refuse_row(i, "column " + std::to_string(column) + " comes after column " +
                          std::to_string(before) +
                          "; columns ascend within a row, each once (scipy's sum_duplicates())");
      before = column;
    }
  }
  if (indptr_.back() != stored())
    refuse_row(rows_, "indptr ends with " + std::to_string(indptr_.back()) + ", and there are " +
                          std::to_string(stored()) + " values");
}

SparseMatrix transposed(const SparseView& columns) {
  columns.validate();
  SparseMatrix out{columns.cols(), columns.rows()};
  Places places(out.rows);
  for (const std::int32_t row : columns.indices()) places.count(row);
  out.indptr = places.begin();
  out.indices.resize(static_cast<std::size_t>(columns.stored()));
  out.values.resize(out.indices.size());
  for (std::int64_t c = 0; c < columns.rows(); ++c)
    for (auto e = static_cast<std::size_t>(columns.indptr()[static_cast<std::size_t>(c)]);
         e < static_cast<std::size_t>(columns.indptr()[static_cast<std::size_t>(c) + 1]); ++e) {
      const std::size_t at = places.next(columns.indices()[e]);
      out.indices[at] = static_cast<std::int32_t>(c);
      out.values[at] = columns.values()[e];
    }
  return out;
}

}  // namespace nearfold
