// The one formula for each distance between points: what is measured between rows, and how that
// becomes the distance of a metric. Everything that ends up in a KnnGraph is computed here, so
// equal neighbours have equal bytes whichever index found them.
#pragma once

#include <cmath>
#include <cstdint>

#include "math/host_device.hpp"

namespace nearfold {

// ---- norms --------------------------------------------------------------------------------------

/// How rows are compared: by the sum of squared differences, of magnitudes, or the largest one; and
/// what is no norm of a difference: sums of both values, counts of bits, and what a caller brings.
enum class Norm { l2, l1, linf, lp, canberra, braycurtis, unequal, bits, custom };

constexpr const char* name(Norm norm) {
  switch (norm) {
    case Norm::l2:
      return "l2";
    case Norm::l1:
      return "l1";
    case Norm::linf:
      return "linf";
    case Norm::lp:
      return "lp";
    case Norm::canberra:
      return "canberra";
    case Norm::braycurtis:
      return "braycurtis";
    case Norm::unequal:
      return "unequal";
    case Norm::bits:
      return "bits";
    case Norm::custom:
      return "custom";
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
    case Norm::lp:
    case Norm::canberra:
    case Norm::braycurtis:
    case Norm::unequal:
    case Norm::bits:
    case Norm::custom:
      return false;
  }
  return false;
}

/// Whether differences alone count, so that a GPU has it (kernels/knn/brute_force.hpp), too.
constexpr bool of_differences(Norm norm) {
  switch (norm) {
    case Norm::l2:
    case Norm::l1:
    case Norm::linf:
      return true;
    case Norm::lp:
    case Norm::canberra:
    case Norm::braycurtis:
    case Norm::unequal:
    case Norm::bits:
    case Norm::custom:
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

/// The same of values a and b that are more than their difference.
template <Norm norm>
struct PairFold {
  NEARFOLD_HD static float fold(float kept, float a, float b) {
    return NormFold<norm>::fold(kept, a - b);
  }
  NEARFOLD_HD static float join(float x, float y) { return NormFold<norm>::join(x, y); }
};
template <>
struct PairFold<Norm::canberra> {
  NEARFOLD_HD static float fold(float sum, float a, float b) {
    const float all = __builtin_fabsf(a) + __builtin_fabsf(b);
    return sum + __builtin_fabsf(a - b) / (all > 0 ? all : 1.0f);
  }
  NEARFOLD_HD static float join(float x, float y) { return x + y; }
};
template <>
struct PairFold<Norm::unequal> {
  NEARFOLD_HD static float fold(float sum, float a, float b) {
    return sum + (a != b ? 1.0f : 0.0f);
  }
  NEARFOLD_HD static float join(float x, float y) { return x + y; }
};
/// The sums below the line of braycurtis.
struct SumFold {
  NEARFOLD_HD static float fold(float sum, float a, float b) { return sum + (a + b); }
  NEARFOLD_HD static float join(float x, float y) { return x + y; }
};

/// Over dim coordinates in sixteen parts, coordinate c in part c % 16, joined pairwise at the end:
/// a fixed order that a SIMD unit or a half warp follows without reordering.
template <class By>
NEARFOLD_HD inline float fold_by(const float* a, const float* b, std::int64_t dim) {
  constexpr int kParts = 16;
  float part[kParts] = {};
  std::int64_t c = 0;
  for (; c + kParts <= dim; c += kParts) {
#if defined(__GNUC__) && !defined(__clang__) && !defined(__CUDACC__)
#pragma GCC unroll 1  // unrolled, GCC finds no vectors for the largest of two
#endif
    for (int l = 0; l < kParts; ++l) part[l] = By::fold(part[l], a[c + l], b[c + l]);
  }
  for (int l = 0; c + l < dim; ++l) part[l] = By::fold(part[l], a[c + l], b[c + l]);
  for (int width = kParts / 2; width > 0; width /= 2)
    for (int l = 0; l < width; ++l) part[l] = By::join(part[l], part[l + width]);
  return part[0];
}
template <Norm norm>
NEARFOLD_HD inline float fold_pairs(const float* a, const float* b, std::int64_t dim) {
  return fold_by<PairFold<norm>>(a, b, dim);
}

/// Sum of (a - b)^2.
NEARFOLD_HD inline float squared_distance(const float* a, const float* b, std::int64_t dim) {
  return fold_pairs<Norm::l2>(a, b, dim);
}

// ---- from what was measured to a distance -------------------------------------------------------

/// The distance is what was measured, its root, its half, a multiple that depends on the query, or
/// the angle whose chord is the root, on a sphere of radius 1.
enum class DistanceForm { as_measured, root, half, scaled, angle };

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
    case DistanceForm::angle: {
      const double sine = 0.5 * std::sqrt(static_cast<double>(measured));  // above 1 by rounding
      return static_cast<float>(2 * std::asin(sine < 1 ? sine : 1));
    }
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
    case DistanceForm::angle: {
      const double chord = 2 * std::sin(0.5 * static_cast<double>(distance));
      return static_cast<Real>(chord * chord);
    }
  }
  return 0;
}

}  // namespace nearfold
