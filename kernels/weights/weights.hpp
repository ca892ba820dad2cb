// From neighbours to a symmetric weighted graph on a device: the rows of src/weights/weights.cpp.
// Who has a point among its neighbours is found by sorting, so the graph is the CPU's, bit for bit.
// What was read is dropped before more is made.
//
// Cost, of n k entries: a thread a row for t-SNE's weights, usually 20 rounds of an exp and 5
// operations in double an entry, and for UMAP's, up to 64 rounds of an exp; 8 bytes an entry. Then
// a heap sort of each row, a sort of 8-byte keys (whole_numbers.hpp), a search of log2 k steps an
// entry, and 20 bytes an entry for each of the two walks along both lists (UMAP: three). 10
// launches and a sort, a scan; UMAP 13.
#pragma once

#include <cmath>
#include <utility>

#include "kernels/core/fill.hpp"
#include "kernels/core/sums.hpp"
#include "kernels/weights/merged_rows.hpp"
#include "math/edge_union.hpp"
#include "math/heap_sort.hpp"
#include "math/perplexity.hpp"
#include "math/smooth_knn.hpp"
#include "nearfold/error.hpp"
#include "stages.hpp"
#include "weights/weights.hpp"

namespace nearfold {

/// What a vertex gives each of its k neighbours.
struct TsneRow {
  const float* distances;
  std::int64_t k;
  float log_perplexity;
  float* weights;
  NEARFOLD_HD void operator()(std::int64_t i) const {
    perplexity_row(distances + i * k, k, log_perplexity, weights + i * k);
  }
};
struct UmapRow {
  const float* distances;
  std::int64_t k;
  float local_connectivity, mean_all;
  float* weights;
  NEARFOLD_HD void operator()(std::int64_t i) const {
    const SmoothKnn row = smooth_knn_row(distances + i * k, k, local_connectivity, mean_all);
    for (std::int64_t e = i * k; e < (i + 1) * k; ++e) weights[e] = membership(distances[e], row);
  }
};

struct TakeOwn {
  const std::int32_t* neighbors;
  const float* weights;
  WeightedId* own;
  NEARFOLD_HD void operator()(std::int64_t e) const { own[e] = {neighbors[e], weights[e]}; }
};
/// The neighbours of a vertex by id: k of each, so one thread is enough.
struct SortOwn {
  std::int64_t k;
  WeightedId* own;
  NEARFOLD_HD void operator()(std::int64_t i) const { heap_sort(own + i * k, k); }
};
struct MakeBackKey {
  const WeightedId* own;
  std::int64_t k;
  std::uint64_t* keys;
  NEARFOLD_HD void operator()(std::int64_t e) const { keys[e] = back_key(own[e].id, e / k); }
};
/// Where the back list of vertex i begins.
struct FindBack {
  const std::uint64_t* keys;
  std::int64_t entries;
  std::int64_t* begins;  // [n + 1]
  NEARFOLD_HD void operator()(std::int64_t i) const {
    begins[i] = first_from(static_cast<std::uint64_t>(i) << 32, keys, entries,
                           [](std::uint64_t key) { return key; });
  }
};
/// The weight of back entry e: in the row of who gave it.
struct FindBackWeight {
  const std::uint64_t* keys;
  const WeightedId* own;
  std::int64_t k;
  float* weights;
  NEARFOLD_HD void operator()(std::int64_t e) const {
    const WeightedId* const row = own + std::int64_t{from_of(keys[e])} * k;
    const auto of = static_cast<std::int32_t>(keys[e] >> 32);
    weights[e] =
        row[first_from(of, row, k, [](const WeightedId& entry) { return entry.id; })].weight;
  }
};

template <class Executor>
class WeightsOn {
 public:
  using Edges = EdgeGraphIn<typename Executor::Space>;

  WeightsOn(const Executor& executor, KnnGraphIn<typename Executor::Space> graph)
      : executor_(executor),
        n_(graph.metadata.n),
        k_(graph.metadata.k),
        neighbors_(std::move(graph.neighbors)),
        distances_(std::move(graph.distances)),
        weights_(executor.template buffer<float>(n_ * k_)) {}

