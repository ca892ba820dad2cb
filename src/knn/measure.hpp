// What is measured between two rows, and how it becomes a distance: a metric, its parameters and
// the columns of the points in one value. It stands wherever a norm does.
#pragma once

#include <cstdint>
#include <memory>

#include "math/distance.hpp"
#include "math/set_distance.hpp"
#include "nearfold/params.hpp"

namespace nearfold {

struct Measure {
  Norm norm = Norm::l2;
  DistanceForm form = DistanceForm::as_measured;
  SetDistance sets = SetDistance::matching;  // bits
  double p = 2;                              // lp
  std::int64_t columns = 0;                  // unequal, bits, custom: of the points
  std::shared_ptr<const CustomDistance> custom = nullptr;

  Measure(Norm by = Norm::l2) : norm(by) {}  // NOLINT(google-explicit-constructor)
  operator Norm() const { return norm; }     // NOLINT(google-explicit-constructor)
};

/// Of a metric for points of so many columns. Under hamming values are compared, not bits.
Measure measure_for(const Distance& distance, std::int64_t columns);

/// Under bits rows hold words of 64 columns, two floats wide. Zeros behind both rows change
/// nothing.
float measure_others(const Measure& by, const float* a, const float* b, std::int64_t width);

inline float measure_rows(const Measure& by, const float* a, const float* b, std::int64_t width) {
  switch (by.norm) {
    case Norm::l2:
      return squared_distance(a, b, width);
    case Norm::l1:
      return fold_pairs<Norm::l1>(a, b, width);
    case Norm::linf:
      return fold_pairs<Norm::linf>(a, b, width);
    case Norm::lp:
    case Norm::canberra:
    case Norm::braycurtis:
    case Norm::unequal:
    case Norm::bits:
    case Norm::custom:
      return measure_others(by, a, b, width);
  }
  return 0;
}

/// The metric's distance for what was measured.
inline float distance_of(const Measure& by, float measured, float scale) {
  return distance_in(by.form, measured, scale);
}

/// x^p for x in [0, 1]; whole powers by squaring, the others by way of logarithms.
double share_power(double x, double p);

/// What is measured at this distance, or a little more: nothing beyond it is nearer.
float measured_at(const Measure& by, float distance, float scale);

/// Columns that differ between rows of bits.
std::int64_t unequal_bits(const float* a, const float* b, std::int64_t width);

}  // namespace nearfold
