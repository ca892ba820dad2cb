#include "knn/bound_panels.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace nearfold {

BoundPanels::BoundPanels(std::int64_t n, std::int64_t width, std::int64_t first)
    : n_(n),
      width_(width),
      first_(first),
      values_(std::make_unique_for_overwrite<Floats[]>(
          static_cast<std::size_t>(tiles() * width * kPanels))),
      own_(std::make_unique_for_overwrite<Floats[]>(static_cast<std::size_t>(tiles() * kPanels))),
      rest_(std::make_unique_for_overwrite<Floats[]>(static_cast<std::size_t>(tiles() * kPanels))) {
}

float BoundPanels::rest(const float* row) const {
  double sum = 0;
  for (std::int64_t c = first_; c < width_; ++c)
    sum += static_cast<double>(row[c]) * static_cast<double>(row[c]);
  // So much that a product of two is rounded up as well.
  return static_cast<float>(std::sqrt(sum) * (1 + 0x1p-20));
}

void BoundPanels::set_tile(std::int64_t t, const float* rows, const float* own) {
  const std::int64_t count = std::min(kTile, n_ - t * kTile);
  Floats* const to = values_.get() + t * width_ * kPanels;
  std::fill_n(to, width_ * kPanels, Floats{});
  for (std::int64_t r = 0; r < count; ++r)
    for (std::int64_t c = 0; c < width_; ++c)
      to[c * kPanels + r / kSimd][r % kSimd] = rows[r * width_ + c];
  Floats* const to_own = own_.get() + t * kPanels;
  std::fill_n(to_own, kPanels, Floats{} + std::numeric_limits<float>::quiet_NaN());
  Floats* const to_rest = rest_.get() + t * kPanels;
  std::fill_n(to_rest, kPanels, Floats{});
  for (std::int64_t r = 0; r < count; ++r) {
    to_own[r / kSimd][r % kSimd] = own[r];
    to_rest[r / kSimd][r % kSimd] = rest(rows + r * width_);
  }
}

void BoundPanels::copy_row(std::int64_t r, float* to) const {
  const std::int64_t lane = r % kTile;
  const Floats* column = tile(r / kTile) + lane / kSimd;
  for (std::int64_t c = 0; c < width_; ++c, column += kPanels) to[c] = (*column)[lane % kSimd];
}

}  // namespace nearfold