  /// Once: the graph goes.
  Edges operator()(const TsneParams& params) {
    executor_.for_each(
        n_, TsneRow{distances_.data(), k_, static_cast<float>(std::log(params.perplexity)),
                    weights_.data()});
    return merged(TsneUnion{0.5f / static_cast<float>(n_)}, [](const auto&) { return 0.0f; });
  }

  Edges operator()(const UmapParams& params) {
    auto total = executor_.template buffer<double>(1);
    OrderedSum<Executor, double>(executor_, n_ * k_, kDistancesOfRange)(DoubleAt{distances_.data()},
                                                                        0.0, total.data());
    const auto mean_all =
        static_cast<float>(executor_.download(total, 0) / static_cast<double>(n_ * (k_ + 1)));
    executor_.for_each(
        n_, UmapRow{distances_.data(), k_, static_cast<float>(params.local_connectivity), mean_all,
                    weights_.data()});
    return merged(UmapUnion{static_cast<float>(params.set_op_mix_ratio)},
                  [&](const auto& rows) { return lightest_edge(params, n_, heaviest_of(rows)); });
  }

 private:
  template <class T>
  using Buffer = typename Executor::template Buffer<T>;

  /// Of every vertex, by id; nothing else of the graph is left.
  Buffer<WeightedId> own_lists() {
    drop(distances_);
    auto own = executor_.template buffer<WeightedId>(n_ * k_);
    executor_.for_each(n_ * k_, TakeOwn{neighbors_.data(), weights_.data(), own.data()});
    executor_.for_each(n_, SortOwn{k_, own.data()});
    drop(neighbors_);
    drop(weights_);
    return own;
  }

  /// Edges of at least the weight that least_of(rows) tells.
  template <class Union, class LeastOf>
  Edges merged(const Union& both, const LeastOf& least_of) {
    const std::int64_t entries = n_ * k_, lanes = n_ * kRowLanes;
    const Buffer<WeightedId> own = own_lists();
    auto back = executor_.template buffer<std::uint64_t>(entries);
    executor_.for_each(entries, MakeBackKey{own.data(), k_, back.data()});
    executor_.sort(back);
    auto begins = executor_.template buffer<std::int64_t>(n_ + 1);
    executor_.for_each(n_ + 1, FindBack{back.data(), entries, begins.data()});
    auto back_weights = executor_.template buffer<float>(entries);
    executor_.for_each(entries, FindBackWeight{back.data(), own.data(), k_, back_weights.data()});
    const MergedRows<Union> rows{own.data(),    back.data(), back_weights.data(),
                                 begins.data(), k_,          both};
    const float least = least_of(rows);
    auto of_lanes = executor_.template buffer<std::int64_t>(lanes + 1);
    executor_.for_each(lanes + 1, CountLane<Union>{rows, least, lanes, of_lanes.data()});
    exclusive_scan(executor_, of_lanes.data(), lanes + 1);
    auto offsets = executor_.template buffer<std::int64_t>(n_ + 1);
    executor_.for_each(n_ + 1, TakeBegin{of_lanes.data(), offsets.data()});
    const std::int64_t edges = executor_.download(offsets, n_);
    auto columns = executor_.template buffer<std::int32_t>(edges);
    auto weights = executor_.template buffer<float>(edges);
    executor_.for_each(
        lanes, WriteLane<Union>{rows, least, of_lanes.data(), columns.data(), weights.data()});
    executor_.wait();  // the lists go away
    return {n_, std::move(offsets), std::move(columns), std::move(weights), {}};
  }

  /// Frees it, once what was asked of it is done.
  template <class T>
  void drop(Buffer<T>& memory) const {
    executor_.wait();
    memory = {};
  }

  template <class Union>
  float heaviest_of(const MergedRows<Union>& rows) {
    auto of_lanes = executor_.template buffer<float>(n_ * kRowLanes);
    executor_.for_each(n_ * kRowLanes, HeaviestOfLane<Union>{rows, of_lanes.data()});
    return most_of(executor_, of_lanes.data(), n_ * kRowLanes);
  }

  Executor executor_;
  std::int64_t n_, k_;
  Buffer<std::int32_t> neighbors_;
  Buffer<float> distances_, weights_;
};

}  // namespace nearfold
