// Values that are missing, replaced by what their column says.
#include <cmath>
#include <string>
#include <vector>

#include "io/io.hpp"
#include "nearfold/error.hpp"

namespace nearfold::io {

std::int64_t fill_missing(Matrix& points) {
  struct Known {
    double sum = 0;
    std::int64_t count = 0;
  };
  std::vector<Known> columns(static_cast<std::size_t>(points.cols()));
  for (std::int64_t i = 0; i < points.rows(); ++i)
    for (std::int64_t c = 0; c < points.cols(); ++c) {
      const float x = points.row(i)[c];
      Known& column = columns[static_cast<std::size_t>(c)];
      if (std::isnan(x)) continue;
      column.sum += static_cast<double>(x);
      ++column.count;
    }
  for (std::size_t c = 0; c < columns.size(); ++c)
    if (columns[c].count == 0)
      throw InvalidInput("column " + std::to_string(c) +
                         " (from 0) has no value at all, so it has no mean; leave it out");
  std::int64_t filled = 0;
  for (std::int64_t i = 0; i < points.rows(); ++i)
    for (std::int64_t c = 0; c < points.cols(); ++c) {
      float& x = points.row(i)[c];
      if (!std::isnan(x)) continue;
      const Known& column = columns[static_cast<std::size_t>(c)];
      x = static_cast<float>(column.sum / static_cast<double>(column.count));
      ++filled;
    }
  return filled;
}

}  // namespace nearfold::io
