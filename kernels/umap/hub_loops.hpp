// The loops of hubs.hpp. Terms are stored by four, as pushes are drawn: a quad. A hub is a row
// that is listed, in its place in the list.
//
// Cost: in an epoch 8 bytes an edge of all hubs, twice, in two launches; in a step what terms cost
// elsewhere (step.hpp) and 4 Dims bytes more of each, written and read, in three. AddHubTerms is
// one thread for each coordinate of a hub, as its order has to be that of one: it asks for 16 terms
// at a time, so that 100,000 are 6,250 waits for memory.
#pragma once

#include <cstdint>

#include "kernels/umap/step.hpp"

namespace nearfold {

inline constexpr int kHubLanes = 64;  // that look for what fires in a hub, each in a stretch of it

/// Quads that hub h needs when all of its edges fire; 0 for the end of the list.
struct CountQuads {
  UmapRows rows;
  const std::int64_t* hub_rows;
  std::int64_t count;
  float samples_per_firing;
  std::int64_t *pulls, *pushes;
  NEARFOLD_HD void operator()(std::int64_t h) const {
    const std::int64_t edges = h < count ? rows.length(hub_rows[h]) : 0;
    // samples_due() grows with its pulls, and adds less than 1.
    const float most = edges > 0 ? static_cast<float>(edges) * samples_per_firing + 1.0f : 0.0f;
    pulls[h] = (edges + 3) / 4;
    pushes[h] = samples_per_firing > 0 ? (static_cast<std::int64_t>(most) + 3) / 4 : 0;
  }
};

struct HubList {
  UmapRows rows;
  const std::int64_t* hub_rows;    // [count], ascending
  const std::int64_t* first_pull;  // [count + 1], in quads
  const std::int64_t* first_push;  // [count + 1]
  std::int64_t count;

  /// The edges that lane l of hub h looks at.
  struct Stretch {
    std::int64_t begin, end;
  };
  NEARFOLD_HD Stretch stretch(std::int64_t h, std::int64_t l) const {
    const std::int64_t begin = rows.offsets[hub_rows[h]], length = rows.length(hub_rows[h]);
    return {begin + length * l / kHubLanes, begin + length * (l + 1) / kHubLanes};
  }
};

struct CountFiring {
  HubList list;
  const UmapClock* clock;
  std::int32_t* counts;  // [hubs, kHubLanes]
  NEARFOLD_HD void operator()(std::int64_t k) const {
    const HubList::Stretch edges = list.stretch(k / kHubLanes, k % kHubLanes);
    std::int32_t count = 0;
    for (std::int64_t e = edges.begin; e < edges.end; ++e)
      count += list.rows.fires(e, clock->epoch) ? 1 : 0;
    counts[k] = count;
  }
};

/// Where the edges that fire lead, those of a hub side by side and in order; how many they are.
struct KeepFiring {
  HubList list;
  const UmapClock* clock;
  const std::int32_t* counts;
  std::int32_t* fired;  // hub h from 4 first_pull[h] on
  std::int32_t* pulls;  // [hubs]
  NEARFOLD_HD void operator()(std::int64_t k) const {
    const std::int64_t h = k / kHubLanes, lane = k % kHubLanes;
    std::int32_t rank = 0;
    for (std::int64_t other = k - lane; other < k; ++other) rank += counts[other];
    std::int32_t* const to = fired + 4 * list.first_pull[h];
    const HubList::Stretch edges = list.stretch(h, lane);
    for (std::int64_t e = edges.begin; e < edges.end; ++e)
      if (list.rows.fires(e, clock->epoch)) to[rank++] = list.rows.columns[e];
    if (lane == kHubLanes - 1) pulls[h] = rank;
  }
};

/// Two ranges as one: of a step's part and of its second part.
struct TwoRanges {
  std::int64_t first, first_count, second, second_count;
  NEARFOLD_HD std::int64_t count() const { return first_count + second_count; }
  NEARFOLD_HD std::int64_t at(std::int64_t k) const {
    return k < first_count ? first + k : second + (k - first_count);
  }
};

/// The hubs of a step and the quads of their terms.
template <class Space>
struct HubStep {
  static constexpr int kDims = UmapTerms<Space>::kDims;

