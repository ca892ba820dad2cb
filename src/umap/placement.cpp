// New points on a UMAP map. A row's memberships are made as in a fit, from its own distances alone.
// They are held by the expected forces of the fit: every edge acts in every epoch with its weight,
// and repulsion is the mean over a sample of the map's points, times as many negative samples as
// the row's edges would draw. The sample of an epoch is a function of (seed, epoch), the same for
// all rows. Adam takes the steps: forces differ by orders of magnitude from row to row.
//
// Source: the objective is umap-learn's; its transform's rules (a rate that depends on the batch, a
// generator seeded by the bits of the start) are not followed.
#include <algorithm>
#include <cmath>

#include "math/philox.hpp"
#include "math/smooth_knn.hpp"
#include "math/umap_force.hpp"
#include "model/side_by_side.hpp"
#include "umap/curve_fit.hpp"

namespace nearfold {
namespace {

constexpr int kEpochs = 100;
constexpr int kSamples = 64;                                   // negative samples of an epoch
constexpr float kFast = 0.5f, kSlow = 0.9f, kEpsilon = 1e-7f;  // of Adam
constexpr float kRate = 0.25f;  // of the fit's, as umap-learn's transform has it

/// The mean of all distances of the graph, the points themselves among them.
float mean_distance(const KnnGraph& graph) {
  double sum = 0;
  for (const float d : graph.distances) sum += static_cast<double>(d);
  return static_cast<float>(sum / static_cast<double>(graph.n * (graph.k + 1)));
}

class UmapPlacement final : public Placement {
 public:
  UmapPlacement(const Model& model, const UmapParams& params, const Cpu& on)
      : model_(&model), params_(params), mean_(mean_distance(model.graph)), on_(on) {
    const Curve curve = fit_curve(params);
    curve_ = {static_cast<float>(curve.a), static_cast<float>(curve.b),
              static_cast<float>(params.repulsion_strength)};
    draw_samples();
  }

  int neighbors() const override { return params_.n_neighbors - 1; }

  void place(const NewRows& rows, float* out) const override {
    place_side_by_side(
        *model_, rows, on_, out,
        [&](std::span<const float> distances, float* weights) { weigh(distances, weights); },
        [&](std::span<const std::int32_t> ids, std::span<const float>,
            std::span<const float> weights,
            float* y) { weighted_median(*model_, ids, weights, y); },
        [&](SideBySide& group) { descend(group); });
  }

 private:
  void weigh(std::span<const float> distances, float* weights) const {
    const auto connectivity = static_cast<float>(params_.local_connectivity);
    const SmoothKnn row =
        smooth_knn_row(distances.data(), std::ssize(distances), connectivity, mean_);
    for (const float d : distances) *weights++ = membership(d, row);
  }

  void draw_samples() {
    const std::int64_t dims = model_->map.cols();
    const auto n = static_cast<std::uint32_t>(model_->map.rows());
    samples_.reserve(static_cast<std::size_t>(kEpochs * kSamples * dims));
    for (std::uint32_t draw = 0; draw < kEpochs * kSamples; draw += 4) {
      const Random4 words = random4(model_->settings.seed, Stream::transform, draw);
      for (const std::uint32_t word : words.v) {
        const float* const at = model_->map.row(to_range(word, n));
        samples_.insert(samples_.end(), at, at + dims);
      }
    }
  }

  void descend(SideBySide& group) const {
    const std::int64_t dims = group.dims();
    Floats first[kMostDims] = {}, second[kMostDims] = {}, force[kMostDims];
    float fast = 1, slow = 1;  // powers of the decays
    for (int epoch = 0; epoch < kEpochs; ++epoch) {
      push(group, epoch, force);
      pull(group, force);
      fast *= kFast;
      slow *= kSlow;
      const float left = 1.0f - static_cast<float>(epoch) / kEpochs;
      const float rate = kRate * static_cast<float>(params_.learning_rate) * left / (1.0f - fast);
      for (std::int64_t c = 0; c < dims; ++c) {
        first[c] = kFast * first[c] + (1.0f - kFast) * force[c];
        second[c] = kSlow * second[c] + (1.0f - kSlow) * force[c] * force[c];
        group.y()[c] += rate * first[c] / (root(second[c] / (1.0f - slow)) + kEpsilon);
      }
    }
  }

  /// Begins `force` with repulsion.
  void push(SideBySide& group, int epoch, Floats* force) const {
    const std::int64_t dims = group.dims();
    Floats d[kMostDims];
    std::fill_n(force, dims, Floats{});
    const float* at = &samples_[static_cast<std::size_t>(epoch * kSamples * dims)];
    for (int s = 0; s < kSamples; ++s, at += dims) {
      Floats d2{};
      for (std::int64_t c = 0; c < dims; ++c) {
        d[c] = group.y()[c] - at[c];
        d2 += d[c] * d[c];
      }
      const Floats g = umap_repulsion(d2, curve_);
      for (std::int64_t c = 0; c < dims; ++c) force[c] += clip4(g * d[c]);
    }
    Floats all{};
    for (std::int64_t j = 0; j < group.k(); ++j) all += group.weight(j);
    const Floats share = static_cast<float>(params_.negative_sample_rate / kSamples) * all;
    for (std::int64_t c = 0; c < dims; ++c) force[c] *= share;
  }

  void pull(SideBySide& group, Floats* force) const {
    Floats d[kMostDims];
    for (std::int64_t j = 0; j < group.k(); ++j) {
      const Floats g = umap_attraction(difference(group.y(), group.at(j), group.dims(), d), curve_);
      for (std::int64_t c = 0; c < group.dims(); ++c) force[c] += group.weight(j) * clip4(g * d[c]);
    }
  }

  static Floats root(Floats x) {
    for (int l = 0; l < kSimd; ++l) x[l] = std::sqrt(x[l]);
    return x;
  }

  const Model* model_;
  UmapParams params_;
  float mean_;
  UmapCurve curve_{};
  std::vector<float> samples_;  // [kEpochs, kSamples, dims]
  Cpu on_;
};

}  // namespace

std::unique_ptr<Placement> make_placement(const Model& model, const UmapParams& params,
                                          const Cpu& on) {
  return std::make_unique<UmapPlacement>(model, params, on);
}

}  // namespace nearfold
