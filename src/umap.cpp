// UMAP's optimisation on the CPU: umap-learn's stochastic descent, in steps that any number of
// threads can take. An epoch is cut into steps, in each of which a vertex meets one or two of its
// firing edges. In a step every vertex reads all others from the layout before it and writes only
// itself: the clipped forces of the edges that fire and of their negative samples are summed and
// followed. Nothing depends on order or threads.
//
// So a vertex makes about as many moves as in umap-learn's serial loop, as long and as noisy. With
// one move an epoch, maps of many neighbours or a large min_dist are worse; so they are when the
// two directions of an edge act in different steps. An edge pulls both of its ends there, once for
// each direction stored, so the pull on a vertex is doubled here. A hub, many of whose edges fire
// at once, would overshoot by the sum of their pulls: it moves as far as kMostPulls of them say.
//
// Forces are computed for the terms of many vertices at a time, and added up one by one, pulls and
// pushes apart, in the order of each vertex's own terms. Draw t of a vertex in a step is a pure
// function of (seed, step, vertex, t).
#include <algorithm>
#include <cmath>
#include <utility>

#include "curve.hpp"
#include "math/philox.hpp"
#include "math/umap_force.hpp"
#include "parallel.hpp"
#include "stages.hpp"

namespace nearfold {
namespace {

constexpr int kVertices = 256;  // of a block
constexpr int kTerms = 1024;    // whose forces are computed together
constexpr float kPull = 2.0f;
constexpr float kMostPulls = 4.0f;
constexpr double kFiringsPerStep = 1.0;
constexpr int kMostSteps = 16;  // of an epoch

/// A part of an epoch.
struct Step {
  std::int32_t epoch;    // 1, 2, ...
  std::int32_t part;     // of the epoch, 0, 1, ...
  std::uint32_t number;  // of all steps, 0, 1, ...
  float rate;            // learning rate
};

/// Terms of the vertices of a block, and the sums of their forces.
template <int Dims>
class Forces {
 public:
  Forces(const float* y, std::int64_t begin, float scale) : y_(y), begin_(begin), scale_(scale) {}

  template <class Factor>
  void add(std::int32_t vertex, std::int32_t other, const Factor& factor) {
    vertices_[count_] = vertex;
    others_[count_] = other;
    if (++count_ == kTerms) flush(factor);
  }

  template <class Factor>
  void flush(const Factor& factor) {
    float d[Dims][kTerms];
    for (int t = 0; t < count_; ++t)
      for (int c = 0; c < Dims; ++c)
        d[c][t] =
            y_[std::int64_t{vertices_[t]} * Dims + c] - y_[std::int64_t{others_[t]} * Dims + c];
    for (int t = 0; t < count_; ++t) {
      float d2 = 0;
      for (int c = 0; c < Dims; ++c) d2 += d[c][t] * d[c][t];
      const float g = factor(d2);
      for (int c = 0; c < Dims; ++c) d[c][t] = scale_ * clip4(g * d[c][t]);
    }
    for (int t = 0; t < count_; ++t)
      for (int c = 0; c < Dims; ++c) sums_[vertices_[t] - begin_][c] += d[c][t];
    count_ = 0;
  }

  float sum(std::int64_t vertex, int c) const { return sums_[vertex - begin_][c]; }

 private:
  const float* y_;
  std::int64_t begin_;
  float scale_;
  int count_ = 0;
  std::int32_t vertices_[kTerms], others_[kTerms];
  float sums_[kVertices][Dims] = {};
};

/// The graph with part 0 of every row first, then part 1 of every row, and so on: that of vertex i
/// in part p begins at offsets[p n + i]. So every step reads memory in its order.
EdgeGraph split_rows(const EdgeGraph& rows, std::int32_t parts, const Cpu& on) {
  EdgeGraph out{rows.n, {}, {}, {}};
  out.offsets.resize(static_cast<std::size_t>(rows.n * parts + 1));
  out.columns.resize(rows.columns.size());
  out.weights.resize(rows.weights.size());
  const auto for_each_edge = [&](const auto& body) {  // (place in offsets, edge)
    parallel_for(on.threads, rows.n, kGrain, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t i = begin; i < end; ++i)
        for (std::int64_t e = rows.offsets[static_cast<std::size_t>(i)];
             e < rows.offsets[static_cast<std::size_t>(i) + 1]; ++e) {
          const auto edge = static_cast<std::size_t>(e);
          const std::int64_t part =
              part_of_edge(static_cast<std::int32_t>(i), rows.columns[edge], parts);
          body(static_cast<std::size_t>(part * rows.n + i), edge);
        }
    });
  };
  for_each_edge([&](std::size_t at, std::size_t) { ++out.offsets[at + 1]; });
  for (std::size_t at = 1; at < out.offsets.size(); ++at) out.offsets[at] += out.offsets[at - 1];
  std::vector<std::int64_t> next(out.offsets.begin(), out.offsets.end() - 1);
  for_each_edge([&](std::size_t at, std::size_t edge) {
    const auto to = static_cast<std::size_t>(next[at]++);
    out.columns[to] = rows.columns[edge];
    out.weights[to] = rows.weights[edge];
  });
  return out;
}

/// Vertices drawn at random, whose numbers are made many at a time.
class Draws {
 public:
  /// `count` draws of a vertex, of those that begin at `first`, a multiple of 4; at most 4. True
  /// when there is no more room.
  bool add(std::int32_t vertex, std::int32_t first, std::int32_t count) {
    vertices_[size_] = vertex;
    firsts_[size_] = first;
    counts_[size_] = count;
    return ++size_ == kRoom;
  }

