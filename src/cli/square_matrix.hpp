// What a square matrix may be that is given as points.
#pragma once

#include "io/points.hpp"

namespace nearfold::cli {

enum class Square {
  other,
  distances,     ///< symmetric, not negative, zero on the diagonal
  similarities,  ///< symmetric, one value on the diagonal, none larger in magnitude, not all 0
  triangle       ///< zero on the diagonal and on one side of it, not negative on the other
};

/// Of four points or more; as they were in the file, but for rounding. Ends at the first two values
/// that make it another matrix.
Square square_of(const io::Points& points);

}  // namespace nearfold::cli
