// The matrix of a table: the columns that are features at the end, and those of 0 and 1.
#pragma once

#include <string>
#include <vector>

#include "io/rounding.hpp"
#include "io/scanned_column.hpp"

namespace nearfold::io {

/// The values of points, row after row.
struct Features {
  TextValues values = {};
  std::vector<std::size_t> from = {};  ///< of each column, that of the file
};

/// Puts columns of 0 and 1 between the features: one for each distinct text of a one-hot column, in
/// their order and the column's place; a missing one is 0 in all. InvalidInput for more than 1000
/// texts.
Features with_one_hot(const ScannedColumns& columns, TextValues&& features, std::int64_t rows,
                      const std::string& file);

}  // namespace nearfold::io
