// What every entry of the library checks of sparse points before it works.
#pragma once

#include <cstdint>

#include "nearfold/device.hpp"
#include "nearfold/sparse.hpp"

namespace nearfold {

/// The structure (SparseView::validate()), and what check_points() asks of dense ones: 2 rows, a
/// column, values that distances can be made of, by row and column. O(stored).
void check_points(const SparseView& points);
/// Structure and values alone, of any number of rows.
void check_values(const SparseView& points);

/// Columns that have one value in every row, 0 or not. O(stored + columns).
std::int64_t constant_columns(const SparseView& points);

}  // namespace nearfold
