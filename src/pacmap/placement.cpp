// New points on a map by PaCMAP or LocalMAP: attracted by their n_neighbors nearest points alone,
// as the package pacmap does it; the rest is in math/pacmap_placement.hpp.
#include <algorithm>
#include <utility>

#include "math/pacmap_placement.hpp"
#include "model/side_by_side.hpp"
#include "pacmap/method.hpp"

namespace nearfold {
namespace {

class PacmapPlacement final : public Placement {
 public:
  PacmapPlacement(const Model& model, int neighbors, const Cpu& on)
      : model_(&model), neighbors_(neighbors), on_(on) {}

  int neighbors() const override { return neighbors_; }

  void place(const NewRows& rows, float* out) const override {
    const DimCount<kAnyDims> dims(static_cast<int>(model_->map.cols()));
    const auto all_alike = [&](const float* /*distances*/, float* weights) {
      std::fill_n(weights, rows.k, 1.0f);
    };
    place_side_by_side(
        *model_, rows, on_, out, all_alike,
        [&](const float* /*distances*/, const float* /*the weights of all*/) {
          return static_cast<int>(rows.k);
        },
        [&](SideBySide& group) { pacmap_descend(group, dims, group.y()); });
  }

 private:
  const Model* model_;
  int neighbors_;
  Cpu on_;
};

}  // namespace

std::unique_ptr<Placement> make_placement(const Model& model, const PacmapParams& params,
                                          const Cpu& on) {
  return std::make_unique<PacmapPlacement>(model, pairs_of(params, model.map.rows()).near, on);
}

}  // namespace nearfold
