// Nearest values along a line: put in order once, each vertex then looks to both sides.
#include <algorithm>
#include <cmath>
#include <tuple>
#include <utility>

#include "core/parallel.hpp"
#include "math/smooth_knn.hpp"
#include "math/tie_order.hpp"
#include "target/target.hpp"

namespace nearfold {
namespace {

/// Vertices of known values in their order, equal ones as the seed has them.
std::vector<std::int32_t> in_order(const std::vector<float>& values, const Steering& by) {
  std::vector<std::int32_t> order;
  for (std::size_t v = 0; v < values.size(); ++v)
    if (!std::isnan(values[v])) order.push_back(static_cast<std::int32_t>(v));
  const TieOrder ties(by.seed, -1);
  std::sort(order.begin(), order.end(), [&](std::int32_t a, std::int32_t b) {
    const float x = values[static_cast<std::size_t>(a)], y = values[static_cast<std::size_t>(b)];
    return x != y ? x < y : ties.key(by.point(a)) < ties.key(by.point(b));
  });
  return order;
}

/// The k nearest others of the value at `at` of the order; ids and distances, ascending.
void nearest(const std::vector<float>& values, const std::vector<std::int32_t>& order,
             std::int64_t at, std::int64_t k, std::int32_t* ids, float* distances) {
  const auto value = [&](std::int64_t place) {
    return values[static_cast<std::size_t>(order[static_cast<std::size_t>(place)])];
  };
  const auto count = std::ssize(order);
  std::int64_t below = at - 1, above = at + 1;
  for (std::int64_t e = 0; e < k; ++e) {
    const float down = below >= 0 ? value(at) - value(below) : INFINITY;
    const float up = above < count ? value(above) - value(at) : INFINITY;
    const bool is_below =
        below >= 0 && (above >= count || down < up || (down == up && at - below <= above - at));
    distances[e] = is_below ? down : up;
    ids[e] = order[static_cast<std::size_t>(is_below ? below-- : above++)];
  }
}

/// Each row by ascending id, its distances turned into memberships.
void weigh_row(std::int64_t k, float mean_all, std::int32_t* ids, float* distances,
               std::vector<std::pair<std::int32_t, float>>& row) {
  const SmoothKnn scale = smooth_knn_row(distances, k, 1.0f, mean_all);
  row.resize(static_cast<std::size_t>(k));
  for (std::int64_t e = 0; e < k; ++e)
    row[static_cast<std::size_t>(e)] = {ids[e], membership(distances[e], scale)};
  std::sort(row.begin(), row.end());
  for (std::int64_t e = 0; e < k; ++e)
    std::tie(ids[e], distances[e]) = row[static_cast<std::size_t>(e)];
}

}  // namespace

ValueNeighbors nearest_values(const std::vector<float>& values, std::int64_t k, const Steering& by,
                              const Cpu& on) {
  const std::vector<std::int32_t> order = in_order(values, by);
  ValueNeighbors out;
  out.k = k;
  out.ids.assign(values.size() * static_cast<std::size_t>(k), 0);
  out.memberships.assign(out.ids.size(), 0.0f);
  out.known.assign(values.size(), 0);
  const auto first = [k](std::int32_t v) { return static_cast<std::size_t>(v * k); };
  parallel_for(on.threads, std::ssize(order), kGrain, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t at = begin; at < end; ++at) {
      const std::int32_t v = order[static_cast<std::size_t>(at)];
      nearest(values, order, at, k, &out.ids[first(v)], &out.memberships[first(v)]);
      out.known[static_cast<std::size_t>(v)] = 1;
    }
  });
  double total = 0;
  for (const float d : out.memberships) total += static_cast<double>(d);  // distances, so far
  const auto mean_all =
      static_cast<float>(total / (static_cast<double>(order.size()) * static_cast<double>(k + 1)));
  parallel_for(on.threads, std::ssize(order), kGrain, [&](std::int64_t begin, std::int64_t end) {
    std::vector<std::pair<std::int32_t, float>> row;
    for (std::int64_t at = begin; at < end; ++at) {
      const std::int32_t v = order[static_cast<std::size_t>(at)];
      weigh_row(k, mean_all, &out.ids[first(v)], &out.memberships[first(v)], row);
    }
  });
  return out;
}

}  // namespace nearfold
