// Some rows of points, dense or sparse, in memory of their own.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "core/input_points.hpp"
#include "core/take_rows.hpp"

namespace nearfold {

/// In the order asked for.
struct TakenRows {
  Matrix dense;
  std::optional<SparseMatrix> sparse;

  TakenRows(const InputPoints& all, const std::vector<std::int64_t>& which) {
    if (all.sparse)
      sparse = take_rows(*all.sparse, which);
    else
      dense = take_rows(all.host, which);
  }
  InputPoints points() const { return sparse ? InputPoints(sparse->view()) : InputPoints(dense); }
};

}  // namespace nearfold
