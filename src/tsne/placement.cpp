// New points on a t-SNE map. A row's conditional probabilities are made as in a fit, and the
// divergence
//
//   L(y) = -exaggeration sum over j of p_j log q_j(y) + log Z(y),  q_j = 1 / (1 + |y - y_j|^2)
//
// from its own similarities to all points, whose sum is Z, is descended to a minimum: the mean of
// its neighbours weighed by p q, as attraction alone would have it, tells how far to go, and a step
// that leads up is halved. So a row does not depend on the others, on any momentum, nor on how the
// descent began but for the minimum that it finds.
#include <algorithm>
#include <cmath>

#include "math/perplexity.hpp"
#include "math/tsne_force.hpp"
#include "model/side_by_side.hpp"
#include "tsne/field.hpp"
#include "tsne/method.hpp"

namespace nearfold {
namespace {

constexpr int kSteps = 40;
constexpr float kLength = 0.7f;    // of the step that attraction alone would take
constexpr float kLongest = 2.0f;   // units
constexpr std::size_t kNear = 15;  // neighbours where the descent begins
constexpr float kNearPerplexity = 5;

/// A place, the divergence there and the step that leads down from it.
struct Place {
  Floats y[kMostDims], step[kMostDims], divergence;
};

class TsnePlacement final : public Placement {
 public:
  TsnePlacement(const Model& model, const TsneParams& params, const Cpu& on)
      : model_(&model),
        field_(make_field(model.map, on)),
        neighbors_(k_needed(params, model.map.rows())),
        log_perplexity_(static_cast<float>(std::log(params.perplexity))),
        exaggeration_(static_cast<float>(params.exaggeration)),
        on_(on) {}

  int neighbors() const override { return neighbors_; }

  void place(const NewRows& rows, float* out) const override {
    place_side_by_side(
        *model_, rows, on_, out,
        [&](std::span<const float> distances, float* p) {
          perplexity_row(distances.data(), std::ssize(distances), log_perplexity_, p);
        },
        [&](std::span<const std::int32_t> ids, std::span<const float> distances,
            std::span<const float>, float* y) { start(ids, distances, y); },
        [&](SideBySide& group) { descend(group); });
  }

 private:
  /// Few neighbours: the median of many lies beside the clusters of the nearest.
  void start(std::span<const std::int32_t> ids, std::span<const float> distances, float* y) const {
    const std::size_t near = std::min(ids.size(), kNear);
    float p[kNear];
    if (near > static_cast<std::size_t>(kNearPerplexity)) {
      perplexity_row(distances.data(), static_cast<std::int64_t>(near), std::log(kNearPerplexity),
                     p);
    } else {
      std::fill_n(p, near, 1.0f);
    }
    weighted_median(*model_, ids.first(near), {p, near}, y);
  }

  void descend(SideBySide& group) const {
    const std::int64_t dims = group.dims();
    Place best, next;
    std::copy_n(group.y(), dims, best.y);
    look(group, best);
    Floats length = Floats{} + kLength;
    for (int s = 0; s < kSteps; ++s) {
      for (std::int64_t c = 0; c < dims; ++c) next.y[c] = best.y[c] + length * best.step[c];
      look(group, next);
      const Ints better = next.divergence < best.divergence;
      best.divergence = better ? next.divergence : best.divergence;
      for (std::int64_t c = 0; c < dims; ++c) {
        best.y[c] = better ? next.y[c] : best.y[c];
        best.step[c] = better ? next.step[c] : best.step[c];
      }
      length = better ? Floats{} + kLength : 0.5f * length;
    }
    std::copy_n(best.y, dims, group.y());
  }

  /// The divergence at place.y, which is confined, and the step from there.
  void look(SideBySide& group, Place& place) const {
    const std::int64_t dims = group.dims();
    Floats push[kMostDims], pull[kMostDims], d[kMostDims], weight{}, logs{};
    field_->confine(place.y);
    const Floats z = Number<Floats>::larger(field_->at(place.y, push), Floats{} + 1e-6f);
    std::fill_n(pull, dims, Floats{});
    for (std::int64_t j = 0; j < group.k(); ++j) {
      const Floats d2 = difference(place.y, group.at(j), dims, d);
      const Floats pq = group.weight(j) * student_t(d2);
      weight += pq;
      logs += group.weight(j) * log2_f(1.0f + d2);
      for (std::int64_t c = 0; c < dims; ++c) pull[c] += pq * d[c];
    }
    place.divergence = exaggeration_ * logs + log2_f(z);
    weight = Number<Floats>::larger(exaggeration_ * weight, Floats{} + 1e-30f);
    Floats norm2{};
    for (std::int64_t c = 0; c < dims; ++c) {
      place.step[c] = (push[c] / z - exaggeration_ * pull[c]) / weight;
      norm2 += place.step[c] * place.step[c];
    }
    Floats shrink{};
    for (int l = 0; l < kSimd; ++l)
      shrink[l] = norm2[l] > kLongest * kLongest ? kLongest / std::sqrt(norm2[l]) : 1.0f;
    for (std::int64_t c = 0; c < dims; ++c) place.step[c] *= shrink;
  }

  const Model* model_;
  std::unique_ptr<TsneField> field_;
  int neighbors_;
  float log_perplexity_, exaggeration_;
  Cpu on_;
};

}  // namespace

std::unique_ptr<Placement> make_placement(const Model& model, const TsneParams& params,
                                          const Cpu& on) {
  return std::make_unique<TsnePlacement>(model, params, on);
}

}  // namespace nearfold
