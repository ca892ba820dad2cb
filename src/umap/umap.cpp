// UMAP's optimisation on the CPU: umap-learn's stochastic descent, in steps that any number of
// threads can take. An epoch is cut into steps, in each of which a vertex meets one or two of its
// firing edges (edge_schedule.hpp). In a step every vertex reads all others from the layout before
// it and writes only itself: the clipped forces of the edges that fire and of their negative
// samples are summed and followed. Nothing depends on order or threads.
//
// So a vertex makes about as many moves as in umap-learn's serial loop, not much longer or noisier.
// With one move an epoch, maps of many neighbours or a large min_dist are worse; so they are when
// only one end of an edge moves in a step. An edge pulls both of its ends there, once for each
// direction stored, and the second time they have already met. So it acts twice here, half an epoch
// apart: with a pull of twice the length instead, distances in the map agree less with those of the
// data.
//
// Vertices of about as many terms are put side by side, one in each lane of a register: term t of
// each of them is computed together and added to the sum of its own vertex, pulls first, in the
// order of its own terms. Draw t of a vertex in a step is a pure function of (seed, step, vertex,
// t).
#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

#include "core/parallel.hpp"
#include "core/simd.hpp"
#include "graph/vertex_order.hpp"
#include "math/philox.hpp"
#include "math/umap_force.hpp"
#include "stages.hpp"
#include "umap/curve_fit.hpp"
#include "umap/density.hpp"
#include "umap/edge_schedule.hpp"
#include "umap/spaces.hpp"
#include "umap/umap.hpp"

namespace nearfold {
namespace {

/// A part of an epoch.
struct Step {
  std::int32_t epoch;    // 1, 2, ...
  std::int32_t part;     // of the epoch, 0, 1, ...
  std::uint32_t number;  // of all steps, 0, 1, ...
  float rate;            // learning rate
};

/// The vertices side by side and their terms.
struct Lanes {
  std::int64_t vertex[kSimd];
  std::int32_t first[kSimd], pulls[kSimd];  // see Firing
  std::int32_t pushes[kSimd];               // negative samples
};

int most(const std::int32_t* counts) {
  return *std::max_element(counts, counts + kSimd);
}

/// The vertices of a block that have a firing edge, those with most first. Returns how many.
int order_by_pulls(const Firing& firing, std::int64_t vertices, std::uint8_t* order) {
  // With more pulls than kMax in no order. Neighbours are counted apart, so that none waits for
  // the count of the one before.
  constexpr int kMax = 15, kApart = 4, kKeys = (kMax + 1) * kApart;
  const auto key = [&](std::int64_t v) {
    return (kMax - std::min(firing.pulls[v], kMax)) * kApart + static_cast<int>(v % kApart);
  };
  int begin[kKeys + 1] = {};
  for (std::int64_t v = 0; v < vertices; ++v) ++begin[key(v) + 1];
  for (int k = 1; k <= kKeys; ++k) begin[k] += begin[k - 1];
  const int moving = begin[kKeys - kApart];  // the last keys are those of no pulls
  for (std::int64_t v = 0; v < vertices; ++v) order[begin[key(v)]++] = static_cast<std::uint8_t>(v);
  return moving;
}

/// Sums of forces on the vertices side by side.
template <class Space>
struct Forces {
  using Dims = typename Space::Dims;
  Dims dims;
  Floats own[Dims::kRoom];  // where the vertices are
  Floats sum[Dims::kRoom];

  Forces(const float* y, const std::int64_t* vertices, Dims d) : dims(d) {
    gather(y, vertices, dims, own);
    std::fill_n(sum, dims.count(), Floats{});
  }

  /// Adds the clipped force of the points `others` where there is one.
  template <class Factor>
  void add(const float* y, const std::int64_t* others, Ints present, const Factor& factor) {
    Floats d[Dims::kRoom];
    gather(y, others, dims, d);
    Space::force(own, dims, factor, d);
    for (int c = 0; c < dims.count(); ++c) sum[c] = present ? sum[c] + d[c] : sum[c];
  }
};

/// Space: one of spaces.hpp.
template <class Space>
class UmapOptimizer final : public Optimizer {
 public:
  UmapOptimizer(EdgeGraph graph, Matrix start, const UmapParams& params, std::uint64_t seed,
                const Cpu& on)
      : dims_(static_cast<int>(start.cols())),
        point_of_(std::move(graph.point_of)),
        curve_(curve_of(params)),
        density_(density_of(graph, params, curve_, on)),
        edges_(std::move(graph), on),
        y_(by_vertex(std::move(start), point_of_)),
        next_(y_.size()),
        work_(
            static_cast<std::size_t>((edges_.n() + kUmapBlock - 1) / kUmapBlock * edges_.parts())),
        seed_(seed),
        epochs_(iterations_of(params, edges_.n())),
        learning_rate_(params.learning_rate),
        samples_per_firing_(static_cast<float>(params.negative_sample_rate)),
        on_(on) {}

