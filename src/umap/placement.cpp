// New points on a UMAP map. A row's memberships are made as in a fit, from its own distances alone;
// the rest is in math/umap_placement.hpp.
//
// Source: the objective is umap-learn's; its transform's rules (a rate that depends on the batch, a
// generator seeded by the bits of the start) are not followed.
#include "umap/placement.hpp"

#include <algorithm>

#include "math/philox.hpp"
#include "math/smooth_knn.hpp"
#include "model/side_by_side.hpp"
#include "umap/curve_fit.hpp"
#include "umap/spaces.hpp"

namespace nearfold {

UmapPlacing placing_by(const UmapParams& params) {
  constexpr float kRate = 0.25f;  // of the fit's, as in umap-learn's transform
  const Curve curve = fit_curve(params);
  return {{static_cast<float>(curve.a), static_cast<float>(curve.b),
           static_cast<float>(params.repulsion_strength)},
          kRate * static_cast<float>(params.learning_rate),
          static_cast<float>(params.negative_sample_rate / UmapPlacing::kSamples),
          nullptr};
}

std::vector<float> samples_of(const Model& model) {
  constexpr int kDraws = UmapPlacing::kEpochs * UmapPlacing::kSamples;
  const std::int64_t dims = model.map.cols();
  const auto n = static_cast<std::uint32_t>(model.map.rows());
  std::vector<float> samples;
  samples.reserve(static_cast<std::size_t>(kDraws * dims));
  for (std::uint32_t draw = 0; draw < kDraws; draw += 4) {
    const Random4 words = random4(model.settings.seed, Stream::transform, draw);
    for (const std::uint32_t word : words.v) {
      const float* const at = model.map.row(to_range(word, n));
      samples.insert(samples.end(), at, at + dims);
    }
  }
  return samples;
}

float mean_distance(const KnnGraph& graph) {
  double sum = 0;
  for (const float d : graph.distances) sum += static_cast<double>(d);
  return static_cast<float>(sum / static_cast<double>(graph.n * (graph.k + 1)));
}

namespace {

/// Begins a row at one of its neighbours.
template <class Surface>
struct AtMedoid {
  explicit AtMedoid(std::int64_t /*k*/) {}

  void operator()(const Matrix& map, const std::int32_t* ids, const float* weights, int k,
                  float* y) const {
    std::copy_n(weighted_medoid<Surface>(map.data(), ids, weights, k), Surface::kColumns, y);
  }
};

template <class Space>
struct StartIn {
  using Begin = AtMedian;
};
template <class Surface>
struct StartIn<CurvedSpace<Surface>> {
  using Begin = AtMedoid<Surface>;
};

/// Space: one of spaces.hpp.
template <class Space>
class UmapPlacement final : public Placement {
 public:
  UmapPlacement(const Model& model, const UmapParams& params, const Cpu& on)
      : model_(&model),
        neighbors_(params.n_neighbors - 1),
        connectivity_(static_cast<float>(params.local_connectivity)),
        mean_(mean_distance(model.graph)),
        samples_(samples_of(model)),
        placing_(placing_by(params)),
        on_(on) {
    placing_.samples = samples_.data();
  }

  int neighbors() const override { return neighbors_; }

  void place(const NewRows& rows, float* out) const override {
    const typename Space::Dims dims(static_cast<int>(model_->map.cols()));
    place_side_by_side<typename StartIn<Space>::Begin>(
        *model_, rows, on_, out,
        [&](const float* distances, float* weights) {
          const SmoothKnn row = smooth_knn_row(distances, rows.k, connectivity_, mean_);
          for (std::int64_t j = 0; j < rows.k; ++j) weights[j] = membership(distances[j], row);
        },
        [&](const float* /*distances*/, const float* /*the weights of all*/) {
          return static_cast<int>(rows.k);
        },
        [&](SideBySide& group) { umap_descend<Space>(placing_, group, dims, group.y()); });
  }

 private:
  const Model* model_;
  int neighbors_;
  float connectivity_, mean_;
  std::vector<float> samples_;
  UmapPlacing placing_;
  Cpu on_;
};

}  // namespace

std::unique_ptr<Placement> make_placement(const Model& model, const UmapParams& params,
                                          const Cpu& on) {
  const auto made = [&]<class Space>(Space) -> std::unique_ptr<Placement> {
    return std::make_unique<UmapPlacement<Space>>(model, params, on);
  };
  return in_space_of(
      params.output_metric, [&] { return made(FlatSpace<kAnyDims>()); }, made);
}

}  // namespace nearfold
