// Some rows of a matrix.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "nearfold/matrix.hpp"

namespace nearfold {

/// The rows of a matrix, in the order asked for.
template <class Id = std::int64_t>
Matrix take_rows(HostMatrix<const float> all, const std::vector<Id>& rows) {
  Matrix out(static_cast<std::int64_t>(rows.size()), all.cols());
  for (std::size_t r = 0; r < rows.size(); ++r)
    std::copy_n(all.row(rows[r]), all.cols(), out.row(static_cast<std::int64_t>(r)));
  return out;
}

}  // namespace nearfold
