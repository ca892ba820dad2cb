// t-SNE's optimisation on a device: the iterations of src/tsne/tsne.cpp, with its sums in its
// order. With exact repulsion the layout is the CPU's, bit for bit, on every device. Iterations are
// recorded once and replayed, ten at a time where nobody looks in between.
//
// Cost of an iteration: repulsion (all pairs 2 launches, by FFT 4 and those of two transforms and
// of a product), and 3 launches of step.hpp: of a million points with 139 edges each 2.3 GB.
#pragma once

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "kernels/core/replayed.hpp"
#include "kernels/graph/vertex_rows.hpp"
#include "kernels/tsne/force_error.hpp"
#include "kernels/tsne/repulsion_exact.hpp"
#include "kernels/tsne/repulsion_fft.hpp"
#include "kernels/tsne/step.hpp"
#include "optimizer.hpp"
#include "stages.hpp"
#include "tsne/attraction.hpp"
#include "tsne/early_stop.hpp"
#include "tsne/tsne.hpp"

namespace nearfold {

template <class Executor, int Dims>
std::unique_ptr<RepulsionOn<Executor>> make_repulsion_on(const Executor& executor, std::int64_t n,
                                                         const TsneParams& params,
                                                         std::int64_t exact_at_most) {
  const TsneKernel kernel(params.dof);
  if (sums_all_pairs(n, Dims, params, {exact_at_most, 2})) {
    if (params.dof == 1)
      return std::make_unique<ExactOn<Executor, Dims, true>>(executor, n, kernel);
    return std::make_unique<ExactOn<Executor, Dims, false>>(executor, n, kernel);
  }
  if constexpr (Dims == 2) return std::make_unique<FftOn<Executor>>(executor, n, params.dof);
  return nullptr;  // refused by sums_all_pairs()
}

template <class Executor, int Dims>
class TsneOn final : public Optimizer {
 public:
  using Space = typename Executor::Space;

  TsneOn(const Executor& executor, EdgeGraphIn<Space> graph, const Matrix& start,
         const TsneParams& params)
      : executor_(executor),
        params_(params),
        kernel_(params.dof),
        n_(graph.n),
        graph_(std::move(graph)),
        entropy_(edge_entropy()),
        vertices_(executor, std::move(graph_.point_of), n_, Dims),
        repulsion_(make_repulsion_on<Executor, Dims>(executor, n_, params, kExactAtMost)),
        force_(executor.template buffer<float>(n_ * Dims)),
        z_(executor.template buffer<double>(1)),
        phase_(executor.template buffer<TsnePhase>(1)),
        moved_(executor.template buffer<float>(n_ * Dims)),
        mean_(executor.template buffer<float>(Dims)),
        sum_(executor, n_, 32 * kSumChunk) {
    now_.y = executor.template buffer<float>(n_ * Dims);
    vertices_.by_vertex(start, now_.y);
    now_.update = filled(executor, n_ * Dims, 0.0f);
    now_.gains = filled(executor, n_ * Dims, 1.0f);
    now_.early_iterations = params.early_exaggeration_iter;
    now_.iterations = params.max_iter;
  }

  int advance(int steps) override {
    const int first = now_.iteration, last = first + steps;
    while (now_.iteration < last && now_.iteration < now_.iterations) {
      const bool due = now_.iteration % kLook == 0 && now_.iteration != seen_at_;
      if (!repulsion_->is_exact() && (due || seen_at_ < 0)) look();
      const int until = std::min(last, now_.iteration / kLook * kLook + kLook);
      while (now_.iteration < until && now_.iteration < now_.iterations) iterate(until);
      if (repulsion_->lost()) again();
    }
    executor_.wait();
    return std::max(0, now_.iteration - first);
  }

  std::optional<double> loss() const override {
    repel_here();
    return divergence();
  }

  std::optional<ForceError> force_error() const override {
    if (repulsion_->is_exact()) return std::nullopt;
    const auto force = repel_here();
    return force_error_on(executor_, now_.y.data(), force.data(), n_, params_.dof);
  }

  int early_iterations() const override { return std::min(now_.iteration, now_.early_iterations); }

  void copy_layout(HostMatrix<float> out) const override {
    const Matrix rows = vertices_.by_point(now_.y);
    std::copy(rows.values().begin(), rows.values().end(), out.data());
  }
  void copy_layout(DeviceMatrix<float> out) const override {
    vertices_.by_point(now_.y, out.data());
    executor_.wait();
  }

  /// The grid of an iteration by FFT is that of the last look, so that is where another run can go
  /// on.
  Checkpoint save() const override {
    const State& state = repulsion_->is_exact() || seen_at_ < 0 ? now_ : seen_;
    return {.iteration = state.iteration,
            .early_iterations = state.early_iterations,
            .iterations = state.iterations,
            .memory = state.stop.memory(),
            .layout = vertices_.by_point(state.y),
            .update = vertices_.by_point(state.update),
            .gains = vertices_.by_point(state.gains)};
  }
  void restore(const Checkpoint& from) override {
    vertices_.by_vertex(from.layout, now_.y);
    vertices_.by_vertex(from.update, now_.update);
    vertices_.by_vertex(from.gains, now_.gains);
    now_.stop.restore(from.memory);
    now_.iteration = from.iteration;
    now_.early_iterations = from.early_iterations;
    now_.iterations = from.iterations;
    seen_at_ = -1;
  }

 private:
  static constexpr int kLook = 10;  // iterations between looks at the extent
  static constexpr std::int64_t kExactAtMost = 1'000'000;
  template <class T>
  using Buffer = typename Executor::template Buffer<T>;

  struct State {
    Buffer<float> y, update, gains;  // [n, Dims]
    EarlyStop stop;
    int iteration = 0;
    int early_iterations = 0, iterations = 0;  // of early exaggeration, in all
  };

