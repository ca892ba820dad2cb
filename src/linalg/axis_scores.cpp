#include "linalg/axis_scores.hpp"

#include <algorithm>

#include "core/float_rows.hpp"
#include "core/parallel.hpp"

namespace nearfold {

float center(const float* row, const std::vector<float>& mean, float* centered) {
  double square = 0;
  for (std::size_t c = 0; c < mean.size(); ++c) {
    centered[c] = row[c] - mean[c];
    square += static_cast<double>(centered[c]) * static_cast<double>(centered[c]);
  }
  return static_cast<float>(square);
}

void axis_scores(std::span<const float* const> rows, const std::vector<float>& mean,
                 const PackedRows& axes, std::int64_t count, float* scores, std::int64_t stride,
                 float* squares) {
  constexpr std::size_t kTogether = PackedRows::kQueries;
  const std::int64_t panels = PackedRows::last(count);
  const auto dim = mean.size(), padded = static_cast<std::size_t>(panels * PackedRows::kRows);
  std::vector<float> centered(kTogether * dim), room(kTogether * padded);
  const float* queries[kTogether];
  float* products[kTogether];
  for (std::size_t q = 0; q < kTogether; ++q) {
    queries[q] = centered.data() + q * dim;
    products[q] = room.data() + q * padded;
  }
  for (std::size_t first = 0; first < rows.size(); first += kTogether) {
    const std::size_t some = std::min(kTogether, rows.size() - first);
    for (std::size_t q = 0; q < some; ++q) {
      const float square = center(rows[first + q], mean, centered.data() + q * dim);
      if (squares != nullptr) squares[first + q] = square;
    }
    axes.multiply(queries, 0, panels, products);
    for (std::size_t q = 0; q < some; ++q, scores += stride)
      std::copy_n(products[q], count, scores);
  }
}

Matrix axis_scores(const StoredView& points, const std::vector<float>& mean, const Matrix& axes,
                   const Cpu& on) {
  const PackedRows packed(axes.view(), on);
  Matrix scores(points.rows(), axes.rows());
  parallel_for(on.threads, points.rows(), kGrain, [&](std::int64_t begin, std::int64_t end) {
    for_float_rows(points, begin, end, [&](std::int64_t first, std::span<const float* const> rows) {
      axis_scores(rows, mean, packed, axes.rows(), scores.row(first), axes.rows());
    });
  });
  return scores;
}

}  // namespace nearfold
