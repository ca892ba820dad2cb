// New rows side by side, one in each lane of a register: lanes never mix, so a row's place does not
// depend on what is beside it, nor on the width of registers.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "core/dims.hpp"
#include "core/parallel.hpp"
#include "core/simd.hpp"
#include "math/new_row.hpp"
#include "model/placement.hpp"

namespace nearfold {

/// A group of up to kSimd rows; lanes beyond repeat the last.
class SideBySide {
 public:
  SideBySide(const Model& model, std::int64_t k)
      : map_(&model.map), dims_(model.map.cols()), k_(k) {
    at_.resize(static_cast<std::size_t>(k * dims_));
    weights_.resize(static_cast<std::size_t>(k));
    y_.resize(static_cast<std::size_t>(dims_));
  }

  int dims() const { return static_cast<int>(dims_); }
  int k() const { return static_cast<int>(k_); }

  /// Lane l: a row's neighbours and their weights.
  void set(int lane, const std::int32_t* neighbors, const float* weights) {
    for (std::int64_t j = 0; j < k_; ++j) {
      weights_[index(j)][lane] = weights[j];
      for (std::int64_t c = 0; c < dims_; ++c)
        at_[index(j * dims_ + c)][lane] = map_->row(neighbors[j])[c];
    }
  }

  /// Where neighbour j is, [dims], and its weight.
  const Floats* at(std::int64_t j) const { return &at_[index(j * dims_)]; }
  Floats weight(std::int64_t j) const { return weights_[index(j)]; }
  /// Where the rows are, [dims].
  Floats* y() { return y_.data(); }

 private:
  static std::size_t index(std::int64_t i) { return static_cast<std::size_t>(i); }

  const Matrix* map_;
  std::int64_t dims_, k_;
  std::vector<Floats> at_, weights_, y_;
};

/// Begins a row at the weighted median of its neighbours, coordinate by coordinate.
class AtMedian {
 public:
  explicit AtMedian(std::int64_t k) : room_(static_cast<std::size_t>(k)) {}

  void operator()(const Matrix& map, const std::int32_t* ids, const float* weights, int k,
                  float* y) {
    const auto dims = static_cast<int>(map.cols());
    for (int c = 0; c < dims; ++c)
      y[c] = weighted_median(map.data() + c, dims, ids, weights, k, room_.data());
  }

 private:
  std::vector<WeightedPlace> room_;
};

/// descend(group) for all rows, kSimd at a time. weigh(distances, weights) makes the weights [k] of
/// a row. It begins where Begin puts it by the nearest, of whom weigh_near(distances, weights) does
/// the same and tells how many there are.
template <class Begin = AtMedian, class Weigh, class WeighNear, class Descend>
void place_side_by_side(const Model& model, const NewRows& rows, const Cpu& on, float* out,
                        const Weigh& weigh, const WeighNear& weigh_near, const Descend& descend) {
  constexpr std::int64_t kTogether = 64;
  static_assert(kTogether % kSimd == 0);
  const auto k = static_cast<std::size_t>(rows.k);
  parallel_for(on.threads, rows.count, kTogether, [&](std::int64_t begin, std::int64_t end) {
    SideBySide group(model, rows.k);
    std::vector<float> weights(k), y(static_cast<std::size_t>(group.dims()));
    Begin start(rows.k);
    for (std::int64_t first = begin; first < end; first += kSimd) {
      for (int lane = 0; lane < kSimd; ++lane) {
        const std::int64_t at = std::min(first + lane, end - 1) * rows.k;
        const std::int32_t* const ids = rows.neighbors.data() + at;
        const float* const distances = rows.distances.data() + at;
        weigh(distances, weights.data());
        group.set(lane, ids, weights.data());
        const int near = weigh_near(distances, weights.data());
        start(model.map, ids, weights.data(), near, y.data());
        for (int c = 0; c < group.dims(); ++c) group.y()[c][lane] = y[static_cast<std::size_t>(c)];
      }
      descend(group);
      for (int lane = 0; lane < kSimd && first + lane < end; ++lane)
        for (std::int64_t c = 0; c < group.dims(); ++c)
          out[(first + lane) * group.dims() + c] = group.y()[c][lane];
    }
  });
}

}  // namespace nearfold
