// UMAP's optimisation on a device: the steps of src/umap.cpp, one thread a vertex, and more for the
// terms of hubs. Every sum has the order that it has there, so the layout is the CPU's, bit for
// bit, on every device. An epoch is recorded once and replayed.
#pragma once

#include <optional>
#include <utility>
#include <vector>

#include "curve.hpp"
#include "optimizer.hpp"
#include "order.hpp"
#include "replayed.hpp"
#include "stages.hpp"
#include "umap_edges.hpp"
#include "umap_hubs.hpp"
#include "umap_step.hpp"

namespace nearfold {

template <class Executor, int Dims>
class UmapOn final : public Optimizer {
 public:
  UmapOn(const Executor& executor, EdgeGraph graph, Matrix start, const UmapParams& params,
         std::uint64_t seed)
      : executor_(executor),
        point_of_(std::move(graph.point_of)),
        n_(graph.n),
        seed_(seed),
        epochs_(iterations_of(params, n_)),
        learning_rate_(params.learning_rate),
        samples_per_firing_(static_cast<float>(params.negative_sample_rate)) {
    const UmapEdges edges(std::move(graph), Cpu{});
    parts_ = edges.parts();
    offsets_ = executor_.upload(edges.rows().offsets);
    columns_ = executor_.upload(edges.rows().columns);
    rates_ = executor_.upload(edges.rows().weights);
    layouts_[0] = executor_.upload(by_vertex(std::move(start), point_of_));
    layouts_[1] = executor_.template buffer<float>(n_ * Dims);
    clock_ = executor_.upload(std::vector<UmapClock>{{epoch_, 0}});
    hubs_.emplace(executor_, rows(), parts_, static_cast<std::int64_t>(columns_.size()),
                  samples_per_firing_);
    const Curve curve = fit_curve(params);
    curve_ = {static_cast<float>(curve.a), static_cast<float>(curve.b),
              static_cast<float>(params.repulsion_strength)};
  }

  int advance(int n) override {
    const std::int32_t first = epoch_;
    for (; n > 0 && epoch_ < epochs_; --n, ++epoch_) {
      epochs_from_[at_](executor_, [this] { run_epoch(); });
      at_ = (at_ + parts_) % 2;
    }
    executor_.wait();
    return epoch_ - first;
  }

  std::optional<double> loss() const override { return std::nullopt; }

  void copy_layout(HostMatrix<float> out) const override {
    by_point(executor_.download(layouts_[at_]), point_of_, out);
  }

  Checkpoint save() const override {
    return {.iteration = epoch_,
            .iterations = epochs_,
            .layout = by_point(executor_.download(layouts_[at_]), point_of_, Dims)};
  }
  void restore(const Checkpoint& from) override {
    epoch_ = from.iteration;
    executor_.write(by_vertex(from.layout, point_of_), layouts_[at_]);
    executor_.write(std::vector<UmapClock>{{epoch_, 0}}, clock_);
  }

  /// Rows whose terms are shared by lanes.
  std::int64_t hubs() const { return hubs_->count(); }

 private:
  UmapRows rows() const { return {offsets_.data(), columns_.data(), rates_.data(), n_}; }

  /// Is recorded: what an epoch changes it reads from the device, but for at_.
  void run_epoch() {
    executor_.for_each(1, NextEpoch{clock_.data(), learning_rate_, epochs_});
    hubs_->find_firing(clock_.data());
    for (std::int32_t part = 0; part < parts_; ++part) {
      const UmapTerms<Dims> terms{.y = layouts_[(at_ + part) % 2].data(),
                                  .n = n_,
                                  .curve = curve_,
                                  .samples_per_firing = samples_per_firing_,
                                  .seed = seed_,
                                  .clock = clock_.data(),
                                  .part = part,
                                  .parts = parts_};
      const HubSums sums = hubs_->sum(terms);
      executor_.for_each(
          n_, UmapStep<Dims>{rows(), terms, sums, layouts_[(at_ + part + 1) % 2].data()});
    }
  }

  Executor executor_;
  std::vector<std::int32_t> point_of_;
  std::int64_t n_;
  std::uint64_t seed_;
  std::int32_t epoch_ = 0, epochs_, parts_ = 0;
  double learning_rate_;
  float samples_per_firing_;
  UmapCurve curve_{};
  typename Executor::template Buffer<std::int64_t> offsets_;
  typename Executor::template Buffer<std::int32_t> columns_;
  typename Executor::template Buffer<float> rates_;
  typename Executor::template Buffer<float> layouts_[2];  // [n, Dims]; layout and its successor
  int at_ = 0;                                            // which of them is the layout
  typename Executor::template Buffer<UmapClock> clock_;
  std::optional<UmapHubs<Executor, Dims>> hubs_;
  Replayed<Executor> epochs_from_[2];  // that begin with each of the layouts
};

}  // namespace nearfold
