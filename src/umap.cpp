// UMAP's optimisation on the CPU, in batches. Every vertex reads all others from the layout of the
// previous epoch and writes only itself: the clipped forces of its firing edges and their negative
// samples are summed, then one Adam step is taken. Nothing depends on order or threads.
//
// The forces of a vertex are a list of terms: term t is added to partial sum t % 8, so that the
// list is computed eight or sixteen at a time. Draw t of a vertex in an epoch is a pure function of
// (seed, epoch, vertex, t).
//
// Against umap-learn's serial SGD: an edge pulls both of its ends there, once for each direction
// stored, so the pull on a vertex is doubled here; the step is Adam's (0.5, 0.9) as in the batch
// mode of uwot, since plain sums of clipped forces would overshoot.
#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "curve.hpp"
#include "math/philox.hpp"
#include "math/umap_force.hpp"
#include "parallel.hpp"
#include "stages.hpp"

namespace nearfold {
namespace {

constexpr int kLanes = 8;
constexpr int kDraws = 4 * kLanes;   // words from one group of Philox counters
constexpr int kBatch = 16 * kDraws;  // terms computed at once
constexpr float kPull = 2.0f;
constexpr float kBeta1 = 0.5f, kBeta2 = 0.9f, kEpsilon = 1e-7f;

/// What an epoch is beyond the layout: its number, its step, Adam's corrections.
struct Epoch {
  std::int32_t number;  // 1, 2, ...
  float step;           // learning rate / (1 - beta1^number)
  float second;         // 1 / (1 - beta2^number)
};

/// Draws 32 g .. 32 g + 31 of a vertex: word c of lane l is draw 32 g + 8 c + l.
void draw(std::uint64_t seed, std::int32_t epoch, std::int64_t vertex, std::int32_t group,
          std::uint32_t* words) {
  for (int l = 0; l < kLanes; ++l) {
    const Random4 r =
        philox(static_cast<std::uint32_t>(group * kLanes + l), static_cast<std::uint32_t>(vertex),
               static_cast<std::uint32_t>(epoch), static_cast<std::uint32_t>(Stream::layout), seed);
    for (int c = 0; c < 4; ++c) words[c * kLanes + l] = r.v[c];
  }
}

/// The sum of forces on one vertex, in eight partial sums per coordinate.
template <int Dims>
struct Forces {
  std::array<std::array<float, kLanes>, Dims> sums{};

  /// Adds the forces of `count` others, a multiple of 8 after padding with `self`, which exerts
  /// none.
  template <class Factor>
  void add(const float* y, std::int32_t self, std::int32_t* ids, int count, float scale,
           const Factor& factor) {
    while (count % kLanes != 0) ids[count++] = self;
    float d[Dims][kBatch];
    for (int t = 0; t < count; ++t)
      for (int c = 0; c < Dims; ++c)
        d[c][t] = y[std::int64_t{self} * Dims + c] - y[std::int64_t{ids[t]} * Dims + c];
    for (int t = 0; t < count; ++t) {
      float d2 = 0;
      for (int c = 0; c < Dims; ++c) d2 += d[c][t] * d[c][t];
      const float g = factor(d2);
      for (int c = 0; c < Dims; ++c) d[c][t] = scale * clip4(g * d[c][t]);
    }
    for (int c = 0; c < Dims; ++c)
      for (int t = 0; t < count; t += kLanes)
        for (int l = 0; l < kLanes; ++l)
          sums[static_cast<std::size_t>(c)][static_cast<std::size_t>(l)] += d[c][t + l];
  }

  float total(int c) const {
    const auto& s = sums[static_cast<std::size_t>(c)];
    return ((s[0] + s[4]) + (s[2] + s[6])) + ((s[1] + s[5]) + (s[3] + s[7]));
  }
};

template <int Dims>
class UmapOptimizer final : public Optimizer {
 public:
  UmapOptimizer(EdgeGraph graph, Matrix start, const UmapParams& params, std::uint64_t seed,
                const Cpu& on)
      : graph_(std::move(graph)),
        y_(std::move(start.values)),
        next_(y_.size()),
        mean_(y_.size()),
        square_(y_.size()),
        seed_(seed),
        epochs_(iterations_of(params, graph_.n)),
        learning_rate_(params.learning_rate),
        samples_per_firing_(static_cast<float>(params.negative_sample_rate)),
        on_(on) {
    const Curve curve = fit_curve(params);
    curve_ = {static_cast<float>(curve.a), static_cast<float>(curve.b),
              static_cast<float>(params.repulsion_strength)};
    const float heaviest = *std::max_element(graph_.weights.begin(), graph_.weights.end());
    for (float& w : graph_.weights) w /= heaviest;  // from here on: firings per epoch
  }

