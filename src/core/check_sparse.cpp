#include "core/check_sparse.hpp"

#include <algorithm>
#include <cmath>
#include <sstream>
#include <vector>

#include "core/check_points.hpp"
#include "nearfold/error.hpp"

namespace nearfold {

void check_values(const SparseView& points) {
  points.validate();
  BadValues bad;
  float most = 0;
  for (std::int64_t i = 0; i < points.rows(); ++i)
    for (auto e = static_cast<std::size_t>(points.indptr()[static_cast<std::size_t>(i)]);
         e < static_cast<std::size_t>(points.indptr()[static_cast<std::size_t>(i) + 1]); ++e) {
      const float x = points.values()[e];
      if (!is_usable(x)) bad.add(i, points.indices()[e], x);
      most = std::max(most, std::fabs(x));
    }
  if (bad.count > 0) throw InvalidInput(bad.message());
  constexpr float kLeast = 1e-16F;
  if (most == 0 || most >= kLeast) return;
  std::ostringstream text;
  text << "the largest value is " << most
       << "; differences below 1e-16 underflow in distances: scale the data, by 1e"
       << static_cast<int>(std::ceil(-std::log10(most)));
  throw InvalidInput(text.str());
}

void check_points(const SparseView& points) {
  check_shape(points.rows(), points.cols());
  check_values(points);
}

std::int64_t constant_columns(const SparseView& points) {
  struct Column {
    std::int64_t rows = 0;  // that have its first value
    float first = 0;
  };
  std::vector<Column> columns(static_cast<std::size_t>(points.cols()));
  for (std::size_t e = 0; e < points.values().size(); ++e) {
    const float x = points.values()[e];
    Column& column = columns[static_cast<std::size_t>(points.indices()[e])];
    if (x == 0) continue;
    if (column.first == 0) column.first = x;
    if (column.first == x) ++column.rows;
  }
  return std::count_if(columns.begin(), columns.end(), [&](const Column& column) {
    return column.rows == 0 || column.rows == points.rows();
  });
}

}  // namespace nearfold
