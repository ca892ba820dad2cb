#include "knn/bound_panels.hpp"

#include <algorithm>
#include <limits>

namespace nearfold {

BoundPanels::BoundPanels(std::int64_t n, std::int64_t width)
    : n_(n),
      width_(width),
      values_(std::make_unique_for_overwrite<Floats[]>(
          static_cast<std::size_t>(tiles() * width * kPanels))),
      own_(std::make_unique_for_overwrite<Floats[]>(static_cast<std::size_t>(tiles() * kPanels))) {}

void BoundPanels::set_tile(std::int64_t t, const float* rows, const float* own) {
  const std::int64_t count = std::min(kTile, n_ - t * kTile);
  Floats* const to = values_.get() + t * width_ * kPanels;
  std::fill_n(to, width_ * kPanels, Floats{});
  for (std::int64_t r = 0; r < count; ++r)
    for (std::int64_t c = 0; c < width_; ++c)
      to[c * kPanels + r / kSimd][r % kSimd] = rows[r * width_ + c];
  Floats* const to_own = own_.get() + t * kPanels;
  std::fill_n(to_own, kPanels, Floats{} + std::numeric_limits<float>::quiet_NaN());
  for (std::int64_t r = 0; r < count; ++r) to_own[r / kSimd][r % kSimd] = own[r];
}

void BoundPanels::copy_row(std::int64_t r, float* to) const {
  const std::int64_t lane = r % kTile;
  const Floats* column = tile(r / kTile) + lane / kSimd;
  for (std::int64_t c = 0; c < width_; ++c, column += kPanels) to[c] = (*column)[lane % kSimd];
}

}  // namespace nearfold
