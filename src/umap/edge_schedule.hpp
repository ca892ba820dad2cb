// The weighted graph as UMAP's optimiser walks it: an epoch cut into parts, each edge in one.
#pragma once

#include <cstdint>
#include <vector>

#include "graph/graph.hpp"
#include "nearfold/device.hpp"

namespace nearfold {

/// Vertices whose edges are looked through together.
inline constexpr int kUmapBlock = 128;

/// The edges of a block of vertices that fire in a part of an epoch.
struct Firing {
  std::vector<std::int32_t> others;  // where the edges that fire lead, those of a vertex in a row
  std::int32_t first[kUmapBlock];    // of a vertex, in others
  std::int32_t pulls[kUmapBlock];    // edges of a vertex that fire
};

inline constexpr int kMinParts = 2, kMaxParts = 16;
/// Parts of an epoch in which edges fire so often in all: as many as a vertex has firings, on
/// average.
std::int32_t parts_of_epoch(double firings, std::int64_t n);
/// Firings of edges are added up in ranges of so many.
inline constexpr std::int64_t kRatesOfRange = 65'536;

class UmapEdges {
 public:
  /// An edge as heavy as the heaviest fires once an epoch. Both directions of an edge are in the
  /// same part, picked at random; see parts_of_epoch() for their number.
  UmapEdges(EdgeGraph graph, const Cpu& on);

  std::int64_t n() const { return graph_.n; }
  std::int32_t parts() const { return parts_; }
  /// Row p n + i: the edges of vertex i in part p, weighed by their firings an epoch.
  const EdgeGraph& rows() const { return graph_; }

  /// Which edges of the vertices [begin, end) fire in `part` of `epoch` (1, 2, ...).
  void find_firing(std::int64_t begin, std::int64_t end, std::int32_t epoch, std::int32_t part,
                   Firing& out) const;

 private:
  EdgeGraph graph_;  // rows part by part, see split_rows; weights are firings per epoch
  std::int32_t parts_ = 1;
};

}  // namespace nearfold
