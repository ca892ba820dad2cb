// t-SNE's optimisation on the CPU: attraction along the edges, repulsion from repulsion_exact.cpp
// or repulsion_fft.cpp, and openTSNE's gradient descent (gains, momentum, bounded steps,
// re-centring).
#include "tsne/tsne.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <utility>

#include "core/parallel.hpp"
#include "graph/vertex_order.hpp"
#include "math/tsne_force.hpp"
#include "nearfold/error.hpp"
#include "stages.hpp"
#include "tsne/attraction.hpp"
#include "tsne/early_stop.hpp"
#include "tsne/method.hpp"

namespace nearfold {
namespace {

// An FFT is faster from between 2,000 and 3,000 points on, and of so few its divergence ends higher
// by half a percent or more.
constexpr std::int64_t kExactBelow = 3000;
// All pairs take minutes beyond.
constexpr RepulsionLimits kLimits{.exact_at_most = 30'000, .fft_dims = 3};

std::unique_ptr<Repulsion> make_repulsion(std::int64_t n, int dims, const TsneParams& params,
                                          const Cpu& on) {
  if (sums_all_pairs(n, dims, params, kLimits))
    return make_exact_repulsion(n, dims, on, params.dof);
  return dims == 3 ? make_mesh_repulsion(n, params.dof, on) : make_fft_repulsion(n, on, params.dof);
}

template <int Dims>
class TsneOptimizer final : public Optimizer {
 public:
  TsneOptimizer(EdgeGraph graph, Matrix start, const TsneParams& params, const Cpu& on)
      : point_of_(std::move(graph.point_of)),
        attraction_(std::move(graph), on, params.dof),
        y_(by_vertex(std::move(start), point_of_)),
        update_(y_.size()),
        gains_(y_.size(), 1.0f),
        force_(y_.size()),
        params_(params),
        repulsion_(make_repulsion(n(), Dims, params, on)),
        early_iterations_(params.early_exaggeration_iter),
        iterations_(params.max_iter),
        on_(on) {}

  int advance(int steps) override {
    const int first = iteration_;
    for (; iteration_ < first + steps && iteration_ < iterations_; ++iteration_) {
      const double z = repulsion_->compute(y_, force_);
      if (params_.early_stop) check_early_stop(z);
      if (iteration_ == iterations_) break;
      const Sum sum = step(phase_of(params_, n(), phase()), static_cast<float>(1.0 / z));
      if (held_.empty()) centre(sum);
    }
    return iteration_ - first;
  }

  std::optional<double> loss() const override {
    std::vector<float> force(y_.size());
    return attraction_.divergence(y_, repulsion_->compute(y_, force));
  }

  std::optional<ForceError> force_error() const override {
    if (repulsion_->is_exact()) return std::nullopt;
    std::vector<float> force(y_.size());
    repulsion_->compute(y_, force);
    return measure_force_error(force, y_, on_, Dims, params_.dof);
  }

  int early_iterations() const override { return std::min(iteration_, early_iterations_); }

  void copy_layout(HostMatrix<float> out) const override { by_point(y_, point_of_, out); }

  Checkpoint save() const override {
    return {.iteration = iteration_,
            .early_iterations = early_iterations_,
            .iterations = iterations_,
            .memory = stop_.memory(),
            .layout = by_point(y_, point_of_, Dims),
            .update = by_point(update_, point_of_, Dims),
            .gains = by_point(gains_, point_of_, Dims)};
  }
  void restore(const Checkpoint& from) override {
    iteration_ = from.iteration;
    early_iterations_ = from.early_iterations;
    iterations_ = from.iterations;
    stop_.restore(from.memory);
    y_ = by_vertex(from.layout, point_of_);
    update_ = by_vertex(from.update, point_of_);
    gains_ = by_vertex(from.gains, point_of_);
  }

  void hold(const std::vector<std::uint8_t>& points) override {
    held_ = by_vertex(points, point_of_);
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

  std::int64_t n() const { return attraction_.n(); }
  bool is_held(std::int64_t i) const {
    return !held_.empty() && held_[static_cast<std::size_t>(i)] != 0;
  }

  /// Where the late phase begins.
  int late_from() const { return iterations_ - params_.late_exaggeration_iter; }
  Phase phase() const { return phase_at(iteration_, early_iterations_, late_from()); }

  /// Moves the beginning of the late phase; its length stays.
  void check_early_stop(double z) {
    int until = late_from();
    if (iteration_ >= until) return;
    stop_.apply(iteration_, early_iterations_, until,
                [&] { return attraction_.divergence(y_, z); });
    iterations_ = until + params_.late_exaggeration_iter;
  }

  /// All attractions are taken from y_ before any point moves: two loops. Returns sums of the new
  /// y.
  Sum step(const TsnePhase& phase, float one_over_z) {
    parallel_for(on_.threads, n(), 128, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t i = begin; i < end; ++i) {
        if (is_held(i)) continue;
        float pull[Dims];
        attraction_.pull(y_, i, pull);
        for (int c = 0; c < Dims; ++c) {
          float& f = force_[static_cast<std::size_t>(i * Dims + c)];
          f = phase.exaggeration * pull[c] - f * one_over_z;
        }
      }
    });
    const auto longest = static_cast<float>(params_.max_step_norm);
    return parallel_sum(on_.threads, n(), kGrain, Sum{}, [&](std::int64_t begin, std::int64_t end) {
      return chunked_sum(begin, end, Sum{}, [&](std::int64_t i) {
        const auto at = static_cast<std::size_t>(i * Dims);
        if (!is_held(i))
          tsne_move<Dims>(&force_[at], phase.rate, phase.momentum, longest, &y_[at], &update_[at],
                          &gains_[at]);
        Sum point;
        for (std::size_t c = 0; c < Dims; ++c) point.at[c] = static_cast<double>(y_[at + c]);
        return point;
      });
    });
  }

  void centre(const Sum& sum) {
    std::array<float, Dims> mean;
    for (std::size_t c = 0; c < Dims; ++c)
      mean[c] = static_cast<float>(sum.at[c] / static_cast<double>(n()));
    parallel_for(on_.threads, n(), 16 * kGrain, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t i = begin; i < end; ++i)
        for (std::size_t c = 0; c < Dims; ++c)
          y_[static_cast<std::size_t>(i) * Dims + c] -= mean[c];
    });
  }

