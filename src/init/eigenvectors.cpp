// Eigenvectors on the processor: small graphs densely, larger ones by the solver.
#include "init/eigenvectors.hpp"

#include <cmath>
#include <cstdint>
#include <utility>
#include <vector>

#include "init/spectral_operator.hpp"
#include "init/spectral_solver.hpp"
#include "linalg/symmetric_eigen.hpp"

namespace nearfold {
namespace {

Eigenvectors solve_densely(const EdgeGraph& graph, int dims) {
  std::vector<double> degree(static_cast<std::size_t>(graph.n));
  double volume = 0;
  for (std::size_t i = 0; i < degree.size(); ++i) {
    for (auto e = graph.offsets[i]; e < graph.offsets[i + 1]; ++e)
      degree[i] += static_cast<double>(graph.weights[static_cast<std::size_t>(e)]);
    volume += degree[i];
  }
  // The trivial eigenvector goes below all others, to 1 - 4.
  std::vector<double> a(static_cast<std::size_t>(graph.n * graph.n));
  for (std::size_t i = 0; i < degree.size(); ++i) {
    double* row = a.data() + i * degree.size();
    for (std::size_t j = 0; j < degree.size(); ++j) {
      row[j] = -4 * std::sqrt(degree[i]) * std::sqrt(degree[j]) / volume;
    }
    for (auto e = static_cast<std::size_t>(graph.offsets[i]);
         e < static_cast<std::size_t>(graph.offsets[i + 1]); ++e) {
      const auto j = static_cast<std::size_t>(graph.columns[e]);
      row[j] +=
          static_cast<double>(graph.weights[e]) / (std::sqrt(degree[i]) * std::sqrt(degree[j]));
    }
  }
  const SymmetricEigen eigen = symmetric_eigen(std::move(a), graph.n);
  Eigenvectors out;
  out.vectors = Matrix(graph.n, dims);
  for (std::int64_t i = 0; i < graph.n; ++i) {
    for (int c = 0; c < dims; ++c) {
      out.vectors.row(i)[c] =
          static_cast<float>(eigen.vectors[static_cast<std::size_t>(c * graph.n + i)]);
    }
  }
  out.value = eigen.values[static_cast<std::size_t>(dims - 1)];
  return out;
}

/// Vectors that the solver works on: some more than are wanted, for it to tell them from the rest.
int width_for(int dims) {
  const int guarded = dims + dims / 8 + 3;
  return (guarded + kVectors - 1) / kVectors * kVectors;
}

}  // namespace

Eigenvectors leading_eigenvectors(const EdgeGraph& graph, int dims, const Cpu& on) {
  const int width = width_for(dims);
  if (graph.n <= kDensePerVector * width) return solve_densely(graph, dims);
  HostSpectralOperator op(ComponentView(graph), width, on);
  return SpectralSolver(op, dims).solve();
}

Eigenvectors leading_eigenvectors(const EdgeGraph& graph, const Components& components,
                                  std::int64_t c, int dims, const Cpu& on) {
  const int width = width_for(dims);
  if (components.size(c) <= kDensePerVector * width)
    return solve_densely(extract(graph, components, c), dims);
  HostSpectralOperator op({graph, components, c}, width, on);
  return SpectralSolver(op, dims).solve();
}

}  // namespace nearfold
