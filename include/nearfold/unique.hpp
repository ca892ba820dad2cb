// Points whose rows are equal, as one: which rows are distinct, and which of them each point is.
#pragma once

#include <cstdint>
#include <vector>

#include "nearfold/device.hpp"
#include "nearfold/export.hpp"
#include "nearfold/sparse.hpp"
#include "nearfold/stored.hpp"

namespace nearfold {

/// The distinct rows of n points, in the order in which they come.
struct UniqueRows {
  std::vector<std::int64_t> rows = {};  ///< [distinct]: the first point of each, ascending
  std::vector<std::int32_t> of = {};    ///< [n]: which of them each point is
};

/// What a run with Settings::unique makes its map of. Rows are equal when all their values are: -0
/// is 0, and a sparse row does not depend on the zeros that it stores. Points [n, dim] as for
/// embed(), whose InvalidInput it throws. The same for any number of threads. O(n dim) and a sort
/// of n, of sparse points O(stored).
NEARFOLD_EXPORT UniqueRows unique_rows(const StoredView& points, const Cpu& on = {});
NEARFOLD_EXPORT UniqueRows unique_rows(const SparseView& points, const Cpu& on = {});

}  // namespace nearfold
