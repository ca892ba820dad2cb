// What is known of points steers their weighted graph: supervised UMAP. Targets are taken one after
// the other, between the union of memberships and the pruning of light edges (weights/weights.cpp).
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "graph/graph.hpp"
#include "nearfold/params.hpp"
#include "nearfold/unique.hpp"

namespace nearfold {

/// All of them, by their names.
struct CombineName {
  Combine combine;
  const char* name;
};
inline constexpr std::array kCombines = {CombineName{Combine::unite, "union"},
                                         CombineName{Combine::intersect, "intersection"},
                                         CombineName{Combine::subtract, "difference"}};

/// Throws InvalidInput for a target that is not of n points, or whose known values are not finite,
/// or fewer than the `n_neighbors` that each is compared with.
void check_targets(const std::vector<Target>& targets, std::int64_t n, int n_neighbors);

/// Targets of points as targets of their distinct rows: of equal rows the first entry that is
/// known. A warning counts the points that are known to have another. Graphs are of the distinct
/// rows as they are. Throws InvalidInput for other numbers of entries than points.
std::vector<Target> targets_of_distinct(std::vector<Target> targets, const UniqueRows& unique,
                                        std::vector<std::string>& warnings);

/// What steers the edges of a graph.
struct Steering {
  const std::vector<Target>& targets;         // by point
  const std::vector<std::int32_t>& point_of;  // each vertex's point; empty when they are the same
  std::uint64_t seed = 0;

  std::int32_t point(std::int32_t v) const {
    return point_of.empty() ? v : point_of[static_cast<std::size_t>(v)];
  }
};

/// The graph once all targets have had their say. `graph` has the memberships of `n_neighbors`
/// points, none left out. Symmetric bit for bit, the same for any number of threads and any
/// numbering of vertices.
EdgeGraph steered(EdgeGraph graph, const Steering& by, int n_neighbors, const Cpu& on);

/// Loops that steered() has, at most.
inline constexpr int kSteeringLoops = 8;

// ---- the two kinds ------------------------------------------------------------------------------

/// `target` is by vertex in both.
/// Weights times what the classes of both ends make of them (classes.cpp). O(edges).
EdgeGraph steered(EdgeGraph graph, const ClassTarget& target, const Cpu& on);

/// The intersection with the graph of nearest values (values.cpp). O(n log n + edges), and three
/// times the memory of the edges.
EdgeGraph steered(EdgeGraph graph, const ValueTarget& target, const Steering& by, int n_neighbors,
                  const Cpu& on);

/// Both graphs as one (graphs.cpp). Throws InvalidInput where no edge is left. O(edges log k), and
/// three times the memory of the edges.
EdgeGraph steered(EdgeGraph graph, const GraphTarget& target, const Steering& by, int n_neighbors,
                  const Cpu& on);

/// The share that each class has in each vertex.
struct ClassShares {
  int classes = 0;
  std::vector<float> of;  // [n, classes], rows sum to 1; all 0 where no class reaches

  const float* row(std::int64_t v) const { return of.data() + v * classes; }
};

/// Classes spread over the graph to vertices whose own is not known (spread.cpp): Zhu, Ghahramani,
/// Lafferty 2003, "Semi-supervised learning using Gaussian fields and harmonic functions", 50
/// sweeps, with class mass normalisation. Vertices of a known class keep it. O(50 edges classes).
ClassShares spread_classes(const EdgeGraph& graph, const std::vector<std::int32_t>& classes,
                           const Cpu& on);

/// Nearest values of every vertex, by ascending id, with their memberships.
struct ValueNeighbors {
  std::int64_t k = 0;
  std::vector<std::int32_t> ids;    // [n, k]
  std::vector<float> memberships;   // [n, k]
  std::vector<std::uint8_t> known;  // [n]; the rows of others mean nothing
};

/// Exact. Of values equally far those are taken that stand nearest to the vertex when all are put
/// in order, equal ones as the seed has them: many equal values have no hubs.
ValueNeighbors nearest_values(const std::vector<float>& values, std::int64_t k, const Steering& by,
                              const Cpu& on);

}  // namespace nearfold
