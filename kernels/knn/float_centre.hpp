// Where float32 rows are compared from. Far from the origin |q|^2 + |x|^2 - 2 <q, x> loses what it
// is to tell apart, and no row could be certified: rows are taken less their mean where that makes
// them much shorter. How far that rounds them is measured, row by row, for the certificate.
//
// Cost: 1,024 rows looked at once, and then 8 n w bytes and 2 n w flops a search, one launch for
// each tile and each batch.
#pragma once

#include <cstdint>
#include <vector>

#include "kernels/knn/certificate.hpp"
#include "kernels/knn/fp16_scaling.hpp"
#include "kernels/knn/search_plan.hpp"
#include "kernels/knn/searched_points.hpp"

namespace nearfold {

/// Row r of `rows` [any, width], which is point which(r), less the centre, is row r of `to`. Its
/// length after, and how far it was rounded, are written for the point, both rounded up.
struct CentreRows {
  const float* rows;
  std::int64_t width;
  PointIds which;
  const float* centre;
  float* to;      // null: only measured
  float* norms;   // by point
  float* errors;  // by point

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
      const float x = rows[r * width + c], centred = x - centre[c];
      const auto value = static_cast<double>(centred);
      const double off = value - (static_cast<double>(x) - static_cast<double>(centre[c]));
      part.square += value * value;
      part.error += off * off;
      if (to) to[r * width + c] = centred;
    }
    return part;
  }
  NEARFOLD_HD void finish(std::int64_t r, const Part& total) const {
    norms[which(r)] = length_up(total.square);
    errors[which(r)] = length_up(total.error);
  }
};

template <class Executor>
class FloatCentre {
 public:
  FloatCentre(const Executor& executor, RowsOn<Executor>& rows)
      : mean_(executor.template buffer<float>(rows.width())) {
    const std::int64_t width = rows.width(), sampled = std::min(rows.n(), kFrameSample);
    std::vector<std::int64_t> ids;
    for (std::int64_t s = 0; s < sampled; ++s) ids.push_back(s * rows.n() / sampled);
    const auto which = executor.upload(ids);
    auto room = executor.template buffer<float>(sampled * width);
    const float* const sample = rows.some({which.data(), 0}, sampled, room.data());
    executor.for_each(width, ColumnMean{sample, sampled, width, mean_.data()});
    auto plain = executor.template buffer<float>(sampled);
    auto centred = executor.template buffer<float>(sampled);
    auto errors = executor.template buffer<float>(sampled);
    executor.for_each_row(sampled, NormOfRow{sample, width, plain.data()});
    executor.for_each_row(
        sampled,
        CentreRows{sample, width, {}, mean_.data(), nullptr, centred.data(), errors.data()});
    pays_ = kTimes * squares(executor.download(centred)) < squares(executor.download(plain));
  }

  /// Null: the origin.
  const float* get() const { return pays_ ? mean_.data() : nullptr; }

 private:
  static constexpr double kTimes = 4;  // that squares are to shrink by: a bit of a distance
  static double squares(const std::vector<float>& lengths) {
    double sum = 0;
    for (const float length : lengths)
      sum += static_cast<double>(length) * static_cast<double>(length);
    return sum;
  }

  typename Executor::template Buffer<float> mean_;
  bool pays_ = false;
};

}  // namespace nearfold
