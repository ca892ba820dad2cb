// The loops of an iteration of PaCMAP and LocalMAP on a device.
//
// Cost, two dimensions: MoveByPairs is 12 bytes and 15 flops a pair, and the same for its mirror, 8
// bytes of them from another vertex's place, and 40 bytes a vertex. NextIteration is one thread
// with two products in double for each iteration so far.
#pragma once

#include <cstdint>

#include "core/dims.hpp"
#include "kernels/core/launch_shape.hpp"
#include "kernels/core/rows.hpp"
#include "kernels/pacmap/pairs.hpp"
#include "math/pacmap_force.hpp"
#include "pacmap/further_draws.hpp"

namespace nearfold {

/// Where the optimisation is. On the device, so that an iteration can be replayed.
struct PacmapClock {
  std::int32_t iteration = 0;  // that is done next
  float rate = 0;              // of Adam, of the one that is done now
  PacmapWeights weigh = {};
  std::int32_t local = 0;  // whether near pairs attract as in LocalMAP's last phase
};

struct NextIteration {
  PacmapClock* clock;
  double lr;
  std::int32_t first, second;  // lengths of the first two phases
  std::int32_t local;
  NEARFOLD_HD void operator()(std::int64_t) const {
    const std::int32_t i = clock->iteration;
    clock->rate = adam_rate(lr, i);
    clock->weigh = pacmap_weights(i, first, second);
    clock->local = local != 0 && i >= first + second ? 1 : 0;
    clock->iteration = i + 1;
  }
};

/// Vertex i one step down its gradient. Others still read where it was.
template <int Dims>
struct MoveByPairs {
  PairRows near, mid_near, further;
  const float* counts;  // of near pairs
  const PacmapClock* clock;
  float reach;  // half of low_dist_thres
  const float* y;
  float *next, *mean, *square;

  using Part = LayoutSum<Dims>;

  NEARFOLD_HD Part part(std::int64_t i, int lane) const {
    const PacmapWeights w = clock->weigh;
    const bool local = clock->local != 0;
    Part sum;
    add(near, i, lane, sum, [&](float t, std::int64_t e) {
      return w.near * (local ? localmap_near(t, reach) : pacmap_near(t)) * counts[e];
    });
    if (w.mid_near > 0)
      add(mid_near, i, lane, sum,
          [&](float t, std::int64_t) { return w.mid_near * pacmap_mid_near(t); });
    add(further, i, lane, sum,
        [&](float t, std::int64_t) { return -w.further * pacmap_further(t); });
    return sum;
  }
  NEARFOLD_HD void finish(std::int64_t i, const Part& gradient) const {
    LayoutRow<Dims> to = load_row<Dims>(y, i), m = load_row<Dims>(mean, i),
                    s = load_row<Dims>(square, i);
    for (int c = 0; c < Dims; ++c)
      adam_move(gradient.at[c], clock->rate, to.at[c], m.at[c], s.at[c]);
    store_row(to, next, i);
    store_row(m, mean, i);
    store_row(s, square, i);
  }

 private:
  /// Adds slope(t, e) (y_i - y_j) for the lane's entries e of a row, t being 1 + |y_i - y_j|^2.
  template <class Slope>
  NEARFOLD_HD void add(const PairRows& rows, std::int64_t i, int lane, Part& sum,
                       const Slope& slope) const {
    const LayoutRow<Dims> here = load_row<Dims>(y, i);
#if defined(__CUDA_ARCH__)
#pragma unroll 1  // or ptxas spills
#endif
    for (std::int64_t e = rows.offsets[i] + lane; e < rows.offsets[i + 1]; e += kRowLanes) {
      const LayoutRow<Dims> other = load_row<Dims>(y, rows.columns[e]);
      float d[Dims], t = 1.0f;
      for (int c = 0; c < Dims; ++c) {
        d[c] = here.at[c] - other.at[c];
        t += d[c] * d[c];
      }
      const float g = slope(t, e);
      for (int c = 0; c < Dims; ++c) sum.at[c] += g * d[c];
    }
  }
};

/// Further pairs of vertex i, drawn anew.
template <int Dims>
struct DrawFurther {
  FurtherDraws<DimCount<Dims>> draws;
  std::int32_t* drawn;  // [n, count]
  NEARFOLD_HD void operator()(std::int64_t i) const { draws(i, drawn + i * draws.count); }
};

}  // namespace nearfold
