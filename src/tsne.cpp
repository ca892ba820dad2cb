// t-SNE's optimisation on the CPU: attraction along the edges, repulsion from tsne_exact.cpp or
// tsne_fft.cpp, and openTSNE's gradient descent (gains, momentum, bounded steps, re-centring).
#include "tsne.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <string>
#include <utility>

#include "math/elementary.hpp"
#include "math/tsne_force.hpp"
#include "nearfold/error.hpp"
#include "parallel.hpp"
#include "simd.hpp"
#include "stages.hpp"

namespace nearfold {
namespace {

constexpr std::int64_t kExactBelow = 8000;     // FFT is faster from here on (bench/tsne_bench.cpp)
constexpr std::int64_t kExactAtMost = 30'000;  // all pairs take minutes beyond
constexpr int kLanes = 16;
constexpr std::int64_t kAhead = 512;  // edges

std::unique_ptr<Repulsion> make_repulsion(std::int64_t n, int dims, const TsneParams& params,
                                          const Cpu& on) {
  using Kind = TsneParams::Repulsion;
  if (dims == 3 && params.repulsion == Kind::fft)
    throw Unsupported("t-SNE by FFT has 2 dimensions, not 3; use repulsion exact");
  const bool exact = params.repulsion == Kind::exact ||
                     (params.repulsion == Kind::automatic && (dims == 3 || n < kExactBelow));
  if (!exact) return make_fft_repulsion(n, on);
  if (n > kExactAtMost && params.repulsion == Kind::automatic)
    throw Unsupported("t-SNE in 3 dimensions sums all pairs and takes at most " +
                      std::to_string(kExactAtMost) + " points, not " + std::to_string(n) +
                      "; use 2 dimensions, UMAP, or ask for exact repulsion");
  return make_exact_repulsion(n, dims, on);
}

template <int Dims>
class TsneOptimizer final : public Optimizer {
 public:
  TsneOptimizer(EdgeGraph graph, Matrix start, const TsneParams& params, const Cpu& on)
      : graph_(std::move(graph)),
        y_(std::move(start.values)),
        update_(y_.size()),
        gains_(y_.size(), 1.0f),
        force_(y_.size()),
        params_(params),
        repulsion_(make_repulsion(graph_.n, Dims, params, on)),
        on_(on) {}

  void advance(int n) override {
    for (; n > 0 && iteration_ < params_.max_iter; --n) {
      const bool early = iteration_ < params_.early_exaggeration_iter;
      const double exaggeration = early ? params_.early_exaggeration : params_.exaggeration;
      const double rate =
          params_.learning_rate.value_or(static_cast<double>(graph_.n) / exaggeration);
      const double z = repulsion_->compute(y_, force_);
      centre(step(static_cast<float>(exaggeration), static_cast<float>(rate),
                  static_cast<float>(early ? params_.initial_momentum : params_.final_momentum),
                  static_cast<float>(1.0 / z)));
      ++iteration_;
    }
  }

  std::optional<double> loss() const override {
    std::vector<float> force(y_.size());
    const double z = repulsion_->compute(y_, force);
    const double log_z = std::log(z);
    return parallel_sum(on_.threads, graph_.n, kGrain, 0.0,
                        [&](std::int64_t begin, std::int64_t end) {
                          double sum = 0;
                          for (std::int64_t i = begin; i < end; ++i) sum += divergence(i, log_z);
                          return sum;
                        });
  }

  void copy_layout(HostMatrix<float> out) const override {
    std::copy(y_.begin(), y_.end(), out.data);
  }

 private:
  struct Sum {
    std::array<double, Dims> at{};
    Sum operator+(const Sum& other) const {
      Sum sum = *this;
      for (std::size_t c = 0; c < Dims; ++c) sum.at[c] += other.at[c];
      return sum;
    }
  };

  float squared_length(std::int64_t i, std::int32_t j, float* d) const {
    float d2 = 0;
    for (int c = 0; c < Dims; ++c) {
      d[c] = y_[static_cast<std::size_t>(i * Dims + c)] -
             y_[static_cast<std::size_t>(std::int64_t{j} * Dims + c)];
      d2 += d[c] * d[c];
    }
    return d2;
  }

