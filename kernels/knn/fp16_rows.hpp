// Rows as halves, so that a GPU's fast product finds their neighbours: (x - centre) s, rounded to
// 11 bits; how far that is off is measured, row by row, for the proof (certificate.hpp).
//
// The nearest by distance are those of the largest <q, x> - |x|^2 / 2, and this is one product of
// longer rows: |x|^2 / 2 is held in three more columns of a point, which a query meets with fixed
// factors. FAISS' own squared norms would not do: it rounds the squares of halves to halves.
//
// Cost for n rows of d columns: 4 n d bytes read and 2 n (d + 3) written, 6 n d flops, one launch.
#pragma once

#include <cmath>
#include <cstdint>

#include "kernels/knn/certificate.hpp"
#include "math/half.hpp"

namespace nearfold {

inline constexpr std::int64_t kMaxHalfWidth = 50'000;  // beyond it |x|^2 / 2 may be no half

/// Columns of a row of halves; those of a product have to be a multiple of 8 to be fast.
constexpr std::int64_t half_width(std::int64_t width) {
  return (width + 3 + 7) / 8 * 8;
}

/// What a query has in the place of part p of |x|^2 / 2, negative: each part takes 11 bits on.
NEARFOLD_HD inline float half_factor(int p) {
  return p == 0 ? 0x1p15f : p == 1 ? 0x1p4f : 0x1p-7f;
}

/// A frame in which rows are rounded.
struct Fp16Scaling {
  const float* centre = nullptr;  // null: the origin
  double scale = 1;

  NEARFOLD_HD double place(float x, std::int64_t c) const {
    const double from = centre ? static_cast<double>(centre[c]) : 0.0;
    return (static_cast<double>(x) - from) * scale;
  }
};

/// Row r of `rows` [any, width], which is point which(r), becomes row r of `halves`. Its length
/// after, and how far it was moved, are written for the point, both rounded up.
struct RowsToFp16 {
  const float* rows;
  std::int64_t width;
  PointIds which;
  Fp16Scaling frame;
  bool queries;
  std::uint16_t* halves;  // [any, half_width()]; null: only measured
  float* norms;           // null, or by point
  float* errors;          // by point

  struct Part {
    double square = 0, error = 0;
    NEARFOLD_HD Part& operator+=(const Part& other) {
      square += other.square;
      error += other.error;
      return *this;
    }
  };
  NEARFOLD_HD Part part(std::int64_t r, int lane) const {
    Part part;
    for (std::int64_t c = lane; c < width; c += kRowLanes) {
      const double place = frame.place(rows[r * width + c], c);
      const std::uint16_t half = half_of(static_cast<float>(place));
      const auto value = static_cast<double>(float_of(half));
      part.square += value * value;
      part.error += (value - place) * (value - place);
      if (halves) halves[r * half_width(width) + c] = half;
    }
    return part;
  }
  NEARFOLD_HD void finish(std::int64_t r, const Part& total) const {
    errors[which(r)] = length_up(total.error);
    if (norms) norms[which(r)] = length_up(total.square);
    if (!halves) return;
    std::uint16_t* const more = halves + r * half_width(width) + width;
    double rest = 0.5 * total.square;
    for (int p = 0; p < 3; ++p) {
      const auto factor = static_cast<double>(half_factor(p));
      more[p] = half_of(static_cast<float>(queries ? -factor : rest / factor));
      rest -= static_cast<double>(float_of(more[p])) * factor;
    }
    for (std::int64_t c = width + 3; c < half_width(width); ++c) more[c - width] = 0;
  }
};

}  // namespace nearfold
