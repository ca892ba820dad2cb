// The weighted graph as UMAP's optimiser walks it: an epoch cut into parts, each edge in one.
#pragma once

#include <cstdint>
#include <vector>

#include "graph.hpp"
#include "nearfold/device.hpp"

namespace nearfold {

/// Vertices whose edges are looked through together.
inline constexpr int kUmapBlock = 256;

/// What a block of vertices has to do in a part of an epoch.
struct Firing {
  std::vector<std::int32_t> others;   // where the edges that fire lead, those of a vertex in a row
  std::int32_t first[kUmapBlock];     // of a vertex, in others
  std::int32_t pulls[kUmapBlock];     // edges of a vertex that fire
  std::int32_t pushes[kUmapBlock];    // negative samples due to a vertex
  std::vector<std::int32_t> samples;  // scratch, by edge
};

class UmapEdges {
 public:
  /// An edge as heavy as the heaviest fires once an epoch. Both directions of an edge are in the
  /// same part, picked at random; there are as many parts as a vertex has firings an epoch, on
  /// average, and no more than 16.
  UmapEdges(EdgeGraph graph, const Cpu& on);

  std::int64_t n() const { return graph_.n; }
  std::int32_t parts() const { return parts_; }

  /// What vertices [begin, end) have to do in `part` of `epoch` (1, 2, ...).
  void find_firing(std::int64_t begin, std::int64_t end, std::int32_t epoch, std::int32_t part,
                   float samples_per_firing, Firing& out) const;

 private:
  EdgeGraph graph_;  // rows part by part, see split_rows; weights are firings per epoch
  std::vector<std::uint8_t> owners_;  // of every edge: its vertex, counted in its block
  std::int32_t parts_ = 1;
};

}  // namespace nearfold