  EdgeRows rows() const {
    return {graph_.offsets.data(), graph_.columns.data(), graph_.weights.data()};
  }

  /// edge_entropy() of src/tsne/attraction.hpp.
  double edge_entropy() const {
    auto sum = executor_.template buffer<double>(1);
    OrderedSum<Executor, double>(executor_, graph_.edges(), kSharesOfRange)(
        PLogPAt{graph_.weights.data()}, 0.0, sum.data());
    return -executor_.download(sum, 0);
  }

  void look() {
    look_at_layout(false);
    keep(now_, seen_);
    seen_at_ = now_.iteration;
  }
  /// Back to the last look, with more room.
  void again() {
    keep(seen_, now_);
    look_at_layout(true);
  }
  void look_at_layout(bool again) {
    if (!repulsion_->look(now_.y.data(), again)) return;
    one_.forget();
    ten_.forget();
  }
  void keep(const State& from, State& to) {
    executor_.copy(from.y, to.y);
    executor_.copy(from.update, to.update);
    executor_.copy(from.gains, to.gains);
    to.stop = from.stop;
    to.iteration = from.iteration;
    to.early_iterations = from.early_iterations;
    to.iterations = from.iterations;
  }

  /// One iteration or more, but none after `until`, that nobody looks at in between; none when the
  /// run is found to be at its end.
  void iterate(int until) {
    if (looks(now_.iteration)) {
      repel();
      check_early_stop();
      if (now_.iteration == now_.iterations) return;
      set_phase();
      step();
      ++now_.iteration;
      return;
    }
    set_phase();
    const int first = now_.iteration++;
    while (now_.iteration < std::min(until, now_.iterations) && !looks(now_.iteration) &&
           phase(now_.iteration) == phase(first))
      ++now_.iteration;
    replay(now_.iteration - first);
  }

  /// Where the late phase begins.
  int late_from() const { return now_.iterations - params_.late_exaggeration_iter; }
  Phase phase(int iteration) const {
    return phase_at(iteration, now_.early_iterations, late_from());
  }
  bool looks(int iteration) const {
    return params_.early_stop && iteration < late_from() &&
           now_.stop.looks(iteration, now_.early_iterations);
  }

  void replay(int iterations) {
    const auto one = [this] {
      repel();
      step();
    };
    const auto ten = [&one] {
      for (int i = 0; i < kLook; ++i) one();
    };
    if (iterations == kLook) return ten_(executor_, ten);
    for (int i = 0; i < iterations; ++i) one_(executor_, one);
  }

  void set_phase() {
    if (now_in_ == phase(now_.iteration)) return;
    now_in_ = phase(now_.iteration);
    executor_.write(std::vector<TsnePhase>{phase_of(params_, n_, *now_in_)}, phase_);
  }

  // Recorded: what changes from one iteration to the next is read from the device.
  void repel() { repulsion_->compute(now_.y.data(), force_.data(), z_.data()); }
  void step() {
    executor_.for_each_row(
        n_, MovePoint<Dims>{rows(), kernel_, now_.y.data(), force_.data(), phase_.data(), z_.data(),
                            static_cast<float>(params_.max_step_norm), now_.update.data(),
                            now_.gains.data(), moved_.data()});
    sum_(PointAt<Dims>{moved_.data()}, VectorSum<Dims>{}, TakeMean<Dims>{n_, mean_.data()});
    executor_.for_each(n_, CentrePoint<Dims>{moved_.data(), mean_.data(), now_.y.data()});
  }

  void check_early_stop() {
    int until = late_from();  // which moves; the length of the late phase stays
    now_.stop.apply(now_.iteration, now_.early_iterations, until, [&] { return divergence(); });
    now_.iterations = until + params_.late_exaggeration_iter;
  }

  /// The forces at the layout as it is, and its Z; what iterations see of the grid stays as it was.
  Buffer<float> repel_here() const {
    const auto repulsion = make_repulsion_on<Executor, Dims>(executor_, n_, params_, kExactAtMost);
    auto force = executor_.template buffer<float>(n_ * Dims);
    repulsion->look(now_.y.data(), false);
    repulsion->compute(now_.y.data(), force.data(), z_.data());
    return force;
  }

  /// Of the layout whose Z is in z_.
  double divergence() const {
    auto shares = executor_.template buffer<VectorSum<2>>(n_);
    auto total = executor_.template buffer<VectorSum<2>>(1);
    executor_.for_each_row(n_, DivergenceRow{rows(), kernel_, now_.y.data(), Dims, shares.data()});
    OrderedSum<Executor, VectorSum<2>>(executor_, n_, 8 * kSumChunk)(
        ValueAt<VectorSum<2>>{shares.data()}, VectorSum<2>{}, total.data());
    const VectorSum<2> sum = executor_.download(total, 0);
    return tsne_divergence(entropy_, sum.at[0], sum.at[1], executor_.download(z_, 0), params_.dof);
  }

  Executor executor_;
  TsneParams params_;
  TsneKernel kernel_;
  std::int64_t n_;
  EdgeGraphIn<Space> graph_;
  double entropy_;
  VertexRows<Executor> vertices_;
  std::unique_ptr<RepulsionOn<Executor>> repulsion_;
  Buffer<float> force_;
  mutable Buffer<double> z_;
  Buffer<TsnePhase> phase_;  // of now_in_, unknown before
  std::optional<Phase> now_in_;
  Buffer<float> moved_, mean_;  // points before they are centred; what is taken off them
  OrderedSum<Executor, VectorSum<Dims>> sum_;
  State now_, seen_;  // seen_: at the last look
  int seen_at_ = -1;
  Replayed<Executor> one_, ten_;  // iterations
};

}  // namespace nearfold
