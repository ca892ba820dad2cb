// A matrix takes values, it does not copy them unasked: the move is in the caller's text.
#include <utility>
#include <vector>

#include "nearfold/matrix.hpp"

nearfold::Matrix matrix_of(std::vector<float> values) {
#ifdef NEARFOLD_WRONG
  return nearfold::Matrix(2, 2, values);
#else
  return nearfold::Matrix(2, 2, std::move(values));
#endif
}