  void advance(int n) override {
    for (; n > 0 && epoch_ < epochs_; --n) {
      const Epoch now = next_epoch();
      parallel_for(on_.threads, graph_.n, 256, [&](std::int64_t begin, std::int64_t end) {
        for (std::int64_t i = begin; i < end; ++i) move(static_cast<std::int32_t>(i), now);
      });
      y_.swap(next_);
    }
  }

  std::optional<double> loss() const override { return std::nullopt; }

  void copy_layout(HostMatrix<float> out) const override {
    std::copy(y_.begin(), y_.end(), out.data);
  }

 private:
  Epoch next_epoch() {
    ++epoch_;
    power1_ *= static_cast<double>(kBeta1);
    power2_ *= static_cast<double>(kBeta2);
    const double rate = learning_rate_ * (1.0 - static_cast<double>(epoch_ - 1) / epochs_);
    return {epoch_, static_cast<float>(rate / (1.0 - power1_)),
            static_cast<float>(1.0 / (1.0 - power2_))};
  }

  void move(std::int32_t i, const Epoch& now) {
    Forces<Dims> forces;
    const std::int32_t samples = attract(i, now, forces);
    repel(i, now, samples, forces);
    for (int c = 0; c < Dims; ++c) {
      const std::size_t at = static_cast<std::size_t>(i) * Dims + static_cast<std::size_t>(c);
      const float g = forces.total(c);
      mean_[at] = kBeta1 * mean_[at] + (1.0f - kBeta1) * g;
      square_[at] = kBeta2 * square_[at] + (1.0f - kBeta2) * g * g;
      const float width = std::sqrt(square_[at] * now.second) + kEpsilon;
      next_[at] = y_[at] + now.step * mean_[at] / width;
    }
  }

  /// Pulls of the edges that fire now; returns the number of negative samples that are due.
  std::int32_t attract(std::int32_t i, const Epoch& now, Forces<Dims>& forces) const {
    std::int32_t ids[kBatch];
    int count = 0;
    std::int32_t samples = 0;
    const auto pull = [&](float d2) { return umap_attraction(d2, curve_); };
    const std::int64_t end = graph_.offsets[static_cast<std::size_t>(i) + 1];
    for (std::int64_t e = graph_.offsets[static_cast<std::size_t>(i)]; e < end; ++e) {
      const float rate = graph_.weights[static_cast<std::size_t>(e)];
      const std::int32_t fired = firings(now.number, rate);
      if (fired == firings(now.number - 1, rate)) continue;
      samples +=
          samples_due(fired, samples_per_firing_) - samples_due(fired - 1, samples_per_firing_);
      ids[count++] = graph_.columns[static_cast<std::size_t>(e)];
      if (count == kBatch) {
        forces.add(y_.data(), i, ids, count, kPull, pull);
        count = 0;
      }
    }
    forces.add(y_.data(), i, ids, count, kPull, pull);
    return samples;
  }

  void repel(std::int32_t i, const Epoch& now, std::int32_t samples, Forces<Dims>& forces) const {
    std::uint32_t words[kBatch];
    std::int32_t ids[kBatch];
    const auto push = [&](float d2) { return umap_repulsion(d2, curve_); };
    const auto n = static_cast<std::uint32_t>(graph_.n);
    for (std::int32_t first = 0; first < samples; first += kBatch) {
      const int count = std::min(kBatch, samples - first);
      for (int w = 0; w < count; w += kDraws)
        draw(seed_, now.number, i, (first + w) / kDraws, words + w);
      for (int t = 0; t < count; ++t) ids[t] = static_cast<std::int32_t>(to_range(words[t], n));
      forces.add(y_.data(), i, ids, count, 1.0f, push);
    }
  }

  EdgeGraph graph_;
  std::vector<float> y_, next_, mean_, square_;  // [n, Dims]; layout, its successor, Adam's moments
  std::uint64_t seed_;
  std::int32_t epoch_ = 0, epochs_;
  double learning_rate_, power1_ = 1, power2_ = 1;
  float samples_per_firing_;
  UmapCurve curve_{};
  Cpu on_;
};

}  // namespace

std::unique_ptr<Optimizer> make_optimizer(EdgeGraph graph, Matrix start, const UmapParams& params,
                                          std::uint64_t seed, const Cpu& on) {
  if (start.cols == 2)
    return std::make_unique<UmapOptimizer<2>>(std::move(graph), std::move(start), params, seed, on);
  return std::make_unique<UmapOptimizer<3>>(std::move(graph), std::move(start), params, seed, on);
}

}  // namespace nearfold
