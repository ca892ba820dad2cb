// New points on a t-SNE map on a device: the rows of src/tsne/placement.cpp, one thread each. The
// field is the host's, brought here; the same formulas read it, so the places are the CPU's, bit
// for bit.
//
// Cost: four launches for a block of rows, and one more for each of several perplexities, which
// take 8 k bytes a row. A row has 41 looks at k neighbours, some 40 flops and 4 dims bytes each,
// and at the field: by all pairs 6 n dims flops and 4 n dims bytes that all rows read together; by
// the grid 192 bytes of it and some 500 flops. Its nodes are brought once.
#pragma once

#include <cmath>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "kernels/core/fill.hpp"
#include "kernels/model/placement.hpp"
#include "kernels/weights/weights.hpp"
#include "math/tsne_field.hpp"
#include "math/tsne_placement.hpp"
#include "nearfold/model.hpp"
#include "tsne/field.hpp"
#include "tsne/method.hpp"
#include "tsne/tsne.hpp"
#include "weights/conditional_row.hpp"

namespace nearfold {

/// The weights of the `near` neighbours by which a row begins, in the room of those of all k. Where
/// they are alike and where not are loops of their own: in one ptxas spills.
struct TsneNearRow {
  const float* distances;
  std::int64_t k, near;
  float* weights;
  NEARFOLD_HD void operator()(std::int64_t r) const {
    perplexity_row(distances + r * k, near, kLogNearPerplexity, weights + r * k);
  }
};
struct AlikeNearRow {
  std::int64_t k, near;
  float* weights;
  NEARFOLD_HD void operator()(std::int64_t r) const {
    for (std::int64_t j = 0; j < near; ++j) weights[r * k + j] = 1.0f;
  }
};

/// Adds what one of several perplexities gives the `near` nearest of a row; weights are its room.
struct AddTsneRow {
  const float* distances;
  std::int64_t k, near;
  float log_perplexity;
  float* weights;
  double* sums;  // [rows, k]
  NEARFOLD_HD void operator()(std::int64_t r) const {
    perplexity_row(distances + r * k, near, log_perplexity, weights + r * k);
    for (std::int64_t e = r * k; e < r * k + near; ++e) sums[e] += static_cast<double>(weights[e]);
  }
};
struct MeanOfSums {
  const double* sums;
  double count;
  float* means;
  NEARFOLD_HD void operator()(std::int64_t e) const {
    means[e] = static_cast<float>(sums[e] / count);
  }
};

template <int Dims, class Field>
struct PlaceTsneRow {
  RowsToPlace rows;
  Field field;
  float exaggeration;
  TsneKernel kernel;

  NEARFOLD_HD void operator()(std::int64_t r) const {
    float y[Dims];
    for (int c = 0; c < Dims; ++c) y[c] = rows.out[r * Dims + c];
    tsne_descend(field, exaggeration, rows.template row<Dims>(r), DimCount<Dims>(Dims), y, kernel);
    for (int c = 0; c < Dims; ++c) rows.out[r * Dims + c] = y[c];
  }
};

template <class Executor, int Dims, class Field>
class TsnePlacementOn final : public PlacementOn<Executor> {
 public:
  template <class T>
  using Buffer = typename Executor::template Buffer<T>;

  /// `nodes`: what the field reads.
  TsnePlacementOn(const Executor& executor, const Model& model, const TsneParams& params,
                  const Field& field, Buffer<float> nodes)
      : executor_(executor),
        neighbors_(k_needed(params, model.map.rows())),
        uniform_(params.affinities == TsneParams::Affinities::uniform),
        exaggeration_(static_cast<float>(final_exaggeration(params))),
        kernel_(params.dof),
        field_(field),
        nodes_(std::move(nodes)) {
    const std::span<const double> all = perplexities_of(params);
    perplexities_.assign(all.begin(), all.end());
  }

  int neighbors() const override { return neighbors_; }

  void place(const RowsToPlace& rows) const override {
    const int near = tsne_near(rows.k);
    if (near > kNearPerplexity)
      executor_.for_each(rows.count, TsneNearRow{rows.distances, rows.k, near, rows.weights});
    else
      executor_.for_each(rows.count, AlikeNearRow{rows.k, near, rows.weights});
    executor_.for_each(rows.count * Dims, StartAtMedian<Dims>{rows, near});
    weigh(rows);
    executor_.for_each(rows.count, PlaceTsneRow<Dims, Field>{rows, field_, exaggeration_, kernel_});
  }

 private:
  /// Conditional probabilities as in the fit, see ConditionalRow.
  void weigh(const RowsToPlace& rows) const {
    const std::int64_t entries = rows.count * rows.k;
    const auto log_of = [](double perplexity) { return static_cast<float>(std::log(perplexity)); };
    if (uniform_)
      return executor_.for_each(entries,
                                FillWith<float>{1.0f / static_cast<float>(rows.k), rows.weights});
    if (perplexities_.size() == 1)
      return executor_.for_each(
          rows.count, TsneRow{rows.distances, rows.k, log_of(perplexities_[0]), rows.weights});
    auto sums = filled<double>(executor_, entries, 0);
    for (const double one : perplexities_)
      executor_.for_each(rows.count, AddTsneRow{rows.distances, rows.k, near_of(one, rows.k),
                                                log_of(one), rows.weights, sums.data()});
    executor_.for_each(
        entries, MeanOfSums{sums.data(), static_cast<double>(perplexities_.size()), rows.weights});
    executor_.wait();  // the sums go away
  }

  Executor executor_;
  int neighbors_;
  bool uniform_;
  std::vector<double> perplexities_;
  float exaggeration_;
  TsneKernel kernel_;
  Field field_;
  Buffer<float> nodes_;
};

/// `map`: the model's, on the device.
template <class Executor>
std::unique_ptr<PlacementOn<Executor>> make_placement_on(const Executor& executor,
                                                         const Model& model,
                                                         const TsneParams& params, const Cpu& host,
                                                         const float* map) {
  using Made = std::unique_ptr<PlacementOn<Executor>>;
  const TsneField made(model.map, host, params.dof);
  if (made.by_grid()) {
    SplineField<EightFloats> field = made.splines<EightFloats>();
    auto nodes = executor.template buffer<float>(made.node_count());
    executor.bring(field.nodes, made.node_count(), nodes.data());
    field.nodes = nodes.data();
    return std::make_unique<TsnePlacementOn<Executor, 2, SplineField<EightFloats>>>(
        executor, model, params, field, std::move(nodes));
  }
  return for_dims(model.map.cols(), [&]<int Dims>(DimCount<Dims> dims) -> Made {
    using Field = AllPairsField<DimCount<Dims>>;
    return std::make_unique<TsnePlacementOn<Executor, Dims, Field>>(
        executor, model, params,
        Field{map, static_cast<std::int32_t>(model.map.rows()), dims, TsneKernel(params.dof)},
        executor.template buffer<float>(0));
  });
}

}  // namespace nearfold
