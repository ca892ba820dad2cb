// densMAP's term of an epoch: local radii of the map are made to correlate with those of the
// points.
#pragma once

#include <cstdint>
#include <vector>

#include "graph/graph.hpp"
#include "math/umap_force.hpp"
#include "nearfold/params.hpp"

namespace nearfold {

/// Narayan, Berger, Cho 2021, "Assessing single-cell transcriptomic variability through
/// density-preserving data visualization"; umap-learn samples this gradient with its edges, here it
/// is summed over all edges of a vertex, which no draw moves.
class DensityTerm {
 public:
  /// `graph` has radii (EdgeGraph::radii), which are taken; columns are copied.
  DensityTerm(EdgeGraph& graph, const UmapParams& params, const UmapCurve& curve, const Cpu& on);

  /// Whether an epoch (1, 2, ...) of so many has the term: the last dens_frac of them do.
  bool acts(std::int32_t epoch, std::int32_t epochs) const;

  /// next [n, dims] = y moved by `rate` along the gradient of the correlation; points that are held
  /// stay. Sums in sixteen partial ones, entry e of a row into sum e % 16: the same on every
  /// processor.
  void move(const std::vector<float>& y, int dims, float rate,
            const std::vector<std::uint8_t>& held, std::vector<float>& next);

 private:
  template <int Fixed>
  void move_in(const std::vector<float>& y, int dims, float rate,
               const std::vector<std::uint8_t>& held, std::vector<float>& next);
  /// Radii of the map, and from them what each vertex has in the gradient. Returns the deviation.
  template <int Fixed>
  double measure(const std::vector<float>& y, int dims);
  template <int Fixed, class Term>
  void for_each_edge(const std::vector<float>& y, int dims, std::int64_t i, const Term& term) const;

  std::int64_t n() const { return static_cast<std::int64_t>(radii_.size()); }

  std::vector<std::int64_t> offsets_;
  std::vector<std::int32_t> columns_;
  std::vector<float> radii_;   // of the points, standardised
  std::vector<float> in_map_;  // of the map
  std::vector<float> near_;    // A / (Phi exp(re)) of each vertex
  std::vector<float> far_;     // A / Phi
  UmapCurve curve_;
  double strength_, shift_, share_;
  Cpu on_;
};

}  // namespace nearfold
