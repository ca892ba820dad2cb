// Parts as dicts of numpy arrays: those of nearfold/parts/_part.py.
#pragma once

#include <nanobind/nanobind.h>

#include <cstdint>
#include <utility>

#include "knn/part_merge.hpp"
#include "nearfold/knn_parts.hpp"

namespace nearfold::python {

namespace nb = nanobind;

using Range = std::pair<std::int64_t, std::int64_t>;

inline RowRange range_of(const Range& range) {
  return {range.first, range.second};
}

/// The arrays of a part: "indices", "distances", "tied", "repeats"; of approximate ones
/// "exact_queries", "exact_indices" and "exact_distances", through shared cells "measures" and
/// "places".
nb::dict to_python(KnnPart&& part);

/// The rows of such a dict, which has "data" beside them and must live as long. Throws InvalidInput
/// when the arrays do not fit the ranges.
RowsOfPart rows_of(const nb::dict& part, const RowRange& queries, int k, std::int64_t candidates);

}  // namespace nearfold::python
