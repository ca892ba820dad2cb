// The initialization on a device.
//
// Cost: that of its parts: PCA (kernels/linalg/pca.hpp, 8 passes over the points), components and
// eigenvectors (graph_components.hpp, spectral_operator.hpp); n dims numbers come to the host.
#pragma once

#include <cstdint>
#include <vector>

#include "init/init.hpp"
#include "kernels/graph/vertex_rows.hpp"
#include "kernels/init/graph_components.hpp"
#include "kernels/linalg/pca.hpp"

namespace nearfold {

/// Bytes on a device for the points and what their axes are found with.
inline std::int64_t pca_bytes(std::int64_t n, std::int64_t dim) {
  constexpr std::int64_t kVectorsTogether = 16, kSegments = 64;
  return 4 * n * (dim + kVectorsTogether) + kSegments * 16 * dim * kVectorsTogether;
}

template <class Executor>
class DeviceSource final : public InitSource {
 public:
  /// Points [graph.n, dim] on the device; null for an initialization that needs none.
  DeviceSource(const Executor& executor, const float* points, std::int64_t dim,
               const EdgeGraphIn<typename Executor::Space>& graph)
      : executor_(executor),
        points_(points),
        dim_(dim),
        graph_(graph),
        components_(executor, graph) {}

  std::int64_t n() const override { return graph_.n; }
  std::int64_t dim() const override { return dim_; }

  Matrix scores(int count) override {
    const PcaOn<Executor> pca(executor_, points_, n(), dim_);
    return pca.scores(pca.axes(count, kPcaPasses, kPcaSeed));
  }

  std::vector<std::int32_t> components() override { return components_.components(); }
  Eigenvectors eigenvectors(int dims) override { return components_.eigenvectors(dims); }
  Eigenvectors eigenvectors(const Components& components, std::int64_t c, int dims) override {
    return components_.eigenvectors(components, c, dims);
  }
  const EdgeGraph& small_components(const Components& components) override {
    return components_.small_components(components);
  }
  Matrix by_point(const Matrix& by_vertex) override {
    const VertexRows<Executor> rows(executor_, graph_.point_of, n(),
                                    static_cast<int>(by_vertex.cols()));
    return rows.by_point(executor_.upload(by_vertex.values()));
  }

 private:
  Executor executor_;
  const float* points_;
  std::int64_t dim_;
  const EdgeGraphIn<typename Executor::Space>& graph_;
  GraphComponents<Executor> components_;
};

}  // namespace nearfold
