// What the start of an embedding is made of, on a device.
#pragma once

#include <cstdint>

#include "kernels/graph/components.hpp"
#include "kernels/graph/vertex_rows.hpp"
#include "kernels/linalg/pca.hpp"
#include "stages.hpp"

namespace nearfold {

/// Bytes on a device for the points and what their axes are found with.
inline std::int64_t pca_bytes(std::int64_t n, std::int64_t dim) {
  constexpr std::int64_t kVectorsTogether = 16, kSegments = 64;
  return 4 * n * (dim + kVectorsTogether) + kSegments * 16 * dim * kVectorsTogether;
}

template <class Executor>
class LayoutOn final : public InitSource {
 public:
  /// Points [graph.n, dim] on the device; null for a start that needs none.
  LayoutOn(const Executor& executor, const float* points, std::int64_t dim,
           const EdgeGraphIn<typename Executor::Space>& graph)
      : executor_(executor), points_(points), dim_(dim), graph_(graph) {}

  std::int64_t n() const override { return graph_.n; }
  std::int64_t dim() const override { return dim_; }

  Matrix scores(int count) override {
    const PcaOn<Executor> pca(executor_, points_, n(), dim_);
    return pca.scores(principal_axes(pca, count, kInitPasses, kInitSeed));
  }

  InitialLayout spectral(int dims, std::uint64_t seed) override {
    GraphComponents<Executor> components(executor_, graph_);
    InitialLayout start = spectral_start(components, dims, seed, Cpu{});
    const VertexRows<Executor> rows(executor_, graph_.point_of, n(), dims);
    start.layout = rows.by_point(executor_.upload(start.layout.values()));
    return start;
  }

 private:
  Executor executor_;
  const float* points_;
  std::int64_t dim_;
  const EdgeGraphIn<typename Executor::Space>& graph_;
};

}  // namespace nearfold
