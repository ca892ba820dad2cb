// New points on a UMAP map on a device: the rows of src/umap/placement.cpp, one thread each. The
// same formulas of the same samples, so the places are the CPU's, bit for bit.
//
// Cost: three launches for a block of rows. A row has 100 epochs of 64 samples and k neighbours,
// each some 50 flops and 4 dims bytes that caches hold: all rows read the same samples, 26 kB dims.
#pragma once

#include "kernels/model/placement.hpp"
#include "kernels/weights/weights.hpp"
#include "math/umap_placement.hpp"
#include "nearfold/model.hpp"
#include "umap/placement.hpp"

namespace nearfold {

template <int Dims>
struct PlaceUmapRow {
  RowsToPlace rows;
  UmapPlacing by;

  NEARFOLD_HD void operator()(std::int64_t r) const {
    float y[Dims];
    for (int c = 0; c < Dims; ++c) y[c] = rows.out[r * Dims + c];
    umap_descend(by, rows.template row<Dims>(r), DimCount<Dims>(Dims), y);
    for (int c = 0; c < Dims; ++c) rows.out[r * Dims + c] = y[c];
  }
};

template <class Executor, int Dims>
class UmapPlacementOn final : public PlacementOn<Executor> {
 public:
  UmapPlacementOn(const Executor& executor, const Model& model, const UmapParams& params)
      : executor_(executor),
        neighbors_(params.n_neighbors - 1),
        connectivity_(static_cast<float>(params.local_connectivity)),
        mean_(mean_distance(model.graph)),
        samples_(executor.upload(samples_of(model))),
        by_(placing_by(params)) {
    by_.samples = samples_.data();
  }

  int neighbors() const override { return neighbors_; }

  void place(const RowsToPlace& rows) const override {
    executor_.for_each(rows.count,
                       UmapRow{rows.distances, rows.k, connectivity_, mean_, rows.weights});
    executor_.for_each(rows.count * Dims, StartAtMedian<Dims>{rows, static_cast<int>(rows.k)});
    executor_.for_each(rows.count, PlaceUmapRow<Dims>{rows, by_});
  }

 private:
  Executor executor_;
  int neighbors_;
  float connectivity_, mean_;
  typename Executor::template Buffer<float> samples_;
  UmapPlacing by_;
};

template <class Executor>
std::unique_ptr<PlacementOn<Executor>> make_placement_on(const Executor& executor,
                                                         const Model& model,
                                                         const UmapParams& params,
                                                         const Cpu& /*host*/,
                                                         const float* /*map*/) {
  return for_dims(
      model.map.cols(), [&]<int Dims>(DimCount<Dims>) -> std::unique_ptr<PlacementOn<Executor>> {
        return std::make_unique<UmapPlacementOn<Executor, Dims>>(executor, model, params);
      });
}

}  // namespace nearfold
