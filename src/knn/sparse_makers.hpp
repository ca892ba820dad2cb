// How sparse points become the rows that a metric measures: metric_rows.hpp is of dense ones.
#pragma once

#include <cstdint>

#include "knn/sparse_rows.hpp"

namespace nearfold {

/// Made of each row alone.
SparseRows sparse_rows_of(const SparseView& points, const Distance& distance, const Cpu& on);
/// inner_product: points of one length, and queries as long as the longest of them.
SparseRows lengthened(const SparseView& points, double longest, const Cpu& on);
SparseRows stretched(const SparseView& queries, double longest, const Cpu& on);

/// Of a row of `cols` columns less `centre`.
double length_of(const SparseRow& row, double centre, std::int64_t cols);

}  // namespace nearfold
