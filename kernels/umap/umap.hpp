// UMAP's optimisation on a device: the steps of src/umap/umap.cpp, one thread a vertex, and more
// for the terms of hubs. Every sum has the order that it has there, so the layout is the CPU's, bit
// for bit, on every device. An epoch is recorded once and replayed.
//
// Cost of an epoch: one launch, two more where there are hubs, and those of its steps (step.hpp,
// hub_loops.hpp), of which there are as many as parts; each edge is looked at twice. With densMAP
// six more in the last of the epochs (density.hpp).
#pragma once

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "kernels/core/replayed.hpp"
#include "kernels/graph/vertex_rows.hpp"
#include "kernels/umap/density.hpp"
#include "kernels/umap/edge_schedule.hpp"
#include "kernels/umap/hubs.hpp"
#include "kernels/umap/step.hpp"
#include "optimizer.hpp"
#include "stages.hpp"
#include "umap/curve_fit.hpp"

namespace nearfold {

/// Space: where the points move (umap/spaces.hpp).
template <class Executor, class Space>
class UmapOn final : public Optimizer {
 public:
  using Graph = EdgeGraphIn<typename Executor::Space>;
  static constexpr int kDims = UmapTerms<Space>::kDims;

  UmapOn(const Executor& executor, Graph graph, const Matrix& start, const UmapParams& params,
         std::uint64_t seed)
      : executor_(executor),
        vertices_(executor, std::move(graph.point_of), graph.n, kDims),
        n_(graph.n),
        curve_(curve_of(params)),
        density_(density_of(executor, graph, params, curve_)),
        edges_(executor, std::move(graph)),
        seed_(seed),
        epochs_(iterations_of(params, n_)),
        learning_rate_(params.learning_rate),
        samples_per_firing_(static_cast<float>(params.negative_sample_rate)) {
    for (auto& layout : layouts_) layout = executor_.template buffer<float>(n_ * kDims);
    vertices_.by_vertex(start, layouts_[0]);
    clock_ = executor_.upload(std::vector<UmapClock>{{epoch_, 0}});
    hubs_.emplace(executor_, rows(), edges_.parts, static_cast<std::int64_t>(edges_.columns.size()),
                  samples_per_firing_);
  }

  int advance(int n) override {
    const std::int32_t first = epoch_;
    for (; n > 0 && epoch_ < epochs_; --n, ++epoch_) {
      const bool dense = density_ && density_->acts(epoch_ + 1, epochs_);
      (dense ? dense_from_ : epochs_from_)[at_](executor_, [this, dense] {
        run_epoch();
        if (dense)
          density_->move(layout_after(edges_.parts), clock_.data(), layout_after(edges_.parts + 1));
      });
      at_ = (at_ + edges_.parts + (dense ? 1 : 0)) % 2;
    }
    executor_.wait();
    return epoch_ - first;
  }

  std::optional<double> loss() const override { return std::nullopt; }

  void copy_layout(HostMatrix<float> out) const override {
    const Matrix rows = vertices_.by_point(layouts_[at_]);
    std::copy(rows.values().begin(), rows.values().end(), out.data());
  }
  void copy_layout(DeviceMatrix<float> out) const override {
    vertices_.by_point(layouts_[at_], out.data());
    executor_.wait();
  }

  Checkpoint save() const override {
    return {
        .iteration = epoch_, .iterations = epochs_, .layout = vertices_.by_point(layouts_[at_])};
  }
  void restore(const Checkpoint& from) override {
    epoch_ = from.iteration;
    vertices_.by_vertex(from.layout, layouts_[at_]);
    executor_.write(std::vector<UmapClock>{{epoch_, 0}}, clock_);
  }

  /// Rows whose terms are shared by lanes.
  std::int64_t hubs() const { return hubs_->count(); }

 private:
  static UmapCurve curve_of(const UmapParams& params) {
    const Curve curve = fit_curve(params);
    return {static_cast<float>(curve.a), static_cast<float>(curve.b),
            static_cast<float>(params.repulsion_strength)};
  }
  /// Nothing where all points are as dense.
  static std::optional<DensityOn<Executor, kDims>> density_of(const Executor& executor,
                                                              Graph& graph,
                                                              const UmapParams& params,
                                                              const UmapCurve& curve) {
    if (graph.radii.size() == 0) return {};
    return std::optional<DensityOn<Executor, kDims>>(std::in_place, executor, graph, params, curve);
  }

  /// After so many steps from the layout as it is.
  float* layout_after(std::int32_t steps) { return layouts_[(at_ + steps) % 2].data(); }

  UmapRows rows() const {
    return {edges_.offsets.data(), edges_.columns.data(), edges_.rates.data(), n_};
  }

  /// Is recorded: what an epoch changes it reads from the device, but for at_.
  void run_epoch() {
    executor_.for_each(1, NextEpoch{clock_.data(), learning_rate_, epochs_});
    hubs_->find_firing(clock_.data());
    for (std::int32_t part = 0; part < edges_.parts; ++part) {
      const UmapTerms<Space> terms{.y = layout_after(part),
                                   .n = n_,
                                   .curve = curve_,
                                   .samples_per_firing = samples_per_firing_,
                                   .seed = seed_,
                                   .clock = clock_.data(),
                                   .part = part,
                                   .parts = edges_.parts};
      const HubSums sums = hubs_->sum(terms);
      executor_.for_each(n_, UmapStep<Space>{rows(), terms, sums, layout_after(part + 1)});
    }
  }

  Executor executor_;
  VertexRows<Executor> vertices_;
  std::int64_t n_;
  UmapCurve curve_;
  std::optional<DensityOn<Executor, kDims>> density_;
  UmapEdgesOn<Executor> edges_;
  std::uint64_t seed_;
  std::int32_t epoch_ = 0, epochs_;
  double learning_rate_;
  float samples_per_firing_;
  typename Executor::template Buffer<float> layouts_[2];  // [n, kDims]; layout and its successor
  int at_ = 0;                                            // which of them is the layout
  typename Executor::template Buffer<UmapClock> clock_;
  std::optional<UmapHubs<Executor, Space>> hubs_;
  // Epochs that begin with each of the layouts: without densMAP's term, and with it.
  Replayed<Executor> epochs_from_[2], dense_from_[2];
};

/// The optimiser on the plane, in space or on a surface.
template <class Executor>
std::unique_ptr<Optimizer> make_umap_on(const Executor& executor,
                                        EdgeGraphIn<typename Executor::Space> graph,
                                        const Matrix& start, const UmapParams& params,
                                        std::uint64_t seed) {
  const auto made = [&]<class Space>(Space) -> std::unique_ptr<Optimizer> {
    return std::make_unique<UmapOn<Executor, Space>>(executor, std::move(graph), start, params,
                                                     seed);
  };
  return in_space_of(
      params.output_metric,
      [&] { return start.cols() == 2 ? made(FlatSpace<2>()) : made(FlatSpace<3>()); }, made);
}

}  // namespace nearfold
