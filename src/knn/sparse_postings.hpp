// Where a search of sparse rows begins: rows that share columns which few rows have.
#pragma once

#include <cstdint>
#include <vector>

#include "knn/sparse_rows.hpp"

namespace nearfold {

/// `count` others of each row [n, count], -1 for none: of those met in the lists of its rarest
/// columns, as many as `most` entries of lists lead to, the ones of the largest products over these
/// columns; of rows of zeros others of these. None where even the rarest list is longer.
/// Deterministic. Takes the rows once more, by column, and 256 KB for each thread. O(n most).
std::vector<std::int32_t> rows_sharing_columns(const SparseRows& rows, int count, std::int64_t most,
                                               const Cpu& on);

}  // namespace nearfold
