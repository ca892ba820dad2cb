#include "method_contract.hpp"

#include <cmath>

namespace nearfold {

void check_rows(const char* what, const Matrix& rows, std::int64_t n, int dims) {
  if (rows.rows() != n || rows.cols() != dims)
    throw InvalidInput(std::string("the checkpoint's ") + what + " is " +
                       std::to_string(rows.rows()) + " x " + std::to_string(rows.cols()) +
                       "; this run's is " + std::to_string(n) + " x " + std::to_string(dims));
  for (const float x : rows.values())
    if (!std::isfinite(x))
      throw InvalidInput(std::string("the checkpoint's ") + what + " is not finite");
}

}  // namespace nearfold
