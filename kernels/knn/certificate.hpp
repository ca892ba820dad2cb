// Which rows of the graph are proven to be exact, and a list of those that are not.
//
// FAISS compares points by an estimate of their squared distance, made of numbers that are the
// points' up to a shift, a scale s, and a rounding of e(x) in length. All lengths and distances
// here are times s. Suppose that a hidden point x belonged into the row of q, whose last distance
// is D. Then
//   |x| <= |q| + D, but for rounding          x is not far from q: this bounds e(x), and what the
//   d~ <= D + e(q) + e(x)                     product of long rows loses, by the row's own size
//   estimate <= d~^2 + rounding (|q| + |x|)^2
// and no hidden point's estimate is below that of the last candidate. Where that contradicts, the
// row is exact. Lengths never exceed the largest of all, nor e(x) the largest of all.
//
// Cost for n rows: lengths of points 4 n d bytes read and 2 n d flops, one launch; some 50 n bytes
// and a scan to list the open ones, 7 launches; n lengths read for the largest of them, 3 launches.
#pragma once

#include <cmath>
#include <cstdint>

#include "kernels/core/sums.hpp"
#include "kernels/knn/select.hpp"

namespace nearfold {

/// The root of a sum of squares, not less than it is.
NEARFOLD_HD inline float length_up(double square) {
  return static_cast<float>(std::sqrt(square) * (1.0 + 0x1p-22));
}

struct Certificate {
  BestRows best;
  const float* reach = nullptr;   // of every row, as in Selection
  const float* norms = nullptr;   // of every point as it is compared, rounded up: s |x|
  const float* errors = nullptr;  // null: none; of every point: e(x), rounded up
  float most_norm = 0, most_error = 0;
  std::int64_t dim = 0;
  double scale = 1;
  double rounding = 0;                // of an estimate, by (|q| + |x|)^2
  double relative = 0, absolute = 0;  // rounding a number x: relative |x| + absolute, at most
  double lost = 0;                    // from an estimate, whatever the size of its rows
  DistanceForm form = DistanceForm::as_measured;

  NEARFOLD_HD bool operator()(std::int64_t i) const {
    const std::int64_t last = (i + 1) * best.k - 1;
    if (best.ids[last] < 0) return false;
    if (reach[i] == HUGE_VALF) return true;  // all points were measured
    const double distance = measured_at(static_cast<double>(best.distances[last]));
    const double own = static_cast<double>(norms[i]);
    const double own_error = errors ? static_cast<double>(errors[i]) : 0.0;
    const double near = own + own_error + distance;  // |x| before it was rounded
    const double error = smaller(static_cast<double>(most_error),
                                 relative * near + absolute * std::sqrt(static_cast<double>(dim)));
    const double length = smaller(static_cast<double>(most_norm), near + error);
    const double beyond = distance + own_error + error;
    return static_cast<double>(reach[i]) - rounding * (own + length) * (own + length) - lost >
           beyond * beyond;
  }

 private:
  NEARFOLD_HD static double smaller(double a, double b) { return a < b ? a : b; }

  /// The largest true distance of a point whose measured one is not larger, times the scale: for
  /// the rounding of its root, of its sum, and of squares below the smallest float.
  NEARFOLD_HD double measured_at(double d) const {
    const double square = measured_in(form, d);
    const auto sums = static_cast<double>(dim + 32);
    return scale * std::sqrt(square * (1.0 + sums * 0x1p-22) + sums * 0x1p-148);
  }
};

/// The length of row r of `rows`, which is point first + r, rounded up.
struct NormOfRow {
  const float* rows;
  std::int64_t width;
  float* norms;

  struct Part {
    double square = 0;
    NEARFOLD_HD Part& operator+=(const Part& other) {
      square += other.square;
      return *this;
    }
  };
  NEARFOLD_HD Part part(std::int64_t r, int lane) const {
    Part part;
    for (std::int64_t c = lane; c < width; c += kRowLanes) {
      const auto x = static_cast<double>(rows[r * width + c]);
      part.square += x * x;
    }
    return part;
  }
  NEARFOLD_HD void finish(std::int64_t r, const Part& total) const {
    norms[r] = length_up(total.square);
  }
};

/// marks[r] = 1 where row which(r) is not exact. An approximate search only has to fill its rows.
struct MarkOpen {
  Certificate proof;
  bool certify;
  PointIds which;
  std::int64_t rows;
  std::int64_t* marks;  // [rows + 1]

  NEARFOLD_HD void operator()(std::int64_t r) const {
    if (r == rows) return void(marks[r] = 0);
    const std::int64_t i = which(r);
    const bool done = certify ? proof(i) : proof.best.ids[(i + 1) * proof.best.k - 1] >= 0;
    marks[r] = done ? 0 : 1;
  }
};

struct ListMarked {
  const std::int64_t* places;  // [rows + 1]: of marked ones before
  PointIds which;
  std::int64_t* list;

  NEARFOLD_HD void operator()(std::int64_t r) const {
    if (places[r + 1] > places[r]) list[places[r]] = which(r);
  }
};

/// Rows that are open, ascending, on a device.
template <class Executor>
struct UncertifiedRows {
  std::int64_t count = 0;
  typename Executor::template Buffer<std::int64_t> list;

  PointIds ids() const { return {list.data(), 0}; }
};

/// Of `rows` rows, those that are open. Only their number comes to the host.
template <class Executor>
UncertifiedRows<Executor> uncertified_rows(const Executor& executor, const Certificate& proof,
                                           bool certify, PointIds which, std::int64_t rows) {
  auto marks = executor.template buffer<std::int64_t>(rows + 1);
  executor.for_each(rows + 1, MarkOpen{proof, certify, which, rows, marks.data()});
  exclusive_scan(executor, marks.data(), rows + 1);
  UncertifiedRows<Executor> open;
  executor.fetch(marks.data() + rows, 1, &open.count);
  open.list = executor.template buffer<std::int64_t>(open.count);
  executor.for_each(rows, ListMarked{marks.data(), which, open.list.data()});
  executor.wait();  // the marks go away
  return open;
}

}  // namespace nearfold
