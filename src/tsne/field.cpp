#include "tsne/field.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/simd_fixed.hpp"
#include "math/tsne_force.hpp"
#include "model/side_by_side.hpp"
#include "nearfold/error.hpp"
#include "tsne/fft_grid.hpp"

namespace nearfold {
namespace {

class ExactField final : public TsneField {
 public:
  explicit ExactField(const Matrix& map) : map_(&map) {}

  Floats at(const Floats* y, Floats* push) const override {
    const std::int64_t dims = map_->cols();
    Floats z{}, part[kMostDims], d[kMostDims];
    std::fill_n(push, dims, Floats{});
    for (std::int64_t begin = 0; begin < map_->rows();
         begin += kChunk) {  // sums of sums: less lost
      Floats z_part{};
      std::fill_n(part, dims, Floats{});
      for (std::int64_t j = begin; j < std::min(begin + kChunk, map_->rows()); ++j) {
        Floats d2{};
        for (std::int64_t c = 0; c < dims; ++c) {
          d[c] = y[c] - map_->row(j)[c];
          d2 += d[c] * d[c];
        }
        const Floats q = student_t(d2);
        z_part += q;
        for (std::int64_t c = 0; c < dims; ++c) part[c] += q * q * d[c];
      }
      z += z_part;
      for (std::int64_t c = 0; c < dims; ++c) push[c] += part[c];
    }
    return z;
  }

  void confine(Floats* /*y*/) const override {}

 private:
  static constexpr std::int64_t kChunk = 64;
  const Matrix* map_;
};

/// The potential of unit charges at the map's points, on nodes that reach beyond it.
class GridField final : public TsneField {
 public:
  GridField(const Matrix& map, const Cpu& on) : grid_(fit(map), on) {  // fit() sets the corner
    const auto nodes = grid_.nodes();
    for (std::int64_t r = 0; r < nodes; ++r) std::fill_n(grid_.at(r, 0), nodes + 8, 0.0f);
    for (std::int64_t i = 0; i < map.rows(); ++i) {
      const Cell cell(map.row(i)[0] - corner_[0], map.row(i)[1] - corner_[1]);
      for (int r = 0; r < kSplineNodes; ++r)
        lanes(grid_.at(cell.row - kBefore + r, cell.column - kBefore)) +=
            cell.by_row[r] * lanes(cell.by_column);
    }
    grid_.convolve();
  }

  Floats at(const Floats* y, Floats* push) const override {
    Floats z{};
    for (int l = 0; l < kSimd; ++l) {
      const Cell cell(y[0][l] - corner_[0], y[1][l] - corner_[1]);
      Float8 along{}, across{};  // of each column of nodes: potential and its slope by row
      for (int r = 0; r < kSplineNodes; ++r) {
        const Float8 node = lanes(grid_.at(cell.row - kBefore + r, cell.column - kBefore));
        along += cell.by_row[r] * node;
        across += cell.slope_by_row[r] * node;
      }
      const Float8 potential = along * lanes(cell.by_column);
      const Float8 by_x = along * lanes(cell.slope_by_column);
      const Float8 by_y = across * lanes(cell.by_column);
      z[l] = sum(potential);
      push[0][l] = -0.5f * kScale * sum(by_x);
      push[1][l] = -0.5f * kScale * sum(by_y);
    }
    return z;
  }

  void confine(Floats* y) const override {
    for (int c = 0; c < 2; ++c) {
      const Floats low = Floats{} + (corner_[c] + kScaled * 2.5f);
      const Floats high = Floats{} + (far_[c] - kScaled * 0.5f);
      y[c] = Number<Floats>::smaller(Number<Floats>::larger(y[c], low), high);
    }
  }

 private:
  static constexpr std::int64_t kBefore = 2, kBehind = 3;  // nodes of a spline around its cell
  static constexpr auto kScaled = static_cast<float>(kGridSpacing);
  static constexpr auto kScale = static_cast<float>(1.0 / kGridSpacing);
  static constexpr float kMargin = 20;  // units beyond the map

  /// A place relative to the corner: its cell, and what it takes from the nodes around.
  struct Cell {
    std::int64_t row, column;
    float by_column[8], slope_by_column[8], by_row[8], slope_by_row[8];
    Cell(float x, float y)
        : row(static_cast<std::int64_t>(y * kScale)),
          column(static_cast<std::int64_t>(x * kScale)) {
      spline_weights(x * kScale - static_cast<float>(column), by_column, slope_by_column);
      spline_weights(y * kScale - static_cast<float>(row), by_row, slope_by_row);
    }
  };

  /// Nodes a side; sets where the field begins and ends.
  std::int64_t fit(const Matrix& map) {
    float widest = 0;
    for (int c = 0; c < 2; ++c) {
      float low = std::numeric_limits<float>::max(), high = -low;
      for (std::int64_t i = 0; i < map.rows(); ++i) {
        low = std::min(low, map.row(i)[c]);
        high = std::max(high, map.row(i)[c]);
      }
      corner_[c] = low - kMargin;
      far_[c] = high + kMargin;
      widest = std::max(widest, far_[c] - corner_[c]);
    }
    return static_cast<std::int64_t>(widest * kScale) + kBehind + 2;
  }

  float corner_[2], far_[2];
  TsneGrid grid_;
};

}  // namespace

std::unique_ptr<TsneField> make_field(const Matrix& map, const Cpu& on) {
  constexpr std::int64_t kFew = 8000;  // as TsneParams::Repulsion::automatic
  constexpr float kWidest = 1500;      // units; maps of ten million points have 1,000
  bool grid = map.cols() == 2 && map.rows() >= kFew;
  for (std::int64_t i = 0; grid && i < map.size(); ++i)
    grid = std::fabs(map.data()[i]) < kWidest / 2;
  if (grid) return std::make_unique<GridField>(map, on);
  return std::make_unique<ExactField>(map);
}

}  // namespace nearfold
