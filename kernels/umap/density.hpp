// densMAP's term of an epoch on a device. Every sum is gathered and has the order that it has in
// src/umap/density.cpp, so the map is the CPU's, bit for bit. Nothing of it comes to the host, so
// that it can be recorded with its epoch.
//
// Cost of an epoch: six launches, of density_loops.hpp two over all edges; 60 bytes a vertex. Kept:
// 4 bytes an edge, 28 a vertex.
#pragma once

#include <cstdint>
#include <utility>

#include "graph/graph.hpp"
#include "kernels/core/sums.hpp"
#include "kernels/umap/density_loops.hpp"
#include "math/umap_density.hpp"
#include "nearfold/params.hpp"
#include "umap/edge_schedule.hpp"

namespace nearfold {

template <class Executor, int Dims>
class DensityOn {
 public:
  /// `graph` has radii, which are taken; offsets and columns are copied.
  DensityOn(const Executor& executor, EdgeGraphIn<typename Executor::Space>& graph,
            const UmapParams& params, const UmapCurve& curve)
      : executor_(executor),
        n_(graph.n),
        curve_(curve),
        shift_(params.dens_var_shift),
        share_(params.dens_frac),
        radii_(std::move(graph.radii)),
        phis_(executor.template buffer<float>(n_)),
        in_map_(executor.template buffer<float>(n_)),
        near_(executor.template buffer<float>(n_)),
        far_(executor.template buffer<float>(n_)),
        step_(executor.template buffer<DensityStep>(1)),
        sum_(executor, n_, kGrain) {
    executor.copy(graph.offsets, offsets_);
    executor.copy(graph.columns, columns_);
    const std::int64_t edges = graph.edges();
    auto total = executor.template buffer<double>(1);
    OrderedSum<Executor, double>(executor, edges, kRatesOfRange)(DoubleAt{graph.weights.data()},
                                                                 0.0, total.data());
    strength_ = density_strength(params.dens_lambda, executor.download(total, 0),
                                 most_of(executor, graph.weights.data(), edges), n_);
  }

  bool acts(std::int32_t epoch, std::int32_t epochs) const {
    return density_acts(share_, epoch, epochs);
  }

  /// next [n, Dims] = y moved along the gradient of the correlation, by the clock's rate. Can be
  /// recorded.
  void move(const float* y, const UmapClock* clock, float* next) {
    const DensityArrays of = arrays();
    DensityStep* const step = step_.data();
    executor_.for_each_row(n_, MeasureDensity<Dims>{of, curve_, y});
    executor_.for_each(1, ForgetMean{step});
    sum_(DensityMomentsAt{of, step}, DensityMoments{}, TakeDensityMean{step});
    sum_(DensityMomentsAt{of, step}, DensityMoments{}, TakeDensityScale{step, shift_, strength_});
    executor_.for_each(n_, ShareDensity{of, step});
    executor_.for_each_row(n_, MoveByDensity<Dims>{of, curve_, step, clock, y, next});
  }

 private:
  template <class T>
  using Buffer = typename Executor::template Buffer<T>;

  DensityArrays arrays() {
    return {offsets_.data(), columns_.data(), radii_.data(), phis_.data(),
            in_map_.data(),  near_.data(),    far_.data()};
  }

  Executor executor_;
  std::int64_t n_;
  UmapCurve curve_;
  double strength_ = 0, shift_, share_;
  Buffer<std::int64_t> offsets_;
  Buffer<std::int32_t> columns_;
  Buffer<float> radii_, phis_, in_map_, near_, far_;
  Buffer<DensityStep> step_;
  OrderedSum<Executor, DensityMoments> sum_;
};

}  // namespace nearfold
