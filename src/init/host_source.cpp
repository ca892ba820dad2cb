// The initialization on the processor.
#include <algorithm>
#include <vector>

#include "core/stopping.hpp"
#include "graph/components.hpp"
#include "graph/vertex_order.hpp"
#include "init/init.hpp"
#include "linalg/axis_scores.hpp"
#include "linalg/pca_axes.hpp"
#include "linalg/sparse_covariance.hpp"

namespace nearfold {
namespace {

class HostSource final : public InitSource {
 public:
  HostSource(const InputPoints& points, const EdgeGraph& graph, const Cpu& on)
      : points_(points), graph_(graph), on_(on) {}

  // PCA needs no graph, and the others no points.
  std::int64_t n() const override { return std::max(graph_.n, points_.rows()); }
  std::int64_t dim() const override { return points_.cols(); }

  Matrix scores(int count) override {
    std::vector<float> mean;
    const Part part(1, 2 * kPcaPasses + 2);  // loops: mean, two a pass, scores
    const auto scores_of = [&](const auto& points) {
      const Matrix axes = principal_axes(points, count, kPcaPasses, mean, kPcaSeed, on_);
      return axis_scores(points, mean, axes, on_);
    };
    return points_.use_stored(scores_of);
  }

  std::vector<std::int32_t> components() override { return find_components(graph_); }
  Eigenvectors eigenvectors(int dims) override { return leading_eigenvectors(graph_, dims, on_); }
  Eigenvectors eigenvectors(const Components& components, std::int64_t c, int dims) override {
    return leading_eigenvectors(graph_, components, c, dims, on_);
  }
  const EdgeGraph& small_components(const Components&) override { return graph_; }
  Matrix by_point(const Matrix& by_vertex) override {
    return nearfold::by_point(by_vertex.values(), graph_.point_of,
                              static_cast<int>(by_vertex.cols()));
  }

 private:
  const InputPoints& points_;
  const EdgeGraph& graph_;
  Cpu on_;
};

}  // namespace

InitialLayout initial_layout(const Init& init, const InputPoints& points, const EdgeGraph& graph,
                             int dims, std::uint64_t seed, const Cpu& on) {
  HostSource source(points, graph, on);
  return initial_layout(init, source, dims, seed, on);
}

}  // namespace nearfold