  /// body(vertex, other) for each, in order; there are none afterwards.
  template <class Body>
  void for_each(std::uint32_t step, std::uint64_t seed, std::uint32_t n, const Body& body) {
    std::int32_t others[4][kRoom];
    for (int g = 0; g < size_; ++g) {
      const Random4 r =
          philox(static_cast<std::uint32_t>(firsts_[g]), static_cast<std::uint32_t>(vertices_[g]),
                 step, static_cast<std::uint32_t>(Stream::layout), seed);
      for (int t = 0; t < 4; ++t) others[t][g] = static_cast<std::int32_t>(to_range(r.v[t], n));
    }
    for (int g = 0; g < size_; ++g)
      for (int t = 0; t < counts_[g]; ++t) body(vertices_[g], others[t][g]);
    size_ = 0;
  }

 private:
  static constexpr int kRoom = 256;
  int size_ = 0;
  std::int32_t vertices_[kRoom], firsts_[kRoom], counts_[kRoom];
};

template <int Dims>
class UmapOptimizer final : public Optimizer {
 public:
  UmapOptimizer(EdgeGraph graph, Matrix start, const UmapParams& params, std::uint64_t seed,
                const Cpu& on)
      : graph_(std::move(graph)),
        y_(std::move(start.values)),
        next_(y_.size()),
        seed_(seed),
        epochs_(iterations_of(params, graph_.n)),
        learning_rate_(params.learning_rate),
        samples_per_firing_(static_cast<float>(params.negative_sample_rate)),
        on_(on) {
    const Curve curve = fit_curve(params);
    curve_ = {static_cast<float>(curve.a), static_cast<float>(curve.b),
              static_cast<float>(params.repulsion_strength)};
    const float heaviest = *std::max_element(graph_.weights.begin(), graph_.weights.end());
    double firings = 0;
    for (float& w : graph_.weights) {
      w /= heaviest;  // from here on: firings per epoch
      firings += static_cast<double>(w);
    }
    const double steps = std::ceil(firings / static_cast<double>(graph_.n) / kFiringsPerStep);
    parts_ = static_cast<std::int32_t>(std::clamp<double>(steps, 1, kMostSteps));
    graph_ = split_rows(graph_, parts_, on_);
  }

  void advance(int n) override {
    for (; n > 0 && epoch_ < epochs_; --n) {
      const double rate = learning_rate_ * (1.0 - static_cast<double>(epoch_) / epochs_);
      for (std::int32_t part = 0; part < parts_; ++part) {
        const Step step{epoch_ + 1, part,
                        static_cast<std::uint32_t>(std::int64_t{epoch_} * parts_ + part),
                        static_cast<float>(rate)};
        parallel_for(on_.threads, graph_.n, kVertices, [&](std::int64_t begin, std::int64_t end) {
          move(static_cast<std::int32_t>(begin), static_cast<std::int32_t>(end), step);
        });
        y_.swap(next_);
      }
      ++epoch_;
    }
  }

  std::optional<double> loss() const override { return std::nullopt; }

  void copy_layout(HostMatrix<float> out) const override {
    std::copy(y_.begin(), y_.end(), out.data);
  }

 private:
  void move(std::int32_t begin, std::int32_t end, const Step& step) {
    Forces<Dims> pulls(y_.data(), begin, kPull), pushes(y_.data(), begin, 1.0f);
    const auto pull = [&](float d2) { return umap_attraction(d2, curve_); };
    const auto push = [&](float d2) { return umap_repulsion(d2, curve_); };
    std::int32_t fired[kVertices];
    Draws draws;
    const auto push_all = [&] {
      draws.for_each(step.number, seed_, static_cast<std::uint32_t>(graph_.n),
                     [&](std::int32_t i, std::int32_t other) { pushes.add(i, other, push); });
    };
    for (std::int32_t i = begin; i < end; ++i) {
      std::int32_t samples = 0;
      fired[i - begin] = for_each_firing(i, step, [&](std::int32_t other, std::int32_t due) {
        pulls.add(i, other, pull);
        samples += due;
      });
      for (std::int32_t first = 0; first < samples; first += 4)
        if (draws.add(i, first, std::min(4, samples - first))) push_all();
    }
    push_all();
    pulls.flush(pull);
    pushes.flush(push);
    for (std::int32_t i = begin; i < end; ++i) {
      const float pulls_at_once = static_cast<float>(fired[i - begin]);
      const float rate = step.rate * std::min(1.0f, kMostPulls / std::max(1.0f, pulls_at_once));
      for (int c = 0; c < Dims; ++c) {
        const std::size_t at = static_cast<std::size_t>(i) * Dims + static_cast<std::size_t>(c);
        next_[at] = y_[at] + rate * (pulls.sum(i, c) + pushes.sum(i, c));
      }
    }
  }

  /// body(other, samples due) for the edges of a vertex that fire in this step; returns how many.
  template <class Body>
  std::int32_t for_each_firing(std::int32_t i, const Step& step, const Body& body) const {
    const auto at = static_cast<std::size_t>(step.part * graph_.n + i);
    std::int32_t count = 0;
    for (std::int64_t e = graph_.offsets[at]; e < graph_.offsets[at + 1]; ++e) {
      const float rate = graph_.weights[static_cast<std::size_t>(e)];
      const std::int32_t fired = firings(step.epoch, rate);
      if (fired == firings(step.epoch - 1, rate)) continue;
      ++count;
      body(graph_.columns[static_cast<std::size_t>(e)],
           samples_due(fired, samples_per_firing_) - samples_due(fired - 1, samples_per_firing_));
    }
    return count;
  }

  EdgeGraph graph_;              // rows split into parts_
  std::vector<float> y_, next_;  // [n, Dims]; layout and its successor
  std::uint64_t seed_;
  std::int32_t epoch_ = 0, epochs_, parts_ = 1;
  double learning_rate_;
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
