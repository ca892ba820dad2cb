#include "knn/filter.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include "core/parallel.hpp"
#include "knn/top_k.hpp"
#include "math/distance.hpp"

namespace nearfold {
namespace {

/// Columns that carry anything: scores and the norm of the rest, or all of the point.
std::int64_t filter_width(const Projection& projection) {
  return projection.lossless() ? static_cast<std::int64_t>(projection.mean.size())
                               : projection.axes.rows() + 1;
}

/// Scores of one point with its squared norm -> its filter row; returns the lowered norm.
float finish_row(const float* scores, float square, const Projection& projection,
                 std::int64_t width, float* row) {
  const bool lossless = projection.lossless();
  const std::int64_t scored = lossless ? width : width - 1;
  std::copy_n(scores, scored, row);
  double sum = 0;
  for (std::int64_t c = 0; c < scored; ++c)
    sum += static_cast<double>(row[c]) * static_cast<double>(row[c]);
  if (!lossless) {
    row[scored] = static_cast<float>(std::sqrt(std::max(0.0, static_cast<double>(square) - sum)));
    sum += static_cast<double>(row[scored]) * static_cast<double>(row[scored]);
  }
  // The product's error is below width * 2^-24 (|u|^2 + |v|^2); a score is a sum over the columns
  // of the point.
  const auto terms = static_cast<double>(width) + static_cast<double>(projection.mean.size());
  return static_cast<float>(sum * (1.0 - terms * 0x1p-23));
}

/// After how many columns it pays to look whether the rest can matter: so many that they carry four
/// fifths of the squares of some evenly spaced rows. All, where that is most of them: as columns
/// that carry alike. (MNIST, 70,000 points, AVX2: 15 neighbours in 16.9 s of processor time instead
/// of 21.5, 90 in 28.1 instead of 31.3.)
std::int64_t first_columns(const KnnRows& rows, const Projection& projection, std::int64_t width) {
  constexpr std::int64_t kRows = 1024;
  constexpr double kCarried = 0.8, kMost = 0.6;
  std::vector<float> row(static_cast<std::size_t>(width));
  std::vector<double> squares(row.size());
  const std::int64_t count = std::min(rows.n(), kRows);
  for (std::int64_t r = 0; r < count; ++r) {
    const std::int64_t at = r * rows.n() / count;
    finish_row(rows.rows.row(at), rows.square(at), projection, width, row.data());
    for (std::size_t c = 0; c < row.size(); ++c)
      squares[c] += static_cast<double>(row[c]) * static_cast<double>(row[c]);
  }
  const double all = std::accumulate(squares.begin(), squares.end(), 0.0);
  std::int64_t first = 0;
  for (double sum = 0; first < width && sum < kCarried * all; ++first)
    sum += squares[static_cast<std::size_t>(first)];
  return static_cast<double>(first) <= kMost * static_cast<double>(width) ? first : width;
}

}  // namespace

float KnnFilter::make_row(const float* knn_row, float square, float* row) const {
  return finish_row(knn_row, square, projection, rows.width(), row);
}

std::int64_t KnnFilter::surroundings(const float* row) const {
  constexpr std::int64_t kLeaf = 256;
  std::int64_t nearest = 0;
  float least = kInfinity;
  std::vector<float> middle(static_cast<std::size_t>(rows.width()));
  for (std::int64_t r = std::min(kLeaf / 2, rows.n() - 1); r < rows.n(); r += kLeaf) {
    rows.copy_row(r, middle.data());
    const float d = squared_distance(row, middle.data(), rows.width());
    if (d < least) {
      least = d;
      nearest = r / kLeaf * kLeaf;
    }
  }
  return nearest;
}

KnnFilter make_knn_filter(const KnnRows& rows, const Projection& projection, const EqualRows& equal,
                          const Cpu& on) {
  std::vector<std::int64_t> kept;
  for (std::int64_t p = 0; p < rows.n(); ++p)
    if (equal.is_first(rows.ids[static_cast<std::size_t>(p)])) kept.push_back(p);
  const std::int64_t n = std::ssize(kept), width = filter_width(projection);
  constexpr std::int64_t kTile = BoundPanels::kTile;
  KnnFilter filter{projection, BoundPanels(n, width, first_columns(rows, projection, width)),
                   std::vector<std::int32_t>(kept.size())};
  parallel_for(on.threads, filter.rows.tiles(), 1, [&](std::int64_t t, std::int64_t) {
    std::vector<float> made(static_cast<std::size_t>(kTile * width));
    float norms[kTile];
    for (std::int64_t r = t * kTile; r < std::min(n, (t + 1) * kTile); ++r) {
      const auto to = static_cast<std::size_t>(r);
      const auto from = static_cast<std::size_t>(kept[to]);
      filter.ids[to] = rows.ids[from];
      norms[r % kTile] = finish_row(rows.rows.row(kept[to]), rows.squares[from], projection, width,
                                    made.data() + r % kTile * width);
    }
    filter.rows.set_tile(t, made.data(), norms);
  });
  return filter;
}

}  // namespace nearfold
