// What stands for the values that are missing in a column.
#include <cmath>
#include <string>
#include <vector>

#include "io/io.hpp"
#include "nearfold/error.hpp"

namespace nearfold::io {

std::vector<float> column_means(HostMatrix<const float> points) {
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
  std::vector<float> means;
  means.reserve(columns.size());
  for (const Known& column : columns) {
    if (column.count == 0)
      throw InvalidInput("column " + std::to_string(means.size()) +
                         " (from 0) has no value at all, so it has no mean; leave it out");
    means.push_back(static_cast<float>(column.sum / static_cast<double>(column.count)));
  }
  return means;
}

}  // namespace nearfold::io
