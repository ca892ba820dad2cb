// In which frame rows are rounded to halves: around what, and how large.
//
// Cost for n points of d columns: 4 n d bytes read once, 4 n d flops, four launches a tile; and
// 1,024 rows looked at three times.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#include "kernels/core/sums.hpp"
#include "kernels/knn/fp16_rows.hpp"
#include "kernels/knn/search_plan.hpp"
#include "kernels/knn/searched_points.hpp"

namespace nearfold {

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
inline double fp16_scale(float largest) {
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
    const std::int64_t width = rows.width(), sampled = std::min(rows.n(), kFrameSample);
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
    const auto moved = [&](const Fp16Scaling& frame) {
      executor.for_each_row(
          sampled, RowsToFp16{sample, width, {}, frame, false, nullptr, nullptr, errors.data()});
      auto sum = executor.template buffer<double>(1);
      OrderedSum<Executor, double>(executor, sampled, 32 * kSumChunk)(SquareAt{errors.data()}, 0.0,
                                                                      sum.data());
      return executor.download(sum, 0) / frame.scale / frame.scale;
    };
    const Fp16Scaling plain{nullptr, fp16_scale(largest.plain)};
    const Fp16Scaling centred{centre_.data(), fp16_scale(largest.centred)};
    frame_ = moved(centred) < moved(plain) ? centred : plain;
  }

  const Fp16Scaling& frame() const { return frame_; }

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
  Fp16Scaling frame_;
};

}  // namespace nearfold
