// The place of a new point on a t-SNE map: a minimum of the divergence
//
//   L(y) = -exaggeration sum over j of p_j log q_j(y) + log Z(y)
//
// of its own similarities to all points, whose sum is Z (math/tsne_field.hpp). The mean of its
// neighbours weighed by p q, as attraction alone would have it, tells how far to go, and a step
// that leads up is halved. So a row does not depend on the others, on any momentum, nor on how the
// descent began but for the minimum that it finds.
#pragma once

#include <cstdint>

#include "math/host_device.hpp"
#include "math/new_row.hpp"
#include "math/number.hpp"
#include "math/perplexity.hpp"
#include "math/tsne_kernel.hpp"

namespace nearfold {

/// Neighbours by which a row begins, of k: few, as the median of many lies beside the clusters of
/// the nearest.
NEARFOLD_HD constexpr int tsne_near(std::int64_t k) {
  return k < 15 ? static_cast<int>(k) : 15;
}
/// The perplexity that their weights are made for; where there are no more neighbours than that,
/// all weigh the same.
inline constexpr int kNearPerplexity = 5;
inline constexpr float kLogNearPerplexity = 1.60943791f;

/// A place, the divergence there and the step that leads down from it.
template <class F, class Dims>
struct TsnePlace {
  F y[Dims::kRoom], step[Dims::kRoom], divergence;
};

/// The divergence at place.y, which is confined to the field, and the step from there.
template <class F, class Row, class Field, class Dims>
NEARFOLD_HD inline void tsne_look(const Field& field, float exaggeration, const Row& row, Dims dims,
                                  const TsneKernel& kernel, TsnePlace<F, Dims>& place) {
  constexpr float kLongest = 2.0f;  // units
  F push[Dims::kRoom], pull[Dims::kRoom], d[Dims::kRoom], weight{}, logs{};
  field.confine(place.y);
  const F z = Number<F>::larger(field.at(place.y, push), F{} + 1e-6f);
  for (int c = 0; c < dims.count(); ++c) pull[c] = F{};
  for (int j = 0; j < row.k(); ++j) {
    const F d2 = difference(place.y, row.at(j), dims, d);
    const F pq = row.weight(j) * kernel.pull(d2);
    weight += pq;
    logs += row.weight(j) * log2_f(1.0f + kernel.one_over_dof * d2);
    for (int c = 0; c < dims.count(); ++c) pull[c] += pq * d[c];
  }
  place.divergence = exaggeration * kernel.dof * logs + log2_f(z);
  weight = Number<F>::larger(exaggeration * weight, F{} + 1e-30f);
  F norm2{};
  for (int c = 0; c < dims.count(); ++c) {
    place.step[c] = (push[c] / z - exaggeration * pull[c]) / weight;
    norm2 += place.step[c] * place.step[c];
  }
  const F shrink =
      norm2 > F{} + kLongest * kLongest ? kLongest / Number<F>::root(norm2) : F{} + 1.0f;
  for (int c = 0; c < dims.count(); ++c) place.step[c] *= shrink;
}

/// y [dims]: from where the row begins to its place. O(k dims) and a look at the field, 41 times.
template <class F, class Row, class Field, class Dims>
NEARFOLD_HD inline void tsne_descend(const Field& field, float exaggeration, const Row& row,
                                     Dims dims, F* y, const TsneKernel& kernel = {}) {
  constexpr int kSteps = 40;
  constexpr float kLength = 0.7f;  // of the step that attraction alone would take
  TsnePlace<F, Dims> best, next;
  for (int c = 0; c < dims.count(); ++c) best.y[c] = y[c];
  tsne_look(field, exaggeration, row, dims, kernel, best);
  F length = F{} + kLength;
  for (int s = 0; s < kSteps; ++s) {
    for (int c = 0; c < dims.count(); ++c) next.y[c] = best.y[c] + length * best.step[c];
    tsne_look(field, exaggeration, row, dims, kernel, next);
    const auto better = next.divergence < best.divergence;
    best.divergence = better ? next.divergence : best.divergence;
    for (int c = 0; c < dims.count(); ++c) {
      best.y[c] = better ? next.y[c] : best.y[c];
      best.step[c] = better ? next.step[c] : best.step[c];
    }
    length = better ? F{} + kLength : 0.5f * length;
  }
  for (int c = 0; c < dims.count(); ++c) y[c] = best.y[c];
}

}  // namespace nearfold
