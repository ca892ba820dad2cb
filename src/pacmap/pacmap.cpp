// PaCMAP's and LocalMAP's optimisation on the CPU: gradient descent by Adam along pairs that are
// drawn before it. In an iteration every vertex reads all others from the layout before it and
// writes only itself: a pair acts on both of its ends, so the sum on a vertex goes over its own
// pairs and over their mirrors, in a fixed order. LocalMAP draws further pairs anew in its last
// phase, each a function of (seed, iteration, point) and of the layout.
#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <utility>

#include "core/parallel.hpp"
#include "graph/vertex_order.hpp"
#include "math/pacmap_force.hpp"
#include "pacmap/forces.hpp"
#include "pacmap/further_draws.hpp"
#include "pacmap/method.hpp"
#include "pacmap/pairs.hpp"
#include "stages.hpp"

namespace nearfold {
namespace {

constexpr std::int64_t kVertices = 256;  // of a range

/// Fixed: the dimensions of the map, or kAnyDims.
template <int Fixed>
class PacmapOptimizer final : public Optimizer {
 public:
  /// `local`: low_dist_thres of LocalMAP.
  PacmapOptimizer(EdgeGraph graph, Matrix start, const PacmapParams& params,
                  std::optional<double> local, std::uint64_t seed, const Cpu& on)
      : dims_(static_cast<int>(start.cols())),
        near_(std::move(graph)),
        mid_near_(near_.n, near_.mid_near),
        further_(near_.n, near_.further),
        vertex_of_(inverse_of(near_.point_of)),
        y_(by_vertex(std::move(start), near_.point_of)),
        next_(y_.size()),
        mean_(y_.size()),
        square_(y_.size()),
        phases_(params.num_iters),
        lr_(params.lr),
        iterations_(iteration_count(params, near_.n)),
        local_(local),
        seed_(seed),
        on_(on) {
    near_.mid_near = {};
    if (!local_) near_.further = {};
  }

  int advance(int steps) override {
    const int first = iteration_;
    for (; iteration_ < first + steps && iteration_ < iterations_; ++iteration_) {
      const float rate = adam_rate(lr_, iteration_);
      parallel_for(on_.threads, near_.n, kVertices, [&](std::int64_t begin, std::int64_t end) {
        for (std::int64_t i = begin; i < end; ++i) move(i, rate);
      });
      y_.swap(next_);
      if (is_local() && iteration_ % kDrawnEvery == 0) draw_further();
    }
    return iteration_ - first;
  }

  std::optional<double> loss() const override { return std::nullopt; }

  void copy_layout(HostMatrix<float> out) const override { by_point(y_, near_.point_of, out); }

  Checkpoint save() const override {
    const auto rows = [this](const std::vector<float>& of) {
      return by_point(of, near_.point_of, dims_.count());
    };
    return {.iteration = iteration_,
            .iterations = iterations_,
            .layout = rows(y_),
            .update = rows(mean_),
            .gains = rows(square_),
            .further = drawn_anew_ ? ids_renamed(near_.further, near_.n, near_.point_of)
                                   : std::vector<std::int32_t>()};
  }
  void restore(const Checkpoint& from) override {
    iteration_ = from.iteration;
    y_ = by_vertex(from.layout, near_.point_of);
    mean_ = by_vertex(from.update, near_.point_of);
    square_ = by_vertex(from.gains, near_.point_of);
    if (from.further.empty()) return;
    drawn_anew_ = true;
    near_.further = ids_renamed(from.further, near_.n, vertex_of_);
    further_ = MirroredPairs(near_.n, near_.further);
  }

  void hold(const std::vector<std::uint8_t>& points) override {
    held_ = by_vertex(points, near_.point_of);
  }

 private:
  bool is_local() const { return local_ && iteration_ >= phases_[0] + phases_[1]; }

  std::span<const std::int32_t> near_of(std::int64_t i) const {
    const auto begin = static_cast<std::size_t>(near_.offsets[static_cast<std::size_t>(i)]);
    const auto end = static_cast<std::size_t>(near_.offsets[static_cast<std::size_t>(i) + 1]);
    return std::span(near_.columns).subspan(begin, end - begin);
  }