  HubList list;
  UmapTerms<Space> terms;
  TwoRanges hubs, pulls, pushes;
  const std::int32_t* pull_counts;  // [hubs]
  const std::int32_t* fired;
  float *pull_forces, *push_forces;  // quad k of the step from 4 k kDims on

  /// The vertex of a hub that is among the step's first or second.
  NEARFOLD_HD std::int64_t vertex(std::int64_t h, bool is_first) const {
    const std::int32_t part = is_first ? terms.part : second_part(terms.part, terms.parts);
    return list.hub_rows[h] - part * list.rows.n;
  }
};

/// Four pulls of a hub.
template <class Space>
struct HubPulls {
  static constexpr int kDims = UmapTerms<Space>::kDims;

  HubStep<Space> step;
  NEARFOLD_HD void operator()(std::int64_t k) const {
    const std::int64_t quad = step.pulls.at(k);
    const std::int64_t h = last_up_to(quad, step.list.first_pull, step.list.count);
    const std::int64_t t = 4 * (quad - step.list.first_pull[h]), pulls = step.pull_counts[h];
    const LayoutRow<kDims> own = step.terms.place(step.vertex(h, k < step.pulls.first_count));
    for (int s = 0; s < 4 && t + s < pulls; ++s)
      step.terms.pull(own.at, step.fired[4 * quad + s], step.pull_forces + (4 * k + s) * kDims);
  }
};

/// Four pushes of a hub of the step's own part.
template <class Space>
struct HubPushes {
  static constexpr int kDims = UmapTerms<Space>::kDims;

  HubStep<Space> step;
  NEARFOLD_HD void operator()(std::int64_t k) const {
    const std::int64_t quad = step.pushes.at(k);
    const std::int64_t h = last_up_to(quad, step.list.first_push, step.list.count);
    const auto t = static_cast<std::int32_t>(4 * (quad - step.list.first_push[h]));
    const std::int64_t i = step.vertex(h, true);
    const std::uint32_t number = step.terms.number();
    const std::int32_t pushes = step.terms.pushes(i, step.pull_counts[h], number);
    if (t >= pushes) return;
    const Random4 draws = step.terms.draw(i, t, number);
    const LayoutRow<kDims> own = step.terms.place(i);
    for (int s = 0; s < 4 && t + s < pushes; ++s)
      step.terms.push(own.at, draws.v[s], step.push_forces + (4 * k + s) * kDims);
  }
};

/// One coordinate of the sum of a hub's terms, in their order.
template <class Space>
struct AddHubTerms {
  static constexpr int kDims = UmapTerms<Space>::kDims;

  HubStep<Space> step;
  float* sums;  // [hubs, kDims]
  NEARFOLD_HD void operator()(std::int64_t k) const {
    const std::int64_t c = k % kDims, h = step.hubs.at(k / kDims);
    const bool is_first = k / kDims < step.hubs.first_count;
    const std::int32_t pulls = step.pull_counts[h];
    float sum = 0;
    const std::int64_t quad = step.list.first_pull[h];
    add(step.pull_forces,
        is_first ? quad - step.pulls.first : quad - step.pulls.second + step.pulls.first_count,
        pulls, c, sum);
    if (is_first)
      add(step.push_forces, step.list.first_push[h] - step.pushes.first,
          step.terms.pushes(step.vertex(h, true), pulls, step.terms.number()), c, sum);
    sums[h * kDims + c] = sum;
  }

 private:
  NEARFOLD_HD static void add(const float* forces, std::int64_t quad, std::int32_t count,
                              std::int64_t c, float& sum) {
    sum = add_in_order(sum, forces + 4 * quad * kDims + c, count, kDims);
  }
};

}  // namespace nearfold
