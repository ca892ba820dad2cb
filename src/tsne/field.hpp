// The repulsion of a finished t-SNE map on points that are not of it.
#pragma once

#include <memory>
#include <vector>

#include "core/simd.hpp"
#include "nearfold/matrix.hpp"

namespace nearfold {

/// The sum Z(y) of q = 1 / (1 + |y - y_j|^2) over all points of a map, and R(y), that of
/// q^2 (y - y_j), which is -1/2 of Z's gradient. A function of the map and of y.
class TsneField {
 public:
  virtual ~TsneField() = default;
  /// At kSimd places; y, push [dims].
  virtual Floats at(const Floats* y, Floats* push) const = 0;
  /// Brings places into the field's extent.
  virtual void confine(Floats* y) const = 0;
};

/// By all points; of 2-D maps of many by B-splines on a grid (repulsion_fft.cpp).
std::unique_ptr<TsneField> make_field(const Matrix& map, const Cpu& on);

}  // namespace nearfold
