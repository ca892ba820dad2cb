// Vertices numbered on a device: the patches of src/graph/vertex_order.cpp, grown by one thread a
// vertex. The same numbers.
//
// Cost: some tens of steps of growth for each of three strides, a launch and a look of the host
// each: up to 4 (2 + 2 k) bytes a vertex that is in no patch yet, 8 one that is; then a sort of n
// keys (whole_numbers.hpp) and three launches. renumbered(): 2 launches, 24 bytes an entry.
#pragma once

#include <cstdint>
#include <utility>

#include "core/stopping.hpp"
#include "graph/graph.hpp"
#include "kernels/core/fill.hpp"
#include "kernels/core/launch_shape.hpp"
#include "kernels/graph/vertex_rows.hpp"
#include "math/patch.hpp"

namespace nearfold {

/// Every stride-th vertex that is in no patch becomes the seed of one.
struct SeedPatch {
  std::int64_t stride;
  std::int32_t* patch;
  NEARFOLD_HD void operator()(std::int64_t i) const {
    const std::int64_t v = i * stride;
    if (patch[v] == kNoPatch) patch[v] = static_cast<std::int32_t>(v);
  }
};

/// What a step of growth found; set to 1 by any vertex.
struct Growth {
  std::int32_t grown = 0, open = 0;
};

struct GrowPatch {
  const std::int32_t* neighbors;
  std::int64_t k;
  const std::int32_t* patch;
  std::int32_t* next;
  Growth* growth;
  NEARFOLD_HD void operator()(std::int64_t v) const {
    next[v] = patch[v];
    if (patch[v] != kNoPatch) return;
    next[v] = grown_patch(neighbors + v * k, k, patch);
    (next[v] == kNoPatch ? growth->open : growth->grown) = 1;
  }
};

/// From the seed of a patch to that of the coarser patch it lies in.
struct CoarserSeed {
  const std::int32_t* patch;
  std::int32_t* seed;
  NEARFOLD_HD void operator()(std::int64_t v) const { seed[v] = patch[seed[v]]; }
};

/// Sorting these keys sorts places by the seed of what is there, equal ones as they were.
struct OrderKey {
  const std::int32_t *order, *seed;
  std::uint64_t* keys;
  NEARFOLD_HD void operator()(std::int64_t at) const {
    keys[at] = static_cast<std::uint64_t>(seed[order[at]]) << 32 | static_cast<std::uint64_t>(at);
  }
};
struct TakeInOrder {
  const std::int32_t* order;
  const std::uint64_t* keys;
  std::int32_t* next;
  NEARFOLD_HD void operator()(std::int64_t at) const {
    next[at] = order[static_cast<std::uint32_t>(keys[at])];
  }
};

struct Invert {
  const std::int32_t* point_of;
  std::int32_t* vertex_of;
  NEARFOLD_HD void operator()(std::int64_t v) const {
    vertex_of[point_of[v]] = static_cast<std::int32_t>(v);
  }
};
/// Entry e by vertex.
struct Renumber {
  const std::int32_t *neighbors, *point_of, *vertex_of;
  const float* distances;
  std::int64_t k;
  std::int32_t* to;
  float* distances_to;
  NEARFOLD_HD void operator()(std::int64_t e) const {
    const std::int64_t from = point_of[e / k] * k + e % k;
    to[e] = vertex_of[neighbors[from]];
    distances_to[e] = distances[from];
  }
};

template <class Executor>
class OrderOn {
 public:
  template <class T>
  using Buffer = typename Executor::template Buffer<T>;
  using Graph = KnnGraphIn<typename Executor::Space>;

  OrderOn(const Executor& executor, const Graph& graph)
      : executor_(executor), graph_(&graph), n_(graph.metadata.n), k_(graph.metadata.k) {}

  /// The point of each vertex, as locality_order() of src/graph/vertex_order.hpp.
  Buffer<std::int32_t> order() const {
    auto order = counted(), seed = counted();
    auto next = executor_.template buffer<std::int32_t>(n_);
    auto keys = executor_.template buffer<std::uint64_t>(n_);
    for (const std::int64_t stride : kPatchStrides) {
      const auto patch = patches(stride);
      executor_.for_each(n_, CoarserSeed{patch.data(), seed.data()});
      executor_.for_each(n_, OrderKey{order.data(), seed.data(), keys.data()});
      executor_.sort(keys);
      executor_.for_each(n_, TakeInOrder{order.data(), keys.data(), next.data()});
      std::swap(order, next);
    }
    executor_.wait();  // what was made on the way goes away
    return order;
  }

  /// renumbered() of src/graph/vertex_order.hpp.
  Graph renumbered(const Buffer<std::int32_t>& point_of) const {
    Graph out{graph_->metadata, executor_.template buffer<std::int32_t>(n_ * k_),
              executor_.template buffer<float>(n_ * k_)};
    auto vertex_of = executor_.template buffer<std::int32_t>(n_);
    executor_.for_each(n_, Invert{point_of.data(), vertex_of.data()});
    executor_.for_each(n_ * k_, Renumber{graph_->neighbors.data(), point_of.data(),
                                         vertex_of.data(), graph_->distances.data(), k_,
                                         out.neighbors.data(), out.distances.data()});
    executor_.wait();
    return out;
  }

 private:
  Buffer<std::int32_t> counted() const {
    auto all = executor_.template buffer<std::int32_t>(n_);
    executor_.for_each(n_, Counting{all.data()});
    return all;
  }

  Buffer<std::int32_t> patches(std::int64_t stride) const {
    auto patch = filled<std::int32_t>(executor_, n_, kNoPatch);
    auto next = executor_.template buffer<std::int32_t>(n_);
    for (Growth last{1, 1}; last.open; stride = stride > kDenser ? stride / kDenser : 1) {
      executor_.for_each(parts_of(n_, stride), SeedPatch{stride, patch.data()});
      do {
        auto growth = filled(executor_, 1, Growth{});
        executor_.for_each(
            n_, GrowPatch{graph_->neighbors.data(), k_, patch.data(), next.data(), growth.data()});
        std::swap(patch, next);
        last = executor_.download(growth, 0);
        throw_if_stopped();
      } while (last.grown);
    }
    return patch;
  }

  Executor executor_;
  const Graph* graph_;
  std::int64_t n_, k_;
};

}  // namespace nearfold
