#include "tsne/field.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/simd_fixed.hpp"
#include "tsne/fft_grid.hpp"

namespace nearfold {
namespace {

bool takes_grid(const Matrix& map) {
  constexpr std::int64_t kFew = 8000;  // points that are all summed over
  constexpr float kWidest = 1500;      // units; maps of ten million points have 1,000
  return map.cols() == 2 && map.rows() >= kFew &&
         std::all_of(map.values().begin(), map.values().end(),
                     [](float at) { return std::fabs(at) < kWidest / 2; });
}

}  // namespace

TsneField::TsneField(const Matrix& map, const Cpu& on, double dof) : map_(&map), kernel_(dof) {
  if (dof != 1 || !takes_grid(map)) return;
  grid_ = std::make_unique<TsneGrid>(fit(), on);  // fit() sets the corner
  spread();
  grid_->convolve();
}
TsneField::~TsneField() = default;

AllPairsField<DimCount<kAnyDims>> TsneField::all_pairs() const {
  return {map_->data(), static_cast<std::int32_t>(map_->rows()),
          DimCount<kAnyDims>(static_cast<int>(map_->cols())), kernel_};
}

std::int64_t TsneField::node_count() const {
  return grid_->nodes() * stride();
}
const float* TsneField::nodes() const {
  return grid_->at(0, 0);
}
std::int64_t TsneField::stride() const {
  return grid_->at(1, 0) - grid_->at(0, 0);
}

/// Nodes a side; sets where the field begins and ends.
std::int64_t TsneField::fit() {
  constexpr float kMargin = 20;  // units beyond the map
  float widest = 0;
  for (int c = 0; c < 2; ++c) {
    float low = std::numeric_limits<float>::max(), high = -low;
    for (std::int64_t i = 0; i < map_->rows(); ++i) {
      low = std::min(low, map_->row(i)[c]);
      high = std::max(high, map_->row(i)[c]);
    }
    corner_[c] = low - kMargin;
    far_[c] = high + kMargin;
    widest = std::max(widest, far_[c] - corner_[c]);
  }
  return static_cast<std::int64_t>(widest * SplineCell::kScale) + SplineCell::kBehind + 2;
}

/// A unit charge at each of the map's points.
void TsneField::spread() {
  const std::int64_t nodes = grid_->nodes();
  for (std::int64_t r = 0; r < nodes; ++r) std::fill_n(grid_->at(r, 0), nodes + 8, 0.0f);
  for (std::int64_t i = 0; i < map_->rows(); ++i) {
    const SplineCell cell(map_->row(i)[0] - corner_[0], map_->row(i)[1] - corner_[1]);
    float* node = grid_->at(cell.row - SplineCell::kBefore, cell.column - SplineCell::kBefore);
    for (int r = 0; r < kSplineNodes; ++r, node += stride())
      lanes(node) += cell.by_row[r] * lanes(cell.by_column);
  }
}

}  // namespace nearfold
