// Values: the graph of the points intersected with that of nearest values, as umap-learn does for
// target_metric "l2" (general_simplicial_set_intersection, reset_local_connectivity), float32. An
// edge that only one of both graphs has counts there as half of the lightest that it has. Where a
// value is not known, which umap-learn refuses, it counts as exp(-1), as of unknown classes.
#include <algorithm>
#include <numeric>
#include <utility>

#include "core/parallel.hpp"
#include "math/edge_union.hpp"
#include "math/elementary.hpp"
#include "target/target.hpp"

namespace nearfold {
namespace {

constexpr float kAbsent = -1.0f;  // of a weight

/// Compressed sparse rows, columns ascending; not symmetric.
struct DirectedRows {
  std::vector<std::int64_t> offsets;
  std::vector<std::int32_t> columns;
  std::vector<float> values;
};

/// A row of any of the graphs.
struct Row {
  const std::int32_t* ids;
  const float* values;
  std::int64_t count;
};

Row row_of(const std::vector<std::int64_t>& offsets, const std::vector<std::int32_t>& columns,
           const std::vector<float>& values, std::int64_t i) {
  const std::int64_t begin = offsets[static_cast<std::size_t>(i)];
  return {columns.data() + begin, values.data() + begin,
          offsets[static_cast<std::size_t>(i) + 1] - begin};
}

/// emit(id, value in a, value in b) for every id of either, ascending.
template <class Emit>
void merge(const Row& a, const Row& b, const Emit& emit) {
  std::int64_t i = 0, j = 0;
  while (i < a.count || j < b.count) {
    const bool take_a = j == b.count || (i < a.count && a.ids[i] <= b.ids[j]);
    const bool take_b = i == a.count || (j < b.count && b.ids[j] <= a.ids[i]);
    emit(take_a ? a.ids[i] : b.ids[j], take_a ? a.values[i] : kAbsent,
         take_b ? b.values[j] : kAbsent);
    i += take_a ? 1 : 0;
    j += take_b ? 1 : 0;
  }
}

/// Rows of any length, each made by make(i, emit(id, value)), which is called twice.
template <class Out, class Make>
void fill_rows(Out& out, std::int64_t n, std::vector<float>& values, const Cpu& on,
               const Make& make) {
  out.offsets.assign(static_cast<std::size_t>(n) + 1, 0);
  parallel_for(on.threads, n, kGrain, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i)
      make(i, [&](std::int32_t, float) { ++out.offsets[static_cast<std::size_t>(i) + 1]; });
  });
  std::partial_sum(out.offsets.begin(), out.offsets.end(), out.offsets.begin());
  out.columns.resize(static_cast<std::size_t>(out.offsets.back()));
  values.resize(out.columns.size());
  parallel_for(on.threads, n, kGrain, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) {
      auto at = static_cast<std::size_t>(out.offsets[static_cast<std::size_t>(i)]);
      make(i, [&](std::int32_t id, float value) {
        out.columns[at] = id;
        values[at++] = value;
      });
    }
  });
}

/// What an absent edge counts as; weights of 0 are none.
float floor_of(const std::vector<float>& weights, float most) {
  float least = 1;
  for (const float w : weights)
    if (w > 0) least = std::min(least, w);
  return std::min(std::max(least / 2, 1e-8f), most);
}

/// Both memberships of an edge as one.
struct Mix {
  float left_floor, right_floor;
  bool right_scaled;  // which of them the exponent is of
  float exponent;

  Mix(const std::vector<float>& left, const std::vector<float>& right, double weight)
      : left_floor(floor_of(left, 1.0f)),
        right_floor(floor_of(right, 1e-4f)),
        right_scaled(weight < 0.5),
        exponent(static_cast<float>(right_scaled ? weight / (1 - weight) : (1 - weight) / weight)) {
  }

  float operator()(float left, float right, bool known) const {
    const float l = left < 0 ? left_floor : left;
    const float r = !known ? exp_f(-1.0f) : right > 0 ? right : right_floor;
    if (!(l > left_floor || r > right_floor)) return std::max(left, 0.0f) + std::max(right, 0.0f);
    return right_scaled ? l * pow_f(r, exponent) : pow_f(l, exponent) * r;
  }
};

/// Rows over their heaviest entry, united with their transpose.
EdgeGraph reconnected_rows(DirectedRows rows, std::int64_t n, const Cpu& on) {
  parallel_for(on.threads, n, kGrain, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) {
      const auto first = rows.values.begin() + rows.offsets[static_cast<std::size_t>(i)];
      const auto last = rows.values.begin() + rows.offsets[static_cast<std::size_t>(i) + 1];
      const float most = first == last ? 0 : *std::max_element(first, last);
      if (most > 0) std::for_each(first, last, [&](float& x) { x /= most; });
    }
  });
  DirectedRows back;
  back.offsets.assign(static_cast<std::size_t>(n) + 1, 0);
  for (const std::int32_t j : rows.columns) ++back.offsets[static_cast<std::size_t>(j) + 1];
  std::partial_sum(back.offsets.begin(), back.offsets.end(), back.offsets.begin());
  back.columns.resize(rows.columns.size());
  back.values.resize(rows.columns.size());
  std::vector<std::int64_t> next(back.offsets.begin(), back.offsets.end() - 1);
  for (std::int64_t i = 0; i < n; ++i)
    for (auto e = static_cast<std::size_t>(rows.offsets[static_cast<std::size_t>(i)]);
         e < static_cast<std::size_t>(rows.offsets[static_cast<std::size_t>(i) + 1]); ++e) {
      const auto to = static_cast<std::size_t>(next[static_cast<std::size_t>(rows.columns[e])]++);
      back.columns[to] = static_cast<std::int32_t>(i);
      back.values[to] = rows.values[e];
    }
  EdgeGraph out;
  out.n = n;
  fill_rows(out, n, out.weights, on, [&](std::int64_t i, const auto& emit) {
    merge(row_of(rows.offsets, rows.columns, rows.values, i),
          row_of(back.offsets, back.columns, back.values, i),
          [&](std::int32_t j, float ij, float ji) {
            const float w = UmapUnion{1.0f}(std::max(ij, 0.0f), std::max(ji, 0.0f));
            if (w > 0) emit(j, w);
          });
  });
  return out;
}

}  // namespace

EdgeGraph steered(EdgeGraph graph, const ValueTarget& target, const Steering& by, int n_neighbors,
                  const Cpu& on) {
  const ValueNeighbors near =
      nearest_values(target.values, target.n_neighbors.value_or(n_neighbors) - 1, by, on);
  const Mix mix(graph.weights, near.memberships, target.weight);
  DirectedRows rows;
  fill_rows(rows, graph.n, rows.values, on, [&](std::int64_t i, const auto& emit) {
    const auto known = [&](std::int64_t v) { return near.known[static_cast<std::size_t>(v)] != 0; };
    const Row right{near.ids.data() + i * near.k, near.memberships.data() + i * near.k,
                    known(i) ? near.k : 0};
    merge(row_of(graph.offsets, graph.columns, graph.weights, i), right,
          [&](std::int32_t j, float left, float value) {
            emit(j, mix(left, value, known(i) && known(j)));
          });
  });
  const std::int64_t n = graph.n;
  graph = {};
  return reconnected_rows(std::move(rows), n, on);
}

}  // namespace nearfold
