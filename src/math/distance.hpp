// The one formula for each distance between points: what is measured between rows, and how that
// becomes the distance of a metric. Everything that ends up in a KnnGraph is computed here, so
// equal neighbours have equal bytes whichever index found them.
#pragma once

#include <cmath>
#include <cstdint>

#include "math/host_device.hpp"

namespace nearfold {

// ---- norms --------------------------------------------------------------------------------------

/// How rows are compared: by the sum of squared differences, of magnitudes, or the largest one.
enum class Norm { l2, l1, linf };

constexpr const char* name(Norm norm) {
  switch (norm) {
    case Norm::l2:
      return "l2";
    case Norm::l1:
      return "l1";
    case Norm::linf:
      return "linf";
  }
  return "";
}

/// Whether it is |a|^2 + |b|^2 - 2 <a, b>: then rows can be turned and cut to their leading axes,
/// and are compared by matrix products. Others are measured pair by pair, column by column.
constexpr bool by_products(Norm norm) {
  switch (norm) {
    case Norm::l2:
      return true;
    case Norm::l1:
    case Norm::linf:
      return false;
  }
  return false;
}

/// What is kept of differences d under a norm, one after the other and then of two such parts.
template <Norm>
struct NormFold;
template <>
struct NormFold<Norm::l2> {
  NEARFOLD_HD static float fold(float sum, float d) { return sum + d * d; }
  NEARFOLD_HD static float join(float x, float y) { return x + y; }
};
template <>
struct NormFold<Norm::l1> {
  NEARFOLD_HD static float fold(float sum, float d) { return sum + __builtin_fabsf(d); }
  NEARFOLD_HD static float join(float x, float y) { return x + y; }
};
template <>
struct NormFold<Norm::linf> {
  NEARFOLD_HD static float fold(float most, float d) { return join(most, __builtin_fabsf(d)); }
  NEARFOLD_HD static float join(float x, float y) { return y > x ? y : x; }
};

/// Over dim coordinates in sixteen parts, coordinate c in part c % 16, joined pairwise at the end:
/// a fixed order that a SIMD unit or a half warp follows without reordering.
template <Norm norm>
NEARFOLD_HD inline float fold_pairs(const float* a, const float* b, std::int64_t dim) {
  using By = NormFold<norm>;
  constexpr int kParts = 16;
  float part[kParts] = {};
  std::int64_t c = 0;
  for (; c + kParts <= dim; c += kParts) {
#if defined(__GNUC__) && !defined(__clang__) && !defined(__CUDACC__)
#pragma GCC unroll 1  // unrolled, GCC finds no vectors for the largest of two
#endif
    for (int l = 0; l < kParts; ++l) part[l] = By::fold(part[l], a[c + l] - b[c + l]);
  }
  for (int l = 0; c + l < dim; ++l) part[l] = By::fold(part[l], a[c + l] - b[c + l]);
  for (int width = kParts / 2; width > 0; width /= 2)
    for (int l = 0; l < width; ++l) part[l] = By::join(part[l], part[l + width]);
  return part[0];
}

/// Sum of (a - b)^2.
NEARFOLD_HD inline float squared_distance(const float* a, const float* b, std::int64_t dim) {
  return fold_pairs<Norm::l2>(a, b, dim);
}

NEARFOLD_HD inline float measure_rows(Norm norm, const float* a, const float* b,
                                      std::int64_t width) {
  switch (norm) {
    case Norm::l2:
      return squared_distance(a, b, width);
    case Norm::l1:
      return fold_pairs<Norm::l1>(a, b, width);
    case Norm::linf:
      return fold_pairs<Norm::linf>(a, b, width);
  }
  return 0;
}

// ---- from what was measured to a distance -------------------------------------------------------

/// The distance is what was measured, its root, its half, or a multiple that depends on the query.
enum class DistanceForm { as_measured, root, half, scaled };

NEARFOLD_HD inline float distance_in(DistanceForm form, float measured, float scale = 1) {
  switch (form) {
    case DistanceForm::as_measured:
      return measured;
    case DistanceForm::root:
      return std::sqrt(measured);
    case DistanceForm::half:
      return 0.5f * measured;
    case DistanceForm::scaled:
      return scale * measured;
  }
  return 0;
}

/// The way back, but for rounding: what was measured at this distance.
template <class Real>
NEARFOLD_HD inline Real measured_in(DistanceForm form, Real distance, Real scale = 1) {
  switch (form) {
    case DistanceForm::as_measured:
      return distance;
    case DistanceForm::root:
      return distance * distance;
    case DistanceForm::half:
      return 2 * distance;
    case DistanceForm::scaled:
      return scale > 0 ? distance / scale : static_cast<Real>(HUGE_VALF);
  }
  return 0;
}

}  // namespace nearfold
