// New points on a map by PaCMAP or LocalMAP on a device: the rows of src/pacmap/placement.cpp, one
// thread each; the places are the CPU's, bit for bit.
//
// Cost: three launches for a block of rows. A row has 60 steps of k neighbours, each some 20 flops
// and 4 dims bytes.
#pragma once

#include <memory>

#include "kernels/core/fill.hpp"
#include "kernels/model/placement.hpp"
#include "math/pacmap_placement.hpp"
#include "nearfold/model.hpp"
#include "pacmap/method.hpp"

namespace nearfold {

template <int Dims>
struct PlacePacmapRow {
  RowsToPlace rows;

  NEARFOLD_HD void operator()(std::int64_t r) const {
    float y[Dims];
    for (int c = 0; c < Dims; ++c) y[c] = rows.out[r * Dims + c];
    pacmap_descend(rows.template row<Dims>(r), DimCount<Dims>(Dims), y);
    for (int c = 0; c < Dims; ++c) rows.out[r * Dims + c] = y[c];
  }
};

template <class Executor, int Dims>
class PacmapPlacementOn final : public PlacementOn<Executor> {
 public:
  PacmapPlacementOn(const Executor& executor, int neighbors)
      : executor_(executor), neighbors_(neighbors) {}

  int neighbors() const override { return neighbors_; }

  void place(const RowsToPlace& rows) const override {
    executor_.for_each(rows.count * rows.k, FillWith<float>{1.0f, rows.weights});
    executor_.for_each(rows.count * Dims, StartAtMedian<Dims>{rows, static_cast<int>(rows.k)});
    executor_.for_each(rows.count, PlacePacmapRow<Dims>{rows});
  }

 private:
  Executor executor_;
  int neighbors_;
};

template <class Executor>
std::unique_ptr<PlacementOn<Executor>> make_placement_on(const Executor& executor,
                                                         const Model& model,
                                                         const PacmapParams& params,
                                                         const Cpu& /*host*/,
                                                         const float* /*map*/) {
  return for_dims(model.map.cols(),
                  [&]<int Dims>(DimCount<Dims>) -> std::unique_ptr<PlacementOn<Executor>> {
                    return std::make_unique<PacmapPlacementOn<Executor, Dims>>(
                        executor, pairs_of(params, model.map.rows()).near);
                  });
}

}  // namespace nearfold