  int advance(int n) override {
    const std::int32_t first = epoch_;
    for (; n > 0 && epoch_ < epochs_; --n) {
      const float rate = umap_rate(learning_rate_, epoch_, epochs_);
      for (std::int32_t part = 0; part < edges_.parts(); ++part) {
        const Step step{epoch_ + 1, part,
                        static_cast<std::uint32_t>(std::int64_t{epoch_} * edges_.parts() + part),
                        rate};
        parallel_for(on_.threads, edges_.n(), kUmapBlock,
                     [&](std::int64_t begin, std::int64_t end) { move_block(begin, end, step); });
        y_.swap(next_);
      }
      ++epoch_;
      if (density_ && density_->acts(epoch_, epochs_)) {
        density_->move(y_, dims_.count(), rate, held_, next_);
        y_.swap(next_);
      }
    }
    return epoch_ - first;
  }

  std::optional<double> loss() const override { return std::nullopt; }

  void copy_layout(HostMatrix<float> out) const override { by_point(y_, point_of_, out); }

  Checkpoint save() const override {
    return {.iteration = epoch_,
            .iterations = epochs_,
            .layout = by_point(y_, point_of_, dims_.count())};
  }
  void restore(const Checkpoint& from) override {
    epoch_ = from.iteration;
    y_ = by_vertex(from.layout, point_of_);
  }

  void hold(const std::vector<std::uint8_t>& points) override {
    held_ = by_vertex(points, point_of_);
  }

 private:
  /// What a block has to do for a part of an epoch, which it does in two steps.
  struct Work {
    std::int32_t epoch = 0;  // none yet
    Firing firing;
    std::uint8_t order[kUmapBlock];  // of the vertices that move
    int moving = 0;
  };
  static_assert(kUmapBlock <= 256);

  void move_block(std::int64_t begin, std::int64_t end, const Step& step) {
    const int dims = dims_.count();
    if constexpr (Space::kIsFlat)
      std::copy(y_.begin() + begin * dims, y_.begin() + end * dims, next_.begin() + begin * dims);
    else
      std::fill(next_.begin() + begin * dims, next_.begin() + end * dims, 0.0f);
    follow(begin, work_of(begin, end, step.part, step.epoch), step, samples_per_firing_);
    follow(begin, work_of(begin, end, second_part(step.part, edges_.parts()), step.epoch), step, 0);
    if constexpr (!Space::kIsFlat)
      for (std::int64_t v = begin; v < end; ++v) Space::take(&y_[at(v)], &next_[at(v)]);
  }
  /// Where the coordinates of a vertex begin.
  std::size_t at(std::int64_t v) const { return static_cast<std::size_t>(v * dims_.count()); }

  /// Found when the part has its first step of the epoch, kept for the second.
  const Work& work_of(std::int64_t begin, std::int64_t end, std::int32_t part, std::int32_t epoch) {
    Work& work = work_[static_cast<std::size_t>((begin / kUmapBlock) * edges_.parts() + part)];
    if (work.epoch != epoch) {
      edges_.find_firing(begin, end, epoch, part, work.firing);
      if (!held_.empty()) keep_held(begin, end, work.firing);
      work.moving = order_by_pulls(work.firing, end - begin, work.order);
      work.epoch = epoch;
    }
    return work;
  }

  /// To those that are held nothing happens.
  void keep_held(std::int64_t begin, std::int64_t end, Firing& firing) const {
    for (std::int64_t v = begin; v < end; ++v)
      if (held_[static_cast<std::size_t>(v)]) firing.pulls[v - begin] = 0;
  }

  /// Moves the vertices of a block by what fires in a part.
  void follow(std::int64_t begin, const Work& work, const Step& step, float samples_per_firing) {
    for (int at = 0; at < work.moving; at += kSimd)
      move(begin, work.firing, work.order + at, std::min(kSimd, work.moving - at), step,
           samples_per_firing);
  }

  /// Moves `count` <= kSimd vertices of the block that begins at `begin`; lanes beyond repeat the
  /// last of them and come to nothing.
  void move(std::int64_t begin, const Firing& firing, const std::uint8_t* which, int count,
            const Step& step, float samples_per_firing) {
    Lanes lanes;
    for (int l = 0; l < kSimd; ++l) {
      const std::int32_t v = which[std::min(l, count - 1)];
      lanes.vertex[l] = begin + v;
      lanes.first[l] = firing.first[v];
      lanes.pulls[l] = firing.pulls[v];
      lanes.pushes[l] = samples_due(lanes.pulls[l], samples_per_firing,
                                    static_cast<std::uint32_t>(begin + v), step.number);
    }
    Forces<Space> force(y_.data(), lanes.vertex, dims_);
    pull_all(lanes, firing.others.data(), force);
    push_all(lanes, step.number, force);
    for (int l = 0; l < count; ++l) {
      const float length = step.rate * umap_share(lanes.pulls[l]);
      float* const to = &next_[static_cast<std::size_t>(lanes.vertex[l] * dims_.count())];
      for (int c = 0; c < dims_.count(); ++c) to[c] += length * force.sum[c][l];
    }
  }

