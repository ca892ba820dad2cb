// What can be wrong with an array that is given as an initialization, or with a map that came out:
// points at one place, or on a line, which forces between points never leave.
#pragma once

#include "nearfold/matrix.hpp"

namespace nearfold {

struct ArrayShape {
  double width = 0;        // standard deviation of the widest column
  bool one_place = false;  // all rows are equal
  bool flat = false;  // they lie on a line, in 3-D on a plane, in more dimensions in fewer than
                      // all: a column is constant, or follows from the others but for rounding
  int constant_column = -1;  // the first, as far as floats of this size tell numbers apart
};

/// The first column whose values are all the same, as far as floats of their size tell; or -1.
/// O(n cols).
int constant_column(HostMatrix<const float> rows);

/// O(n cols^2).
ArrayShape shape_of(HostMatrix<const float> rows);

}  // namespace nearfold
