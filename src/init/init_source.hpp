// What an initialization asks of the processor or device that holds the points and the graph: the
// one interface between how a layout is made (init.cpp, spectral.cpp) and where the numbers are.
#pragma once

#include <cstdint>
#include <vector>

#include "graph/components.hpp"
#include "graph/graph.hpp"
#include "init/eigenvectors.hpp"
#include "nearfold/matrix.hpp"

namespace nearfold {

class InitSource {
 public:
  virtual ~InitSource() = default;
  virtual std::int64_t n() const = 0;
  virtual std::int64_t dim() const = 0;  // of the points

  /// Scores of the points on their first `count` axes [n, count], rows by point.
  virtual Matrix scores(int count) = 0;

  /// The smallest vertex of each vertex's component.
  virtual std::vector<std::int32_t> components() = 0;
  /// Of the whole graph, which is connected.
  virtual Eigenvectors eigenvectors(int dims) = 0;
  /// Of a large component.
  virtual Eigenvectors eigenvectors(const Components& components, std::int64_t c, int dims) = 0;
  /// The graph on the host, where the rows of large components may be empty.
  virtual const EdgeGraph& small_components(const Components& components) = 0;
  /// Rows by vertex [n, dims] as rows by point.
  virtual Matrix by_point(const Matrix& by_vertex) = 0;
};

}  // namespace nearfold
