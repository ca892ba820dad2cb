#include "init/array_shape.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <utility>
#include <vector>

namespace nearfold {
namespace {

constexpr double kRounding = 0x1p-20;  // of a column, beside its largest value
constexpr double kFlat = 1e-10;        // what is left of a column's variance, as a share

struct Column {
  double mean = 0, least = HUGE_VAL, most = -HUGE_VAL;

  Column(HostMatrix<const float> rows, std::int64_t c) {
    for (std::int64_t i = 0; i < rows.rows(); ++i) {
      const auto x = static_cast<double>(rows.row(i)[c]);
      mean += x;
      least = std::min(least, x);
      most = std::max(most, x);
    }
    mean /= static_cast<double>(rows.rows());
  }
  bool constant() const {
    return !(most - least > kRounding * std::max(std::abs(least), std::abs(most)));
  }
};

/// [cols][cols]
std::vector<std::vector<double>> covariances(HostMatrix<const float> rows,
                                             const std::vector<Column>& columns) {
  const std::size_t cols = columns.size();
  std::vector<std::vector<double>> sums(cols, std::vector<double>(cols));
  std::vector<double> off(cols);
  for (std::int64_t i = 0; i < rows.rows(); ++i) {
    for (std::size_t c = 0; c < cols; ++c)
      off[c] = static_cast<double>(rows.row(i)[c]) - columns[c].mean;
    for (std::size_t a = 0; a < cols; ++a)
      for (std::size_t b = 0; b < cols; ++b) sums[a][b] += off[a] * off[b];
  }
  for (auto& row : sums)
    for (double& sum : row) sum /= static_cast<double>(rows.rows());
  return sums;
}

/// Gaussian elimination of the covariances: a column that the ones before explain leaves nothing.
bool is_flat(std::vector<std::vector<double>> m) {
  std::vector<double> own;
  for (std::size_t a = 0; a < m.size(); ++a) own.push_back(m[a][a]);
  for (std::size_t a = 0; a < m.size(); ++a) {
    if (!(m[a][a] > kFlat * own[a])) return true;
    for (std::size_t b = a + 1; b < m.size(); ++b) {
      const double share = m[b][a] / m[a][a];
      for (std::size_t c = a; c < m.size(); ++c) m[b][c] -= share * m[a][c];
    }
  }
  return false;
}

}  // namespace

int constant_column(HostMatrix<const float> rows) {
  for (std::int64_t c = 0; c < rows.cols(); ++c)
    if (Column(rows, c).constant()) return static_cast<int>(c);
  return -1;
}

ArrayShape shape_of(HostMatrix<const float> rows) {
  const auto cols = static_cast<std::size_t>(rows.cols());
  ArrayShape shape;
  std::vector<Column> columns;
  for (std::size_t c = 0; c < cols; ++c) {
    columns.emplace_back(rows, static_cast<std::int64_t>(c));
    if (shape.constant_column < 0 && columns[c].constant())
      shape.constant_column = static_cast<int>(c);
  }
  shape.one_place = std::all_of(columns.begin(), columns.end(),
                                [](const Column& c) { return c.most == c.least; });
  std::vector<std::vector<double>> all = covariances(rows, columns);
  for (std::size_t a = 0; a < cols; ++a) shape.width = std::max(shape.width, std::sqrt(all[a][a]));
  shape.flat = shape.constant_column >= 0 || is_flat(std::move(all));
  return shape;
}

}  // namespace nearfold