  void move(std::int64_t i, float rate) {
    const int dims = dims_.count();
    const auto first = static_cast<std::size_t>(i * dims);
    std::copy_n(&y_[first], dims, &next_[first]);
    if (!held_.empty() && held_[static_cast<std::size_t>(i)] != 0) return;
    const PacmapWeights weigh = pacmap_weights(iteration_, phases_[0], phases_[1]);
    PairGradient<Fixed> gradient(y_.data(), i, dims_);
    const std::span<const std::int32_t> near = near_of(i);
    const float* const counts = near_.weights.data() + near_.offsets[static_cast<std::size_t>(i)];
    if (is_local())
      gradient.add(near, counts,
                   [w = weigh.near, reach = static_cast<float>(*local_ / 2)](Floats t) {
                     return w * localmap_near(t, reach);
                   });
    else
      gradient.add(near, counts, [w = weigh.near](Floats t) { return w * pacmap_near(t); });
    if (weigh.mid_near > 0)
      gradient.add(mid_near_.row(i), nullptr,
                   [w = weigh.mid_near](Floats t) { return w * pacmap_mid_near(t); });
    gradient.add(further_.row(i), nullptr,
                 [w = weigh.further](Floats t) { return -w * pacmap_further(t); });
    for (int c = 0; c < dims; ++c) {
      const std::size_t at = first + static_cast<std::size_t>(c);
      adam_move(gradient.at(c), rate, next_[at], mean_[at], square_[at]);
    }
  }

  void draw_further() {
    const auto ids = [](const std::vector<std::int32_t>& of) {
      return of.empty() ? nullptr : of.data();
    };
    const FurtherDraws<DimCount<Fixed>> draws{
        .n = near_.n,
        .count = static_cast<std::int64_t>(near_.further.size()) / near_.n,
        .offsets = near_.offsets.data(),
        .near = near_.columns.data(),
        .point_of = ids(near_.point_of),
        .vertex_of = ids(vertex_of_),
        .before = near_.further.data(),
        .y = y_.data(),
        .dims = dims_,
        .reach2 = *local_ * *local_,
        .seed = seed_,
        .iteration = iteration_};
    std::vector<std::int32_t> drawn(near_.further.size());
    parallel_for(on_.threads, near_.n, kVertices, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t i = begin; i < end; ++i) draws(i, drawn.data() + i * draws.count);
    });
    near_.further = std::move(drawn);
    further_ = MirroredPairs(near_.n, near_.further);
    drawn_anew_ = true;
  }

  DimCount<Fixed> dims_;
  EdgeGraph near_;  // and the further pairs without mirrors, where they are drawn anew
  MirroredPairs mid_near_, further_;
  std::vector<std::int32_t> vertex_of_;  // of each point, or empty
  std::vector<float> y_, next_, mean_,
      square_;                      // [n, dims]; layout and its successor, Adam's means
  std::vector<std::uint8_t> held_;  // [n], or empty
  std::array<int, 3> phases_;
  double lr_;
  int iteration_ = 0, iterations_;
  std::optional<double> local_;
  bool drawn_anew_ = false;  // whether further pairs are no more those of the graph
  std::uint64_t seed_;
  Cpu on_;
};

std::unique_ptr<Optimizer> made(EdgeGraph graph, Matrix start, const PacmapParams& params,
                                std::optional<double> local, std::uint64_t seed, const Cpu& on) {
  const auto make = [&]<int Fixed>() -> std::unique_ptr<Optimizer> {
    return std::make_unique<PacmapOptimizer<Fixed>>(std::move(graph), std::move(start), params,
                                                    local, seed, on);
  };
  if (start.cols() == 2) return make.template operator()<2>();
  if (start.cols() == 3) return make.template operator()<3>();
  return make.template operator()<kAnyDims>();
}

}  // namespace

std::unique_ptr<Optimizer> make_optimizer(EdgeGraph graph, Matrix start, const PacmapParams& params,
                                          std::uint64_t seed, const Cpu& on) {
  return made(std::move(graph), std::move(start), params, {}, seed, on);
}

std::unique_ptr<Optimizer> make_optimizer(EdgeGraph graph, Matrix start,
                                          const LocalmapParams& params, std::uint64_t seed,
                                          const Cpu& on) {
  return made(std::move(graph), std::move(start), params, params.low_dist_thres, seed, on);
}

}  // namespace nearfold
