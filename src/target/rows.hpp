// Rows of two weighted graphs side by side, and how two weights of an edge become one.
#pragma once

#include <algorithm>
#include <cstdint>
#include <numeric>
#include <vector>

#include "core/parallel.hpp"
#include "graph/graph.hpp"
#include "math/elementary.hpp"

namespace nearfold {

inline constexpr float kAbsent = -1.0f;  // of a weight

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

inline Row row_of(const std::vector<std::int64_t>& offsets,
                  const std::vector<std::int32_t>& columns, const std::vector<float>& values,
                  std::int64_t i) {
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
inline float floor_of(const std::vector<float>& weights, float most) {
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

/// Each row over its heaviest entry: that counts 1 again.
void scale_to_heaviest(DirectedRows& rows, std::int64_t n, const Cpu& on);

/// Each row to the power that makes it sum to log2(n_neighbors), as memberships of a fit do, or as
/// near as 32 halvings come.
void rescale_rows(DirectedRows& rows, std::int64_t n, int n_neighbors, const Cpu& on);

/// The fuzzy union of the rows with their transpose, without edges of weight 0.
EdgeGraph united_rows(const DirectedRows& rows, std::int64_t n, const Cpu& on);

}  // namespace nearfold
