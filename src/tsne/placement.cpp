// New points on a t-SNE map. A row's conditional probabilities are made as in a fit; the rest is in
// math/tsne_placement.hpp.
#include "math/tsne_placement.hpp"

#include <algorithm>
#include <cmath>

#include "core/simd_fixed.hpp"
#include "math/perplexity.hpp"
#include "model/side_by_side.hpp"
#include "tsne/field.hpp"
#include "tsne/method.hpp"
#include "tsne/tsne.hpp"
#include "weights/conditional_row.hpp"

namespace nearfold {
namespace {

/// Eight nodes as the processor reads them.
struct EightLanes {
  using Type = Float8;
  static Float8 load(const float* from) { return lanes(from); }
  static float total(const Float8& x) { return sum(x); }
};

class TsnePlacement final : public Placement {
 public:
  TsnePlacement(const Model& model, const TsneParams& params, const Cpu& on)
      : model_(&model),
        kernel_(params.dof),
        field_(model.map, on, params.dof),
        neighbors_(k_needed(params, model.map.rows())),
        uniform_(params.affinities == TsneParams::Affinities::uniform),
        conditional_(perplexities_of(params)),
        exaggeration_(static_cast<float>(final_exaggeration(params))),
        on_(on) {}

  int neighbors() const override { return neighbors_; }

  void place(const NewRows& rows, float* out) const override {
    place_side_by_side(
        *model_, rows, on_, out,
        [&](const float* distances, float* p) {
          if (uniform_)
            std::fill_n(p, rows.k, 1.0f / static_cast<float>(rows.k));
          else
            conditional_(distances, rows.k, p);
        },
        [&](const float* distances, float* p) {
          const int near = tsne_near(rows.k);
          if (near > kNearPerplexity)
            perplexity_row(distances, near, kLogNearPerplexity, p);
          else
            std::fill_n(p, near, 1.0f);
          return near;
        },
        [&](SideBySide& group) { descend(group); });
  }

 private:
  void descend(SideBySide& group) const {
    const AllPairsField all = field_.all_pairs();
    if (field_.by_grid())
      tsne_descend(field_.splines<EightLanes>(), exaggeration_, group, DimCount<2>(2), group.y(),
                   kernel_);
    else
      tsne_descend(all, exaggeration_, group, all.dims, group.y(), kernel_);
  }

  const Model* model_;
  TsneKernel kernel_;
  TsneField field_;
  int neighbors_;
  bool uniform_;
  ConditionalRow conditional_;
  float exaggeration_;
  Cpu on_;
};

}  // namespace

std::unique_ptr<Placement> make_placement(const Model& model, const TsneParams& params,
                                          const Cpu& on) {
  return std::make_unique<TsnePlacement>(model, params, on);
}

}  // namespace nearfold
