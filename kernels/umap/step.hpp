// A step of UMAP's optimisation on a device: the terms of a vertex, and how it moves by their sum.
// Terms and their order are those of src/umap/umap.cpp.
//
// Cost of a step in two dimensions, one launch: 12 bytes an edge of two parts of the epoch, to see
// whether it fires; for each of those that do, and for each negative sample, 8 bytes from another
// vertex's place and some 60 flops, most of them a power; 24 bytes a vertex.
#pragma once

#include <cstdint>
#include <limits>

#include "kernels/core/rows.hpp"
#include "kernels/graph/long_rows.hpp"
#include "math/philox.hpp"
#include "math/umap_force.hpp"
#include "umap/spaces.hpp"

namespace nearfold {

/// The edges of a vertex in a part of an epoch: row part * n + vertex (src/umap/edge_schedule.hpp).
struct UmapRows {
  const std::int64_t* offsets;
  const std::int32_t* columns;
  const float* rates;  // firings an epoch
  std::int64_t n;

  NEARFOLD_HD std::int64_t length(std::int64_t row) const {
    return offsets[row + 1] - offsets[row];
  }
  NEARFOLD_HD bool fires(std::int64_t edge, std::int32_t epoch) const {
    const float r = rates[edge];
    return firings(epoch, r) != firings(epoch - 1, r);
  }
};

/// Where the optimisation is. On the device, so that an epoch can be replayed.
struct UmapClock {
  std::int32_t epoch;  // 1, 2, ... of that which is done now
  float rate;          // its learning rate
};

struct NextEpoch {
  UmapClock* clock;
  double learning_rate;
  std::int32_t epochs;

  NEARFOLD_HD void operator()(std::int64_t) const {
    clock->rate = umap_rate(learning_rate, clock->epoch, epochs);
    ++clock->epoch;
  }
};

/// What the terms of a step are computed from. Space: one of umap/spaces.hpp.
template <class Space>
struct UmapTerms {
  using Dims = typename Space::Dims;
  static constexpr int kDims = Dims::kRoom;
  using Row = LayoutRow<kDims>;

  const float* y;  // [n, kDims]
  std::int64_t n;
  UmapCurve curve;
  float samples_per_firing;
  std::uint64_t seed;
  const UmapClock* clock;
  std::int32_t part, parts;  // of the epoch

  NEARFOLD_HD std::uint32_t number() const {  // of all steps, 0, 1, ...
    return static_cast<std::uint32_t>(std::int64_t{clock->epoch - 1} * parts + part);
  }
  NEARFOLD_HD Row place(std::int64_t i) const { return load_row<kDims>(y, i); }
  NEARFOLD_HD void pull(const float* own, std::int64_t j, float* force) const {
    clipped(
        own, j, [this](float d2) { return umap_attraction(d2, curve); }, force);
  }
  /// Of the vertex that draw() gives.
  NEARFOLD_HD void push(const float* own, std::uint32_t drawn, float* force) const {
    const std::int64_t j = to_range(drawn, static_cast<std::uint32_t>(n));
    clipped(
        own, j, [this](float d2) { return umap_repulsion(d2, curve); }, force);
  }
  NEARFOLD_HD std::int32_t pushes(std::int64_t i, std::int32_t pulls, std::uint32_t step) const {
    return samples_due(pulls, samples_per_firing, static_cast<std::uint32_t>(i), step);
  }
  /// Of the vertices that pushes t, ..., t + 3 of vertex i come from.
  NEARFOLD_HD Random4 draw(std::int64_t i, std::int32_t t, std::uint32_t step) const {
    return philox(static_cast<std::uint32_t>(t), static_cast<std::uint32_t>(i), step,
                  static_cast<std::uint32_t>(Stream::layout), seed);
  }

 private:
  template <class Factor>
  NEARFOLD_HD void clipped(const float* own, std::int64_t j, const Factor& factor,
                           float* force) const {
    Row other = place(j);
    Space::force(own, Dims(kDims), factor, other.at);
    for (int c = 0; c < kDims; ++c) force[c] = other.at[c];
  }
};

/// Sums of the rows that are too long for one thread, see hubs.hpp.
struct HubSums {
  std::int64_t longest = std::numeric_limits<std::int64_t>::max();  // of the other rows
  const std::int64_t* rows = nullptr;                               // [count], ascending
  std::int64_t count = 0;
  const std::int32_t* pulls = nullptr;  // [count]
  const float* sums = nullptr;          // [count, kDims]
};

/// One step of an epoch for vertex i: reads y, writes row i of next.
template <class Space>
struct UmapStep {
  static constexpr int kDims = UmapTerms<Space>::kDims;

  UmapRows rows;
  UmapTerms<Space> terms;
  HubSums hubs;
  float* next;  // [n, kDims]

  NEARFOLD_HD void operator()(std::int64_t i) const {
    const LayoutRow<kDims> own = terms.place(i);
    LayoutRow<kDims> to{};  // on a surface the step
    if constexpr (Space::kIsFlat) to = own;
#if defined(__CUDA_ARCH__)
#pragma unroll 1  // or ptxas spills for sm_120
#endif
    for (int turn = 0; turn < 2; ++turn)
      follow(i, turn == 0 ? terms.part : second_part(terms.part, terms.parts), turn == 0, own.at,
             to.at);
    if constexpr (!Space::kIsFlat) Space::take(own.at, to.at);
    store_row(to, next, i);
  }

 private:
  NEARFOLD_HD void follow(std::int64_t i, std::int32_t of_part, bool pushed, const float* own,
                          float* to) const {
    const std::int64_t row = of_part * rows.n + i;
    float sum[kDims] = {};
    std::int32_t pulls = 0;
    if (rows.length(row) > hubs.longest) {
      const std::int64_t h = last_up_to(row, hubs.rows, hubs.count);
      pulls = hubs.pulls[h];
      for (int c = 0; c < kDims; ++c) sum[c] = hubs.sums[h * kDims + c];
    } else {
      pulls = add_terms(i, row, pushed, own, sum);
    }
    if (pulls == 0) return;
    const float length = terms.clock->rate * umap_share(pulls);
    for (int c = 0; c < kDims; ++c) to[c] += length * sum[c];
  }

  NEARFOLD_HD std::int32_t add_terms(std::int64_t i, std::int64_t row, bool pushed,
                                     const float* own, float* sum) const {
    const std::int32_t epoch = terms.clock->epoch;
    float force[kDims];
    std::int32_t pulls = 0;
    for (std::int64_t e = rows.offsets[row]; e < rows.offsets[row + 1]; ++e) {
      if (!rows.fires(e, epoch)) continue;
      terms.pull(own, rows.columns[e], force);
      for (int c = 0; c < kDims; ++c) sum[c] += force[c];
      ++pulls;
    }
    if (pulls == 0 || !pushed) return pulls;
    const std::uint32_t step = terms.number();
    const std::int32_t pushes = terms.pushes(i, pulls, step);
    for (std::int32_t t = 0; t < pushes; t += 4) {
      const Random4 draws = terms.draw(i, t, step);
      for (int s = 0; s < 4 && t + s < pushes; ++s) {
        terms.push(own, draws.v[s], force);
        for (int c = 0; c < kDims; ++c) sum[c] += force[c];
      }
    }
    return pulls;
  }
};

}  // namespace nearfold
