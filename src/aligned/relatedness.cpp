#include "aligned/relatedness.hpp"

#include <cmath>

namespace nearfold {
namespace {

/// Mean squared distance from the centre.
double spread_of(const Matrix& map) {
  double sum = 0;
  for (std::int64_t c = 0; c < map.cols(); ++c) {
    double mean = 0;
    for (std::int64_t i = 0; i < map.rows(); ++i) mean += static_cast<double>(map.row(i)[c]);
    mean /= static_cast<double>(map.rows());
    for (std::int64_t i = 0; i < map.rows(); ++i)
      sum +=
          (static_cast<double>(map.row(i)[c]) - mean) * (static_cast<double>(map.row(i)[c]) - mean);
  }
  return sum / static_cast<double>(map.rows());
}

}  // namespace

Relatedness relatedness_of(const Tie& tie, const Matrix& a, const Matrix& b) {
  Relatedness out{.rows = tie.rows()};
  for (std::size_t i = 0; i < tie.ahead.size(); ++i) {
    if (tie.ahead[i] < 0) continue;
    double square = 0;
    for (std::int64_t c = 0; c < a.cols(); ++c) {
      const double d = static_cast<double>(a.row(static_cast<std::int64_t>(i))[c]) -
                       static_cast<double>(b.row(tie.ahead[i])[c]);
      square += d * d;
    }
    out.distance += std::sqrt(square);
    out.similarity += static_cast<double>(tie.similarity[i]);
  }
  const auto rows = static_cast<double>(out.rows);
  out.similarity /= rows;
  out.distance /= rows * std::sqrt((spread_of(a) + spread_of(b)) / 2);
  return out;
}

}  // namespace nearfold
