// The sum of PaCMAP's forces on a point: a gather over its pairs and their mirrors.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>

#include "core/dims.hpp"
#include "core/sixteen_sums.hpp"
#include "math/pacmap_force.hpp"

namespace nearfold {

/// The gradient of the loss at one point of y [n, dims], in sixteen partial sums
/// (sixteen_sums.hpp).
template <int Fixed>
class PairGradient {
 public:
  PairGradient(const float* y, std::int64_t i, DimCount<Fixed> dims) : y_(y), dims_(dims) {
    for (int c = 0; c < dims_.count(); ++c) {
      own_[c] = Floats{} + y[i * dims_.count() + c];
      for (int part = 0; part < kRowParts; ++part) sums_[c][part] = Floats{};
    }
  }

  /// Adds slope(t) (y_i - y_j) for every j of `others`, t being 1 + |y_i - y_j|^2; `weights` has a
  /// factor of each, or is null.
  template <class Slope>
  void add(std::span<const std::int32_t> others, const float* weights, const Slope& slope) {
    const std::size_t whole = others.size() / kRowSums * kRowSums, rest = others.size() - whole;
    for (std::size_t e = 0; e < whole; e += kRowSums)
      add_sixteen(others.data() + e, weights == nullptr ? nullptr : weights + e, slope);
    if (rest == 0) return;
    std::int32_t last[kRowSums] = {};
    float counted[kRowSums] = {};  // a weight of 0 adds nothing
    std::copy_n(others.data() + whole, rest, last);
    if (weights == nullptr)
      std::fill_n(counted, rest, 1.0f);
    else
      std::copy_n(weights + whole, rest, counted);
    add_sixteen(last, counted, slope);
  }

  float at(int c) const { return added(sums_[c]); }

 private:
  template <class Slope>
  void add_sixteen(const std::int32_t* others, const float* weights, const Slope& slope) {
    for (std::int64_t part = 0; part < kRowParts; ++part) {
      Floats d[DimCount<Fixed>::kRoom], t = Floats{} + 1.0f;
      gather(y_, others + part * kSimd, dims_, d);
      for (int c = 0; c < dims_.count(); ++c) {
        d[c] = own_[c] - d[c];
        t += d[c] * d[c];
      }
      Floats g = slope(t);
      if (weights != nullptr) g *= load(weights + part * kSimd);
      for (int c = 0; c < dims_.count(); ++c) sums_[c][part] += g * d[c];
    }
  }

  const float* y_;
  DimCount<Fixed> dims_;
  Floats own_[DimCount<Fixed>::kRoom];
  Floats sums_[DimCount<Fixed>::kRoom][kRowParts];
};

}  // namespace nearfold
