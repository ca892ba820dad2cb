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
#include "umap/spaces.hpp"

namespace nearfold {

/// Where row r begins on a surface, into `out`.
template <class Surface>
struct StartAtMedoid {
  RowsToPlace rows;

  NEARFOLD_HD void operator()(std::int64_t r) const {
    const float* const at = weighted_medoid<Surface>(
        rows.map, rows.neighbors + r * rows.k, rows.weights + r * rows.k, static_cast<int>(rows.k));
    for (int c = 0; c < Surface::kColumns; ++c) rows.out[r * Surface::kColumns + c] = at[c];
  }
};

/// Space: one of umap/spaces.hpp.
template <class Space>
struct PlaceUmapRow {
  static constexpr int kDims = Space::Dims::kRoom;
  RowsToPlace rows;
  UmapPlacing by;

  NEARFOLD_HD void operator()(std::int64_t r) const {
    float y[kDims];
    for (int c = 0; c < kDims; ++c) y[c] = rows.out[r * kDims + c];
    umap_descend<Space>(by, rows.template row<kDims>(r), typename Space::Dims(kDims), y);
    for (int c = 0; c < kDims; ++c) rows.out[r * kDims + c] = y[c];
  }
};

template <class Executor, class Space>
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
    if constexpr (Space::kIsFlat)
      executor_.for_each(rows.count * kDims, StartAtMedian<kDims>{rows, static_cast<int>(rows.k)});
    else
      executor_.for_each(rows.count, StartAtMedoid<typename Space::Surface>{rows});
    executor_.for_each(rows.count, PlaceUmapRow<Space>{rows, by_});
  }

 private:
  static constexpr int kDims = Space::Dims::kRoom;

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
  const auto made = [&]<class Space>(Space) -> std::unique_ptr<PlacementOn<Executor>> {
    return std::make_unique<UmapPlacementOn<Executor, Space>>(executor, model, params);
  };
  return in_space_of(
      params.output_metric,
      [&] {
        return for_dims(model.map.cols(),
                        [&]<int Dims>(DimCount<Dims>) { return made(FlatSpace<Dims>()); });
      },
      made);
}

}  // namespace nearfold
