#include "nearfold/matrix.hpp"

#include <string>

#include "nearfold/error.hpp"

namespace nearfold {
namespace {

std::string shape(std::int64_t rows, std::int64_t cols) {
  return "a matrix of " + std::to_string(rows) + " x " + std::to_string(cols) + " values";
}

}  // namespace

void throw_no_matrix(std::int64_t rows, std::int64_t cols, bool is_null) {
  if (is_matrix_shape(rows, cols) && is_null)
    throw InvalidInput(shape(rows, cols) + " at a null pointer; give where the values are");
  throw InvalidInput(shape(rows, cols) +
                     " cannot be; rows and columns are >= 0, and rows * cols at most 2^60");
}

void throw_no_matrix(std::int64_t rows, std::int64_t cols, std::size_t given) {
  if (!is_matrix_shape(rows, cols)) throw_no_matrix(rows, cols, false);
  throw InvalidInput(shape(rows, cols) + " was given " + std::to_string(given) + " of them; " +
                     std::to_string(rows * cols) + " are needed");
}

}  // namespace nearfold
