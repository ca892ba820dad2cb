// Rows as halves, so that a GPU's fast product finds their neighbours: (x - centre) s, rounded to
// 11 bits; how far that is off is measured, row by row, for the proof (knn_proof.hpp).
//
// The nearest by distance are those of the largest <q, x> - |x|^2 / 2, and this is one product of
// longer rows: |x|^2 / 2 is held in three more columns of a point, which a query meets with fixed
// factors. FAISS' own squared norms would not do: it rounds the squares of halves to halves.
#pragma once

#include <bit>
#include <cmath>
#include <cstdint>

#include "knn_points.hpp"
#include "knn_proof.hpp"
#include "math/half.hpp"

namespace nearfold {

inline constexpr std::int64_t kLeastHalfWidth = 64;     // columns from which halves pay
inline constexpr std::int64_t kHalfSample = 1024;       // rows that the frame is chosen by
inline constexpr std::int64_t kMostHalfWidth = 50'000;  // beyond it |x|^2 / 2 may be no half

/// Columns of a row of halves; those of a product have to be a multiple of 8 to be fast.
constexpr std::int64_t half_width(std::int64_t width) {
  return (width + 3 + 7) / 8 * 8;
}

/// What a query has in the place of part p of |x|^2 / 2, negative: each part takes 11 bits on.
NEARFOLD_HD inline float half_factor(int p) {
  return p == 0 ? 0x1p15f : p == 1 ? 0x1p4f : 0x1p-7f;
}

/// A frame in which rows are rounded.
struct HalfFrame {
  const float* centre = nullptr;  // null: the origin
  double scale = 1;

  NEARFOLD_HD double place(float x, std::int64_t c) const {
    const double from = centre ? static_cast<double>(centre[c]) : 0.0;
    return (static_cast<double>(x) - from) * scale;
  }
};

/// Row r of `rows` [any, width], which is point which(r), becomes row r of `halves`. Its length
/// after, and how far it was moved, are written for the point, both rounded up.
struct HalveRows {
  const float* rows;
  std::int64_t width;
  PointIds which;
  HalfFrame frame;
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

// ---- which frame ------------------------------------------------------------------------------

/// The mean of column c.
struct ColumnMean {
  const float* rows;
  std::int64_t count, width;
  float* mean;

  NEARFOLD_HD void operator()(std::int64_t c) const {
    double sum = 0;
    for (std::int64_t i = 0; i < count; ++i) sum += static_cast<double>(rows[i * width + c]);
    mean[c] = static_cast<float>(sum / static_cast<double>(count));
  }
};

/// The largest magnitude of a row, and of the row less the centre.
struct Largest {
  float plain = 0, centred = 0;

  NEARFOLD_HD Largest& operator+=(const Largest& other) {
    plain = other.plain > plain ? other.plain : plain;
    centred = other.centred > centred ? other.centred : centred;
    return *this;
  }
  NEARFOLD_HD Largest operator+(const Largest& other) const {
    Largest sum = *this;
    return sum += other;
  }
};

struct LargestOfRow {
  const float* rows;
  std::int64_t width;
  const float* centre;
  Largest* to;

  NEARFOLD_HD Largest part(std::int64_t i, int lane) const {
    Largest part;
    for (std::int64_t c = lane; c < width; c += kRowLanes) {
      const float x = rows[i * width + c];
      part += {std::fabs(x), std::fabs(x - centre[c])};
    }
    return part;
  }
  NEARFOLD_HD void finish(std::int64_t i, const Largest& total) const { to[i] = total; }
};

struct SquareAt {
  const float* from;
  NEARFOLD_HD double operator()(std::int64_t i) const {
    return static_cast<double>(from[i]) * static_cast<double>(from[i]);
  }
};

/// A power of two, so that what are halves stay halves: bytes are. Magnitudes become less than 256:
/// small ones keep their bits down to 2^-22 of the largest.
inline double half_scale(float largest) {
  int exponent = 0;
  std::frexp(static_cast<double>(largest), &exponent);
  return largest > 0 ? std::ldexp(1.0, 8 - exponent) : 1.0;
}

/// Rows are rounded around their mean if that moves a sample of them less in all than rounding them
/// as they are. So clouds far from the origin are moved there, and whole numbers, which are not
/// rounded at all where they are, stay.
template <class Executor>
class HalfFrames {
 public:
  HalfFrames(const Executor& executor, RowsOn<Executor>& rows)
      : executor_(executor), centre_(executor.template buffer<float>(rows.width())) {
    const std::int64_t width = rows.width(), sampled = std::min(rows.n(), kHalfSample);
    std::vector<std::int64_t> ids;
    for (std::int64_t s = 0; s < sampled; ++s) ids.push_back(s * rows.n() / sampled);
    const auto which = executor.upload(ids);
    auto room = executor.template buffer<float>(sampled * width);
    auto errors = executor.template buffer<float>(sampled);
    const float* const sample = rows.some({which.data(), 0}, sampled, room.data());
    executor.for_each(width, ColumnMean{sample, sampled, width, centre_.data()});

    Largest largest;
    for (std::int64_t t = 0; t < rows.tiles(); ++t) {
      const TileRows tile = rows.tile(t);
      largest += largest_of(tile);
    }
    const auto moved = [&](const HalfFrame& frame) {
      executor.for_each_row(
          sampled, HalveRows{sample, width, {}, frame, false, nullptr, nullptr, errors.data()});
      auto sum = executor.template buffer<double>(1);
      OrderedSum<Executor, double>(executor, sampled, 32 * kSumChunk)(SquareAt{errors.data()}, 0.0,
                                                                      sum.data());
      return executor.download(sum, 0) / frame.scale / frame.scale;
    };
    const HalfFrame plain{nullptr, half_scale(largest.plain)};
    const HalfFrame centred{centre_.data(), half_scale(largest.centred)};
    frame_ = moved(centred) < moved(plain) ? centred : plain;
  }

  const HalfFrame& frame() const { return frame_; }

 private:
  Largest largest_of(const TileRows& tile) {
    auto each = executor_.template buffer<Largest>(tile.n);
    auto all = executor_.template buffer<Largest>(1);
    executor_.for_each_row(tile.n, LargestOfRow{tile.rows, tile.dim, centre_.data(), each.data()});
    OrderedSum<Executor, Largest>(executor_, tile.n, 32 * kSumChunk)(ValueAt<Largest>{each.data()},
                                                                     Largest{}, all.data());
    return executor_.download(all, 0);
  }

  Executor executor_;
  typename Executor::template Buffer<float> centre_;
  HalfFrame frame_;
};

}  // namespace nearfold
