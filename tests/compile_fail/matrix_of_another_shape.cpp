// The shape of a matrix does not change under its values.
#include "nearfold/matrix.hpp"

void widen(nearfold::Matrix& matrix) {
#ifdef NEARFOLD_WRONG
  matrix.rows() = 3;
#else
  matrix = nearfold::Matrix(3, matrix.cols());
#endif
}