  void pull_all(const Lanes& lanes, const std::int32_t* edges, Forces<Space>& force) const {
    const auto attraction = [curve = curve_](Floats d2) { return umap_attraction(d2, curve); };
    const Ints counts = load(lanes.pulls);
    for (int t = 0; t < most(lanes.pulls); ++t) {
      std::int64_t others[kSimd];
      for (int l = 0; l < kSimd; ++l)
        others[l] = edges[lanes.first[l] + std::min(t, lanes.pulls[l] - 1)];
      force.add(y_.data(), others, t < counts, attraction);
    }
  }

  void push_all(const Lanes& lanes, std::uint32_t step, Forces<Space>& force) const {
    const auto repulsion = [curve = curve_](Floats d2) { return umap_repulsion(d2, curve); };
    const Ints counts = load(lanes.pushes);
    const int last = most(lanes.pushes);
    for (int t = 0; t < last; t += 4) {
      std::int64_t others[4][kSimd];
      draw(lanes.vertex, step, t, others);
      for (int s = 0; s < std::min(4, last - t); ++s)
        force.add(y_.data(), others[s], t + s < counts, repulsion);
    }
  }

  /// Vertices number t, ..., t + 3 that are drawn for each of `vertex`.
  void draw(const std::int64_t* vertex, std::uint32_t step, int t,
            std::int64_t (*others)[kSimd]) const {
    constexpr auto kStream = static_cast<std::uint32_t>(Stream::layout);
    const auto n = static_cast<std::uint32_t>(edges_.n());
    for (int half = 0; half < kSimd; half += kSimd / 2) {
      const FourWords<LongWords> words =
          philox(LongWords{} + static_cast<std::uint32_t>(t), load(vertex + half),
                 LongWords{} + step, LongWords{} + kStream, seed_);
      for (int s = 0; s < 4; ++s) store(others[s] + half, to_range(words.v[s], n));
    }
  }

  static UmapCurve curve_of(const UmapParams& params) {
    const Curve curve = fit_curve(params);
    return {static_cast<float>(curve.a), static_cast<float>(curve.b),
            static_cast<float>(params.repulsion_strength)};
  }
  /// Nothing where all points are as dense.
  static std::optional<DensityTerm> density_of(EdgeGraph& graph, const UmapParams& params,
                                               const UmapCurve& curve, const Cpu& on) {
    if (graph.radii.empty()) return {};
    return DensityTerm(graph, params, curve, on);
  }

  typename Space::Dims dims_;
  std::vector<std::int32_t> point_of_;
  UmapCurve curve_;
  std::optional<DensityTerm> density_;
  UmapEdges edges_;
  std::vector<float> y_, next_;     // [n, dims]; layout and its successor
  std::vector<Work> work_;          // [blocks, parts]
  std::vector<std::uint8_t> held_;  // [n], or empty
  std::uint64_t seed_;
  std::int32_t epoch_ = 0, epochs_;
  double learning_rate_;
  float samples_per_firing_;
  Cpu on_;
};

template <class Space>
std::unique_ptr<Optimizer> made(EdgeGraph graph, Matrix start, const UmapParams& params,
                                std::uint64_t seed, const Cpu& on) {
  return std::make_unique<UmapOptimizer<Space>>(std::move(graph), std::move(start), params, seed,
                                                on);
}

}  // namespace

std::unique_ptr<Optimizer> make_umap_of_any_dims(EdgeGraph graph, Matrix start,
                                                 const UmapParams& params, std::uint64_t seed,
                                                 const Cpu& on) {
  return made<FlatSpace<kAnyDims>>(std::move(graph), std::move(start), params, seed, on);
}

std::unique_ptr<Optimizer> make_optimizer(EdgeGraph graph, Matrix start, const UmapParams& params,
                                          std::uint64_t seed, const Cpu& on) {
  const auto in = [&]<class Space>(Space) {
    return made<Space>(std::move(graph), std::move(start), params, seed, on);
  };
  const std::int64_t dims = start.cols();
  return in_space_of(
      params.output_metric,
      [&] {
        return dims == 2   ? in(FlatSpace<2>())
               : dims == 3 ? in(FlatSpace<3>())
                           : in(FlatSpace<kAnyDims>());
      },
      in);
}

}  // namespace nearfold
