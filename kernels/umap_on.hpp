// UMAP's optimisation on a device: the steps of src/umap.cpp, one thread a vertex. Every sum has
// the order that it has there, so the layout is the CPU's, bit for bit, on every device.
#pragma once

#include <algorithm>
#include <utility>

#include "curve.hpp"
#include "math/philox.hpp"
#include "math/umap_force.hpp"
#include "optimizer.hpp"
#include "stages.hpp"
#include "umap_edges_on.hpp"
#include "vertex_rows.hpp"

namespace nearfold {

/// The edges of a vertex in a part of an epoch: row part * n + vertex (umap_edges.hpp).
struct UmapRows {
  const std::int64_t* offsets;
  const std::int32_t* columns;
  const float* rates;  // firings an epoch
  std::int64_t n;
};

/// One step of an epoch for vertex i: reads y, writes row i of next.
template <int Dims>
struct UmapStep {
  UmapRows rows;
  const float* y;
  float* next;  // [n, Dims]
  UmapCurve curve;
  float samples_per_firing, rate;  // learning rate
  std::uint64_t seed;
  std::int32_t epoch, part, second_part;
  std::uint32_t number;  // of the step

  NEARFOLD_HD void operator()(std::int64_t i) const {
    float own[Dims], to[Dims];
    for (int c = 0; c < Dims; ++c) to[c] = own[c] = y[i * Dims + c];
    follow(i, part, samples_per_firing, own, to);
    follow(i, second_part, 0, own, to);
    for (int c = 0; c < Dims; ++c) next[i * Dims + c] = to[c];
  }

 private:
  NEARFOLD_HD void follow(std::int64_t i, std::int32_t of_part, float samples, const float* own,
                          float* to) const {
    float sum[Dims] = {};
    std::int32_t pulls = 0;
    const std::int64_t row = of_part * rows.n + i;
    for (std::int64_t e = rows.offsets[row]; e < rows.offsets[row + 1]; ++e) {
      const float r = rows.rates[e];
      if (firings(epoch, r) == firings(epoch - 1, r)) continue;
      add(own, rows.columns[e], sum, [&](float d2) { return umap_attraction(d2, curve); });
      ++pulls;
    }
    if (pulls == 0) return;
    push(i, samples_due(pulls, samples, static_cast<std::uint32_t>(i), number), own, sum);
    const float length = rate * umap_share(pulls);
    for (int c = 0; c < Dims; ++c) to[c] += length * sum[c];
  }

  NEARFOLD_HD void push(std::int64_t i, std::int32_t count, const float* own, float* sum) const {
    for (std::int32_t t = 0; t < count; t += 4) {
      const Random4 draws = philox(static_cast<std::uint32_t>(t), static_cast<std::uint32_t>(i),
                                   number, static_cast<std::uint32_t>(Stream::layout), seed);
      for (int s = 0; s < 4; ++s)
        if (t + s < count)
          add(own, to_range(draws.v[s], static_cast<std::uint32_t>(rows.n)), sum,
              [&](float d2) { return umap_repulsion(d2, curve); });
    }
  }

  /// Adds the clipped force of point j.
  template <class Factor>
  NEARFOLD_HD void add(const float* own, std::int64_t j, float* sum, const Factor& factor) const {
    float d[Dims], d2 = 0;
    for (int c = 0; c < Dims; ++c) {
      d[c] = own[c] - y[j * Dims + c];
      d2 += d[c] * d[c];
    }
    const float g = factor(d2);
    for (int c = 0; c < Dims; ++c) sum[c] += clip4(g * d[c]);
  }
};

template <class Executor, int Dims>
class UmapOn final : public Optimizer {
 public:
  using Space = typename Executor::Space;

  UmapOn(const Executor& executor, EdgeGraphIn<Space> graph, const Matrix& start,
         const UmapParams& params, std::uint64_t seed)
      : executor_(executor),
        rows_(executor, std::move(graph.point_of), graph.n, Dims),
        n_(graph.n),
        edges_(executor, std::move(graph)),
        seed_(seed),
        epochs_(iterations_of(params, n_)),
        learning_rate_(params.learning_rate),
        samples_per_firing_(static_cast<float>(params.negative_sample_rate)) {
    y_ = rows_.by_vertex(start);
    next_ = executor_.template buffer<float>(n_ * Dims);
    const Curve curve = fit_curve(params);
    curve_ = {static_cast<float>(curve.a), static_cast<float>(curve.b),
              static_cast<float>(params.repulsion_strength)};
  }

  int advance(int n) override {
    const std::int32_t first = epoch_;
    for (; n > 0 && epoch_ < epochs_; --n, ++epoch_)
      for (std::int32_t part = 0; part < edges_.parts; ++part) {
        executor_.for_each(n_, step(part));
        std::swap(y_, next_);
      }
    executor_.wait();
    return epoch_ - first;
  }

  std::optional<double> loss() const override { return std::nullopt; }

  void copy_layout(HostMatrix<float> out) const override {
    const Matrix rows = rows_.by_point(y_);
    std::copy(rows.values.begin(), rows.values.end(), out.data);
  }
  void copy_layout(DeviceMatrix<float> out) const override {
    rows_.by_point(y_, out.data);
    executor_.wait();
  }

  Checkpoint save() const override {
    return {.iteration = epoch_, .iterations = epochs_, .layout = rows_.by_point(y_)};
  }
  void restore(const Checkpoint& from) override {
    epoch_ = from.iteration;
    y_ = rows_.by_vertex(from.layout);
  }

 private:
  UmapStep<Dims> step(std::int32_t part) {
    const double rate = learning_rate_ * (1.0 - static_cast<double>(epoch_) / epochs_);
    return {.rows = {edges_.offsets.data(), edges_.columns.data(), edges_.rates.data(), n_},
            .y = y_.data(),
            .next = next_.data(),
            .curve = curve_,
            .samples_per_firing = samples_per_firing_,
            .rate = static_cast<float>(rate),
            .seed = seed_,
            .epoch = epoch_ + 1,
            .part = part,
            .second_part = second_part(part, edges_.parts),
            .number = static_cast<std::uint32_t>(std::int64_t{epoch_} * edges_.parts + part)};
  }

  Executor executor_;
  VertexRows<Executor> rows_;
  std::int64_t n_;
  UmapEdgesOn<Executor> edges_;
  std::uint64_t seed_;
  std::int32_t epoch_ = 0, epochs_;
  double learning_rate_;
  float samples_per_firing_;
  UmapCurve curve_{};
  typename Executor::template Buffer<float> y_, next_;
};

}  // namespace nearfold
