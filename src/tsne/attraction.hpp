// t-SNE's attraction along the edges, and the part of the divergence that they make up.
#pragma once

#include <cstdint>
#include <vector>

#include "graph/graph.hpp"
#include "math/tsne_kernel.hpp"
#include "nearfold/device.hpp"

namespace nearfold {

/// Sums over the row of a vertex, entry e of the row into partial sum e % 16: a fixed order that
/// vectorises, the same on every processor.
template <int Dims>
class Attraction {
 public:
  Attraction(EdgeGraph graph, const Cpu& on, double dof = 1);

  std::int64_t n() const { return graph_.n; }
  /// out[Dims] = sum over j of p_ij w_ij (y_i - y_j), w as of TsneKernel; y [n, Dims].
  void pull(const std::vector<float>& y, std::int64_t i, float* out) const;
  /// KL(P||Q) of the layout y, whose sum of all q_ij is z; to about 1e-6 of itself.
  double divergence(const std::vector<float>& y, double z) const;

 private:
  /// term(weights, d, d2, lane) for every register of the row's entries, d [Dims] = y_i - y_j.
  template <class Term>
  void for_each_edge(const std::vector<float>& y, std::int64_t i, const Term& term) const;

  EdgeGraph graph_;
  double entropy_;  // -sum of p log p
  TsneKernel kernel_;
  double dof_;
  Cpu on_;
};

/// Edges are added up in ranges of so many.
inline constexpr std::int64_t kSharesOfRange = 65'536;
/// -sum of p log p over the edges.
double edge_entropy(const EdgeGraph& graph, const Cpu& on);
/// KL(P||Q) from sums over the edges of p and of p log2(1 + d^2 / dof), and Z.
double tsne_divergence(double entropy, double sum_p, double sum_p_log, double z, double dof = 1);

}  // namespace nearfold
