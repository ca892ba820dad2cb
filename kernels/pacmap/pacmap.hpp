// PaCMAP's and LocalMAP's optimisation on a device: the iterations of src/pacmap/pacmap.cpp,
// sixteen lanes a vertex, with its sums in its order, so that the layout is the CPU's, bit for bit,
// on every device. Pairs are drawn on the host (weigh_edges()). An iteration is recorded once and
// replayed.
//
// Cost of an iteration: two launches (step.hpp); every tenth of LocalMAP's last phase draws further
// pairs anew: one launch of up to 100 tries a pair by one thread a vertex, and their mirrors
// (pairs.hpp).
#pragma once

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "graph/vertex_order.hpp"
#include "kernels/core/fill.hpp"
#include "kernels/core/replayed.hpp"
#include "kernels/graph/vertex_rows.hpp"
#include "kernels/pacmap/pairs.hpp"
#include "kernels/pacmap/step.hpp"
#include "optimizer.hpp"
#include "pacmap/method.hpp"
#include "pacmap/pairs.hpp"
#include "stages.hpp"

namespace nearfold {

template <class Executor, int Dims>
class PacmapOn final : public Optimizer {
 public:
  using Graph = EdgeGraphIn<typename Executor::Space>;

  /// `local`: low_dist_thres of LocalMAP.
  PacmapOn(const Executor& executor, Graph graph, const Matrix& start, const PacmapParams& params,
           std::optional<double> local, std::uint64_t seed)
      : executor_(executor),
        n_(graph.n),
        point_of_(executor.download(graph.point_of)),
        vertices_(executor, std::move(graph.point_of), n_, Dims),
        near_(std::move(graph)),
        mid_near_(executor, n_, near_.mid_near),
        further_(executor, n_, near_.further),
        mean_(filled(executor, n_ * Dims, 0.0f)),
        square_(filled(executor, n_ * Dims, 0.0f)),
        params_(params),
        iterations_(iteration_count(params, n_)),
        local_(local),
        seed_(seed) {
    near_.mid_near = {};
    if (!local_) near_.further = {};
    if (local_ && !point_of_.empty()) {
      names_ = executor_.upload(point_of_);
      vertex_of_ = executor_.upload(inverse_of(point_of_));
    }
    for (auto& layout : layouts_) layout = executor_.template buffer<float>(n_ * Dims);
    vertices_.by_vertex(start, layouts_[0]);
    clock_ = executor_.upload(std::vector<PacmapClock>(1));
  }

  int advance(int steps) override {
    const int first = iteration_;
    for (; iteration_ < first + steps && iteration_ < iterations_; ++iteration_) {
      iterations_from_[at_](executor_, [this] { move(); });
      at_ = 1 - at_;
      if (is_local() && iteration_ % kDrawnEvery == 0) draw_further();
    }
    executor_.wait();
    return iteration_ - first;
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
    return {.iteration = iteration_,
            .iterations = iterations_,
            .layout = vertices_.by_point(layouts_[at_]),
            .update = vertices_.by_point(mean_),
            .gains = vertices_.by_point(square_),
            .further = drawn_anew_ ? ids_renamed(executor_.download(near_.further), n_, point_of_)
                                   : std::vector<std::int32_t>()};
  }
  void restore(const Checkpoint& from) override {
    iteration_ = from.iteration;
    vertices_.by_vertex(from.layout, layouts_[at_]);
    vertices_.by_vertex(from.update, mean_);
    vertices_.by_vertex(from.gains, square_);
    executor_.write(std::vector<PacmapClock>{PacmapClock{.iteration = iteration_}}, clock_);
    if (from.further.empty()) return;
    drawn_anew_ = true;
    executor_.write(ids_renamed(from.further, n_, inverse_of(point_of_)), near_.further);
    further_.fill(near_.further);
  }

 private:
  bool is_local() const {
    return local_ && iteration_ >= params_.num_iters[0] + params_.num_iters[1];
  }

  /// Is recorded: what an iteration changes it reads from the device, but for at_.
  void move() {
    executor_.for_each(1, NextIteration{clock_.data(), params_.lr, params_.num_iters[0],
                                        params_.num_iters[1], local_ ? 1 : 0});
    executor_.for_each_row(n_, MoveByPairs<Dims>{{near_.offsets.data(), near_.columns.data()},
                                                 mid_near_.rows(),
                                                 further_.rows(),
                                                 near_.weights.data(),
                                                 clock_.data(),
                                                 static_cast<float>(local_.value_or(0) / 2),
                                                 layouts_[at_].data(),
                                                 layouts_[1 - at_].data(),
                                                 mean_.data(),
                                                 square_.data()});
  }

  void draw_further() {
    auto drawn =
        executor_.template buffer<std::int32_t>(static_cast<std::int64_t>(near_.further.size()));
    const bool renamed = !point_of_.empty();
    executor_.for_each(
        n_, DrawFurther<Dims>{{.n = n_,
                               .count = static_cast<std::int64_t>(near_.further.size()) / n_,
                               .offsets = near_.offsets.data(),
                               .near = near_.columns.data(),
                               .point_of = renamed ? names_.data() : nullptr,
                               .vertex_of = renamed ? vertex_of_.data() : nullptr,
                               .before = near_.further.data(),
                               .y = layouts_[at_].data(),
                               .dims = DimCount<Dims>(Dims),
                               .reach2 = *local_ * *local_,
                               .seed = seed_,
                               .iteration = iteration_},
                              drawn.data()});
    executor_.wait();  // the former pairs go away
    near_.further = std::move(drawn);
    further_.fill(near_.further);
    drawn_anew_ = true;
  }

  template <class T>
  using Buffer = typename Executor::template Buffer<T>;

  Executor executor_;
  std::int64_t n_;
  std::vector<std::int32_t> point_of_;  // or empty
  VertexRows<Executor> vertices_;
  Graph near_;  // and the further pairs without mirrors, where they are drawn anew
  MirroredPairsOn<Executor> mid_near_, further_;
  Buffer<std::int32_t> names_, vertex_of_;  // point_of_ and its inverse, where they are needed
  Buffer<float> layouts_[2];                // [n, Dims]; layout and its successor
  int at_ = 0;                              // which of them is the layout
  Buffer<float> mean_, square_;             // of Adam
  Buffer<PacmapClock> clock_;
  PacmapParams params_;
  int iteration_ = 0, iterations_;
  std::optional<double> local_;
  bool drawn_anew_ = false;  // whether further pairs are no more those of the graph
  std::uint64_t seed_;
  Replayed<Executor> iterations_from_[2];  // that begin with each of the layouts
};

template <class Executor>
std::unique_ptr<Optimizer> make_pacmap_on(const Executor& executor,
                                          EdgeGraphIn<typename Executor::Space> graph,
                                          const Matrix& start, const PacmapParams& params,
                                          std::optional<double> local, std::uint64_t seed) {
  if (start.cols() == 2)
    return std::make_unique<PacmapOn<Executor, 2>>(executor, std::move(graph), start, params, local,
                                                   seed);
  return std::make_unique<PacmapOn<Executor, 3>>(executor, std::move(graph), start, params, local,
                                                 seed);
}

}  // namespace nearfold
