// From neighbours to a symmetric weighted graph on a device: the rows of src/weights/weights.cpp,
// one thread each. Who has a point among its neighbours is collected in any order and then sorted,
// so the graph is the CPU's, bit for bit.
#pragma once

#include <cmath>
#include <utility>
#include <vector>

#include "kernels/core/atomics.hpp"
#include "kernels/core/sums.hpp"
#include "math/edge_union.hpp"
#include "math/heap_sort.hpp"
#include "math/perplexity.hpp"
#include "math/smooth_knn.hpp"
#include "nearfold/error.hpp"
#include "stages.hpp"
#include "weights/weights.hpp"

namespace nearfold {

/// An entry of a row: the other vertex and the weight of one direction.
struct WeightedId {
  std::int32_t id;
  float weight;

  NEARFOLD_HD bool operator<(const WeightedId& other) const { return id < other.id; }
};

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

struct CountBack {
  const std::int32_t* neighbors;
  std::int64_t* counts;  // [n]
  NEARFOLD_HD void operator()(std::int64_t e) const { add_atomically(counts + neighbors[e], 1); }
};
struct CollectBack {
  const std::int32_t* neighbors;
  const float* weights;
  std::int64_t k;
  std::int64_t* ends;  // [n], of what was collected
  WeightedId* back;
  NEARFOLD_HD void operator()(std::int64_t e) const {
    back[add_atomically(ends + neighbors[e], 1)] = {static_cast<std::int32_t>(e / k), weights[e]};
  }
};
/// Both lists of a vertex by id.
struct SortLists {
  const std::int32_t* neighbors;
  const float* weights;
  std::int64_t k;
  const std::int64_t* back_offsets;
  WeightedId *own, *back;
  NEARFOLD_HD void operator()(std::int64_t i) const {
    for (std::int64_t e = i * k; e < (i + 1) * k; ++e) own[e] = {neighbors[e], weights[e]};
    heap_sort(own + i * k, k);
    heap_sort(back + back_offsets[i], back_offsets[i + 1] - back_offsets[i]);
  }
};

/// The merged row of a vertex, by what is done with its entries.
template <class Union>
struct MergedRows {
  const WeightedId *own, *back;
  std::int64_t k;
  const std::int64_t* back_offsets;
  Union both;

  /// emit(id, weight) for every edge of positive weight, ids ascending.
  template <class Emit>
  NEARFOLD_HD void visit(std::int64_t i, const Emit& emit) const {
    const WeightedId *a = own + i * k, *const a_end = a + k;
    const WeightedId *b = back + back_offsets[i], *const b_end = back + back_offsets[i + 1];
    while (a != a_end || b != b_end) {
      const bool take_a = b == b_end || (a != a_end && a->id <= b->id);
      const bool take_b = a == a_end || (b != b_end && b->id <= a->id);
      const float w = both(take_a ? a->weight : 0.0f, take_b ? b->weight : 0.0f);
      if (w > 0) emit(take_a ? a->id : b->id, w);
      if (take_a) ++a;
      if (take_b) ++b;
    }
  }
};

template <class Union>
struct HeaviestOfRow {
  MergedRows<Union> rows;
  float* heaviest;  // [n]
  NEARFOLD_HD void operator()(std::int64_t i) const {
    float most = 0;
    rows.visit(i, [&](std::int32_t, float w) { most = w > most ? w : most; });
    heaviest[i] = most;
  }
};
template <class Union>
struct CountRow {
  MergedRows<Union> rows;
  float least;
  std::int64_t* counts;  // [n]
  NEARFOLD_HD void operator()(std::int64_t i) const {
    std::int64_t count = 0;
    rows.visit(i, [&](std::int32_t, float w) { count += w >= least ? 1 : 0; });
    counts[i] = count;
  }
};
template <class Union>
struct WriteRow {
  MergedRows<Union> rows;
  float least;
  const std::int64_t* offsets;
  std::int32_t* columns;
  float* weights;
  NEARFOLD_HD void operator()(std::int64_t i) const {
    std::int64_t at = offsets[i];
    rows.visit(i, [&](std::int32_t id, float w) {
      if (w < least) return;
      columns[at] = id;
      weights[at++] = w;
    });
  }
};

template <class Executor>
class WeightsOn {
 public:
  using Edges = EdgeGraphIn<typename Executor::Space>;

  WeightsOn(const Executor& executor, const KnnGraphIn<typename Executor::Space>& graph)
      : executor_(executor),
        n_(graph.metadata.n),
        k_(graph.metadata.k),
        neighbors_(graph.neighbors),
        distances_(graph.distances),
        weights_(executor.template buffer<float>(n_ * k_)) {}

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

  /// Edges of at least the weight that least_of(rows) tells.
  template <class Union, class LeastOf>
  Edges merged(const Union& both, const LeastOf& least_of) {
    Buffer<std::int64_t> back_offsets = counts();
    executor_.for_each(n_ * k_, CountBack{neighbors_.data(), back_offsets.data()});
    exclusive_scan(executor_, back_offsets.data(), n_ + 1);
    Buffer<std::int64_t> ends;
    executor_.copy(back_offsets, ends);
    auto own = executor_.template buffer<WeightedId>(n_ * k_);
    auto back = executor_.template buffer<WeightedId>(n_ * k_);
    executor_.for_each(
        n_ * k_, CollectBack{neighbors_.data(), weights_.data(), k_, ends.data(), back.data()});
    executor_.for_each(n_, SortLists{neighbors_.data(), weights_.data(), k_, back_offsets.data(),
                                     own.data(), back.data()});
    const MergedRows<Union> rows{own.data(), back.data(), k_, back_offsets.data(), both};
    const float least = least_of(rows);
    Buffer<std::int64_t> offsets = counts();
    executor_.for_each(n_, CountRow<Union>{rows, least, offsets.data()});
    exclusive_scan(executor_, offsets.data(), n_ + 1);
    const std::int64_t edges = executor_.download(offsets, n_);
    auto columns = executor_.template buffer<std::int32_t>(edges);
    auto weights = executor_.template buffer<float>(edges);
    executor_.for_each(
        n_, WriteRow<Union>{rows, least, offsets.data(), columns.data(), weights.data()});
    executor_.wait();  // the lists go away
    return {n_, std::move(offsets), std::move(columns), std::move(weights), {}};
  }

  Buffer<std::int64_t> counts() const {
    return executor_.upload(std::vector<std::int64_t>(static_cast<std::size_t>(n_ + 1)));
  }

  template <class Union>
  float heaviest_of(const MergedRows<Union>& rows) {
    auto of_rows = executor_.template buffer<float>(n_);
    executor_.for_each(n_, HeaviestOfRow<Union>{rows, of_rows.data()});
    return most_of(executor_, of_rows.data(), n_);
  }

  Executor executor_;
  std::int64_t n_, k_;
  const Buffer<std::int32_t>& neighbors_;
  const Buffer<float>& distances_;
  Buffer<float> weights_;
};

}  // namespace nearfold
