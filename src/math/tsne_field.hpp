// The repulsion of a finished t-SNE map on a point that is not of it: the sum Z(y) of
// q over all points of the map, and R(y), that of q w (y - y_j) (math/tsne_kernel.hpp), which is
// -1/2 of Z's gradient. A function of the map and of y. A field has
//   at(y, push)   Z, and R in push [dims]
//   confine(y)    brings a place into the field's extent
// for a float, or for as many places side by side.
#pragma once

#include <cstdint>

#include "math/host_device.hpp"
#include "math/new_row.hpp"
#include "math/number.hpp"
#include "math/tsne_kernel.hpp"

namespace nearfold {

/// By all points of the map [n, dims]. O(n).
template <class Dims>
struct AllPairsField {
  const float* map;
  std::int32_t n;
  Dims dims;
  TsneKernel kernel = {};

  template <class F>
  NEARFOLD_HD F at(const F* y, F* push) const {
    constexpr std::int32_t kChunk = 64;  // sums of sums: less lost
    F z{}, part[Dims::kRoom], d[Dims::kRoom];
    for (int c = 0; c < dims.count(); ++c) push[c] = F{};
    for (std::int32_t begin = 0; begin < n; begin += kChunk) {
      const std::int32_t end = n - begin > kChunk ? begin + kChunk : n;
      F z_part{};
      for (int c = 0; c < dims.count(); ++c) part[c] = F{};
      for (std::int32_t j = begin; j < end; ++j) {
        const F w = kernel.pull(difference(y, map + std::int64_t{j} * dims.count(), dims, d));
        const F q = kernel.is_student_t() ? w : kernel.similarity(w);
        z_part += q;
        for (int c = 0; c < dims.count(); ++c) part[c] += q * w * d[c];
      }
      z += z_part;
      for (int c = 0; c < dims.count(); ++c) push[c] += part[c];
    }
    return z;
  }
  template <class F>
  NEARFOLD_HD void confine(F* /*y*/) const {}
};

/// A place relative to a grid's corner: its cell, and what it takes from the nodes around.
struct SplineCell {
  static constexpr std::int64_t kBefore = 2, kBehind = 3;  // nodes of a spline around its cell
  static constexpr auto kScale = static_cast<float>(1.0 / kGridSpacing);

  std::int64_t row, column;
  float by_column[8], slope_by_column[8], by_row[8], slope_by_row[8];

  NEARFOLD_HD SplineCell(float x, float y)
      : row(static_cast<std::int64_t>(y * kScale)), column(static_cast<std::int64_t>(x * kScale)) {
    spline_weights(x * kScale - static_cast<float>(column), by_column, slope_by_column);
    spline_weights(y * kScale - static_cast<float>(row), by_row, slope_by_row);
  }
};

/// Eight floats side by side as one thread has them, with the sums of core/simd_fixed.hpp.
struct EightFloats {
  float v[8];

  NEARFOLD_HD EightFloats& operator+=(const EightFloats& b) {
    for (int l = 0; l < 8; ++l) v[l] += b.v[l];
    return *this;
  }
  NEARFOLD_HD friend EightFloats operator*(float a, const EightFloats& b) {
    EightFloats c;
    for (int l = 0; l < 8; ++l) c.v[l] = a * b.v[l];
    return c;
  }
  NEARFOLD_HD friend EightFloats operator*(const EightFloats& a, const EightFloats& b) {
    EightFloats c;
    for (int l = 0; l < 8; ++l) c.v[l] = a.v[l] * b.v[l];
    return c;
  }

  using Type = EightFloats;
  NEARFOLD_HD static EightFloats load(const float* from) {
    EightFloats x;
    for (int l = 0; l < 8; ++l) x.v[l] = from[l];
    return x;
  }
  NEARFOLD_HD static float total(const EightFloats& x) {
    const float a = x.v[0] + x.v[4], b = x.v[1] + x.v[5], c = x.v[2] + x.v[6], d = x.v[3] + x.v[7];
    return (a + c) + (b + d);
  }
};

/// Of a 2-D map of many points, by B-splines on a grid of its potential (tsne/field.cpp). Eight:
/// the eight floats of a row of nodes that are read together.
template <class Eight>
struct SplineField {
  const float* nodes;  // seven more values can be read behind each row
  std::int64_t stride;
  float corner[2], far[2];

  template <class F>
  NEARFOLD_HD F at(const F* y, F* push) const {
    F z{};
    for (int l = 0; l < Number<F>::kLanes; ++l) {
      float slope[2];
      Number<F>::set_lane(
          z, l,
          read(Number<F>::lane(y[0], l) - corner[0], Number<F>::lane(y[1], l) - corner[1], slope));
      for (int c = 0; c < 2; ++c) Number<F>::set_lane(push[c], l, slope[c]);
    }
    return z;
  }
  template <class F>
  NEARFOLD_HD void confine(F* y) const {
    constexpr auto kSpacing = static_cast<float>(kGridSpacing);
    for (int c = 0; c < 2; ++c) {
      const F low = F{} + (corner[c] + kSpacing * 2.5f), high = F{} + (far[c] - kSpacing * 0.5f);
      y[c] = Number<F>::smaller(Number<F>::larger(y[c], low), high);
    }
  }

 private:
  NEARFOLD_HD float read(float x, float y, float* push) const {
    using Nodes = typename Eight::Type;
    const SplineCell cell(x, y);
    Nodes along{}, across{};  // of each column of nodes: potential and its slope by row
    const float* node =
        nodes + (cell.row - SplineCell::kBefore) * stride + cell.column - SplineCell::kBefore;
    for (int r = 0; r < kSplineNodes; ++r, node += stride) {
      const Nodes row = Eight::load(node);
      along += cell.by_row[r] * row;
      across += cell.slope_by_row[r] * row;
    }
    const Nodes columns = Eight::load(cell.by_column);
    push[0] = -0.5f * SplineCell::kScale * Eight::total(along * Eight::load(cell.slope_by_column));
    push[1] = -0.5f * SplineCell::kScale * Eight::total(across * columns);
    return Eight::total(along * columns);
  }
};

}  // namespace nearfold
