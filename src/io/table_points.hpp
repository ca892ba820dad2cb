// The matrix of a table: the columns that are features at the end, and those of 0 and 1.
#pragma once

#include <string>
#include <vector>

#include "io/scanned_column.hpp"
#include "nearfold/matrix.hpp"

namespace nearfold::io {

/// Takes columns out of values that were read row after row; keep[c] tells of each column.
void keep_columns(std::vector<float>& values, const std::vector<bool>& keep);

/// Puts columns of 0 and 1 between the features: one for each distinct text of a one-hot column, in
/// their order and the column's place; a missing one is 0 in all. InvalidInput for more than 1000
/// texts.
Matrix with_one_hot(const ScannedColumns& columns, Matrix&& features, std::int64_t rows,
                    const std::string& file);

}  // namespace nearfold::io