  /// sum over j of p_ij q_ij (y_i - y_j), entry e of the row into partial sum e % 16.
  void attraction(std::int64_t i, float* out) const {
    Floats sums[Dims][kLanes / kSimd] = {}, own[Dims];
    for (int c = 0; c < Dims; ++c) own[c] = Floats{} + y_[static_cast<std::size_t>(i * Dims + c)];
    const auto add = [&](const std::int32_t* columns, const float* weights) {
      for (int part = 0; part < kLanes / kSimd; ++part) {
        Floats d[Dims], d2{};
        gather<Dims>(y_.data(), columns + part * kSimd, d);
        for (int c = 0; c < Dims; ++c) {
          d[c] = own[c] - d[c];
          d2 += d[c] * d[c];
        }
        const Floats g = load(weights + part * kSimd) * student_t(d2);
        for (int c = 0; c < Dims; ++c) sums[c][part] += g * d[c];
      }
    };
    std::int64_t e = graph_.offsets[static_cast<std::size_t>(i)];
    const std::int64_t end = graph_.offsets[static_cast<std::size_t>(i) + 1];
    for (; e + kLanes <= end; e += kLanes) {
      const std::int32_t* const columns = graph_.columns.data() + e;
      const float* const weights = graph_.weights.data() + e;
      // The processor's own prefetching leaves a fourth of the memory's bandwidth unused.
      __builtin_prefetch(columns + kAhead);
      __builtin_prefetch(weights + kAhead);
      add(columns, weights);
    }
    if (e < end) {
      std::int32_t columns[kLanes] = {};
      float weights[kLanes] = {};  // a weight of 0 adds nothing
      std::copy_n(&graph_.columns[static_cast<std::size_t>(e)], end - e, columns);
      std::copy_n(&graph_.weights[static_cast<std::size_t>(e)], end - e, weights);
      add(columns, weights);
    }
    for (int c = 0; c < Dims; ++c) {
      float lane[kLanes];
      std::memcpy(lane, sums[c], sizeof lane);
      for (int width = kLanes / 2; width > 0; width /= 2)
        for (int l = 0; l < width; ++l) lane[l] += lane[l + width];
      out[c] = lane[0];
    }
  }

  /// All attractions are taken from y_ before any point moves: two loops. Returns sums of the new
  /// y.
  Sum step(float exaggeration, float rate, float momentum, float one_over_z) {
    parallel_for(on_.threads, graph_.n, 256, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t i = begin; i < end; ++i) {
        float pull[Dims];
        attraction(i, pull);
        for (int c = 0; c < Dims; ++c) {
          float& f = force_[static_cast<std::size_t>(i * Dims + c)];
          f = exaggeration * pull[c] - f * one_over_z;
        }
      }
    });
    const auto longest = static_cast<float>(params_.max_step_norm);
    return parallel_sum(on_.threads, graph_.n, kGrain, Sum{},
                        [&](std::int64_t begin, std::int64_t end) {
                          Sum sum;
                          for (std::int64_t i = begin; i < end; ++i)
                            move(i, rate, momentum, longest, sum);
                          return sum;
                        });
  }

  void move(std::int64_t i, float rate, float momentum, float longest, Sum& sum) {
    const auto at = static_cast<std::size_t>(i * Dims);
    float norm2 = 0;
    for (std::size_t c = at; c < at + Dims; ++c) {
      update_[c] = tsne_update(force_[c], update_[c], momentum, rate, gains_[c]);
      norm2 += update_[c] * update_[c];
    }
    const float shrink = norm2 > longest * longest ? longest / std::sqrt(norm2) : 1.0f;
    for (std::size_t c = 0; c < Dims; ++c) {
      update_[at + c] *= shrink;
      y_[at + c] += update_[at + c];
      sum.at[c] += static_cast<double>(y_[at + c]);
    }
  }

  void centre(const Sum& sum) {
    std::array<float, Dims> mean;
    for (std::size_t c = 0; c < Dims; ++c)
      mean[c] = static_cast<float>(sum.at[c] / static_cast<double>(graph_.n));
    parallel_for(on_.threads, graph_.n, 16 * kGrain, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t i = begin; i < end; ++i)
        for (std::size_t c = 0; c < Dims; ++c)
          y_[static_cast<std::size_t>(i) * Dims + c] -= mean[c];
    });
  }

  /// Row i of sum p log(p / q), q = student_t / Z.
  double divergence(std::int64_t i, double log_z) const {
    double sum = 0;
    for (std::int64_t e = graph_.offsets[static_cast<std::size_t>(i)];
         e < graph_.offsets[static_cast<std::size_t>(i) + 1]; ++e) {
      float d[Dims];
      const float p = graph_.weights[static_cast<std::size_t>(e)];
      const float d2 = squared_length(i, graph_.columns[static_cast<std::size_t>(e)], d);
      sum += static_cast<double>(p) *
             (static_cast<double>(log_f(p)) + static_cast<double>(log_f(1.0f + d2)) + log_z);
    }
    return sum;
  }

  EdgeGraph graph_;
  std::vector<float> y_, update_, gains_, force_;  // [n, Dims]
  TsneParams params_;
  std::unique_ptr<Repulsion> repulsion_;
  int iteration_ = 0;
  Cpu on_;
};

}  // namespace

std::unique_ptr<Optimizer> make_optimizer(EdgeGraph graph, Matrix start, const TsneParams& params,
                                          std::uint64_t /*seed*/, const Cpu& on) {
  if (start.cols == 2)
    return std::make_unique<TsneOptimizer<2>>(std::move(graph), std::move(start), params, on);
  return std::make_unique<TsneOptimizer<3>>(std::move(graph), std::move(start), params, on);
}

}  // namespace nearfold