  std::vector<std::int32_t> point_of_;
  Attraction<Dims> attraction_;
  std::vector<float> y_, update_, gains_, force_;  // [n, Dims]
  TsneParams params_;
  std::vector<std::uint8_t> held_;  // [n], or empty
  std::unique_ptr<Repulsion> repulsion_;
  EarlyStop stop_;
  int iteration_ = 0;
  int early_iterations_, iterations_;  // of early exaggeration, in all
  Cpu on_;
};

}  // namespace

bool sums_all_pairs(std::int64_t n, int dims, const TsneParams& params,
                    const RepulsionLimits& limits) {
  const bool has_fft = dims >= 2 && dims <= limits.fft_dims;
  switch (params.repulsion) {
    case TsneParams::Repulsion::exact:
      return true;
    case TsneParams::Repulsion::fft:
      if (!has_fft) throw_no_fft(dims);
      return false;
    case TsneParams::Repulsion::automatic:
      break;
  }
  if (has_fft) return n < (dims == 2 ? kExactBelow : kExactBelowIn3d);
  if (n > limits.exact_at_most)
    throw Unsupported("t-SNE in " + std::to_string(dims) +
                      (dims == 1 ? " dimension" : " dimensions") +
                      " sums all pairs and takes at most " + std::to_string(limits.exact_at_most) +
                      " points here, not " + std::to_string(n) +
                      "; use 2 dimensions, UMAP, or ask for exact repulsion");
  return true;
}

double final_exaggeration(const TsneParams& params) {
  return params.late_exaggeration_iter > 0 ? params.late_exaggeration : params.exaggeration;
}

TsnePhase phase_of(const TsneParams& params, std::int64_t n, Phase phase) {
  const bool early = phase == Phase::early;
  double exaggeration = params.exaggeration;
  switch (phase) {
    case Phase::early:
      exaggeration = params.early_exaggeration;
      break;
    case Phase::middle:
      break;
    case Phase::late:
      exaggeration = final_exaggeration(params);
      break;
  }
  const double rate = params.learning_rate.value_or(static_cast<double>(n) / exaggeration);
  return {static_cast<float>(exaggeration), static_cast<float>(rate),
          static_cast<float>(early ? params.initial_momentum : params.final_momentum)};
}

std::unique_ptr<Optimizer> make_optimizer(EdgeGraph graph, Matrix start, const TsneParams& params,
                                          std::uint64_t /*seed*/, const Cpu& on) {
  const auto dims = static_cast<int>(start.cols());
  return with_tsne_dims(dims, [&](auto fixed) -> std::unique_ptr<Optimizer> {
    return std::make_unique<TsneOptimizer<decltype(fixed)::value>>(std::move(graph),
                                                                   std::move(start), params, on);
  });
}

}  // namespace nearfold
