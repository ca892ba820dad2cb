// The contract of every stage, in the order of the data flow. Each stage is a file of the same name
// in src/ (CPU) and kernels/ (CUDA); the last argument picks the implementation.
//
//   find_knn -> reorder -> weigh_edges -> make_optimizer -> advance...
//                              initial_layout ---^
//
// On a GPU graphs stay in its memory from the first stage to the last; what comes to the host in
// between is single numbers, the initial layout, and the graph of edges that only the processor
// weighs.
//
// Contracts that hold for all: inputs were checked by the caller (run/params.cpp, run/embed.cpp);
// nothing is printed; results are bitwise the same for any number of threads.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "core/input_points.hpp"
#include "graph/graph.hpp"
#include "nearfold/knn.hpp"
#include "nearfold/params.hpp"
#include "optimizer.hpp"
#include "target/target.hpp"

namespace nearfold {

/// What stages hand on, by where they run.
template <class D>
struct StageTypes;
template <>
struct StageTypes<Cpu> {
  using Knn = KnnGraph;
  using Edges = EdgeGraph;
  using PointOf = std::vector<std::int32_t>;
};
template <>
struct StageTypes<Cuda> {
  using Knn = DeviceKnnGraph;
  using Edges = DeviceEdgeGraph;
  using PointOf = DeviceArray<std::int32_t>;
};

// ---- knn: points [n, dim] -> the k nearest others of each ---------------------------------------

/// By whichever method `params` holds. On a GPU the graph stays there, and points may be on the
/// host or there: flat compares all pairs, in fp16 where that pays; rows without a certificate of
/// being exact are searched for again in float32, and then by measuring all pairs; in tiles when
/// there is no room for all points. ivf: the cells of the processor, made and searched there, or
/// those of FAISS where it is asked for; both hold all points. auto is flat or ivf there. `points`
/// are read until the return. Bitwise the same for any number of threads; flat and ivf are the same
/// graph on both, but for FAISS, whose graph may differ from run to run. Throws what
/// make_space() and check_metric() throw (knn/), and OutOfMemory before any work when it does not
/// fit.
KnnGraph find_knn(const InputPoints& points, int k, const KnnParams& params,
                  const Distance& distance, const Cpu&, std::uint64_t seed);
DeviceKnnGraph find_knn(const InputPoints& points, int k, const KnnParams& params,
                        const Distance& distance, const Cuda&, std::uint64_t seed);

/// The graph in host memory.
inline const KnnGraph& to_host(const KnnGraph& graph) {
  return graph;
}
inline KnnGraph to_host(KnnGraph&& graph) {
  return std::move(graph);
}
KnnGraph to_host(const DeviceKnnGraph& graph);

// ---- reorder: rows by point -> rows by vertex --------------------------------------------------

/// A graph whose rows and ids are vertices (graph/vertex_order.hpp), and the point of each of them.
template <class D>
struct Reordered {
  typename StageTypes<D>::Knn graph;
  typename StageTypes<D>::PointOf point_of;
};

/// The first k neighbours of every row. Throws what require_neighbors() does.
Reordered<Cpu> reorder(const KnnGraphView& graph, int k, const Cpu&);
/// The same; ids are dropped once they are read, then distances.
Reordered<Cpu> reorder(KnnGraph&& graph, int k, const Cpu&);
/// The same numbers; from the host, or from the device, where a graph has k and no more.
Reordered<Cuda> reorder(const KnnGraphView& graph, int k, const Cuda&);
Reordered<Cuda> reorder(const DeviceKnnGraph& graph, int k, const Cuda&);
inline Reordered<Cuda> reorder(KnnGraph&& graph, int k, const Cuda& on) {
  const KnnGraph dropped = std::move(graph);
  return reorder(KnnGraphView(dropped), k, on);
}
inline Reordered<Cuda> reorder(DeviceKnnGraph&& graph, int k, const Cuda& on) {
  const DeviceKnnGraph dropped = std::move(graph);
  return reorder(dropped, k, on);
}

// ---- weights: neighbours -> symmetric weighted graph -----------------------------------------

/// t-SNE: conditional probabilities at the perplexity, P = (P + P') / 2n.
/// Uses all graph.k neighbours. On the processor weights take the place of the distances, and a
/// graph that is moved here is dropped as soon as its edges are written.
EdgeGraph weigh_edges(KnnGraph graph, const TsneParams&, const Cpu&);

/// UMAP: memberships by smooth-knn distances, fuzzy union A + A' - A*A' mixed with the
/// intersection. graph.k + 1 == n_neighbors.
EdgeGraph weigh_edges(KnnGraph graph, const UmapParams&, const Cpu&);

/// The same steered by targets (target/) before light edges are dropped.
EdgeGraph weigh_edges(KnnGraph graph, const UmapParams&, const Steering& by, const Cpu&);

/// Whether targets can steer a method.
template <class Params>
inline constexpr bool kTakesTargets = std::is_same_v<Params, UmapParams>;

/// What PaCMAP draws pairs from: the points, how they are compared, the point of each vertex
/// (empty: its own number).
struct PairSource {
  const InputPoints& points;  // of the host, dense or sparse
  Distance distance;
  const std::vector<std::int32_t>& point_of;
  std::uint64_t seed;
};

/// PaCMAP, LocalMAP: near pairs, whose edges weigh 1, or 2 where either end chose the other.
EdgeGraph weigh_edges(KnnGraph graph, const PacmapParams&, const Cpu&);
/// The same, and beside them mid-near and further pairs. A pair is a function of (seed, point) and
/// of the distances. Throws what make_space() does (knn/metric.hpp). O(n k), and 6 distances a
/// mid-near pair.
EdgeGraph weigh_edges(KnnGraph graph, const PacmapParams&, const PairSource& from, const Cpu&);

/// Whether a method draws pairs from the points.
template <class Params>
inline constexpr bool kDrawsPairs = std::is_base_of_v<PacmapParams, Params>;

/// t-SNE and UMAP on a GPU, bit for bit the same; a graph that is moved here is dropped as it is
/// read. Uniform affinities, several perplexities, densMAP, a disconnection distance and targets
/// are the processor's, and so are PaCMAP's pairs: the graph comes to the host, and its edges go
/// back (kernels/weights/on_host.hpp).
DeviceEdgeGraph weigh_edges(DeviceKnnGraph graph, const TsneParams&, const Cuda&);
DeviceEdgeGraph weigh_edges(DeviceKnnGraph graph, const UmapParams&, const Cuda&);
DeviceEdgeGraph weigh_edges(DeviceKnnGraph graph, const UmapParams&, const Steering& by,
                            const Cuda&);
DeviceEdgeGraph weigh_edges(DeviceKnnGraph graph, const PacmapParams&, const PairSource& from,
                            const Cuda&);

// ---- init: where the optimiser begins ----------------------------------------------------------

/// A layout [n, dims], rows by point, and how it was made: "pca", "spectral", "spectral (3
/// components)", ...
struct InitialLayout {
  Matrix layout;
  std::string description;
  std::vector<std::string> warnings;
};

/// Unscaled. `points` may be empty for every init but PCA; `graph` is the weighted graph. PCA: the
/// scores on the first `dims` axes. Spectral: eigenvectors 2..dims+1 of the normalised Laplacian,
/// each connected component by itself. Random: uniform in [0, 1). Signs are fixed: the entry of
/// largest magnitude of each column is positive. On a GPU, bit for bit the same: axes, scores and
/// eigenvectors are made there, and the rows brought back; points of the host that do not fit there
/// are projected on the processor, which a warning says.
InitialLayout initial_layout(const Init& init, const InputPoints& points, const EdgeGraph& graph,
                             int dims, std::uint64_t seed, const Cpu&);
InitialLayout initial_layout(const Init& init, const InputPoints& points,
                             const DeviceEdgeGraph& graph, int dims, std::uint64_t seed,
                             const Cuda&);

/// Brings a layout to the scale its optimiser expects, in place. t-SNE: first column 1e-4 wide
/// (standard deviation) and jittered by 1 % of that. UMAP: largest magnitude 10, jittered by 1e-4,
/// each axis to [0, 10]. Layouts given by the caller are jittered where they lie on a line alone,
/// and not scaled for t-SNE.
void scale_init(Matrix& layout, const Init& init, const TsneParams&, std::uint64_t seed,
                const Cpu&);
void scale_init(Matrix& layout, const Init& init, const UmapParams&, std::uint64_t seed,
                const Cpu&);
/// PaCMAP: first column 1e-2 wide, jittered by 1 % of that; random and given ones 1e-4 wide in
/// each.
void scale_init(Matrix& layout, const Init& init, const PacmapParams&, std::uint64_t seed,
                const Cpu&);

// ---- tsne, umap, pacmap: the optimisers ---------------------------------------------------------

std::unique_ptr<Optimizer> make_optimizer(EdgeGraph graph, Matrix start, const TsneParams&,
                                          std::uint64_t seed, const Cpu&);
std::unique_ptr<Optimizer> make_optimizer(EdgeGraph graph, Matrix start, const UmapParams&,
                                          std::uint64_t seed, const Cpu&);
std::unique_ptr<Optimizer> make_optimizer(EdgeGraph graph, Matrix start, const PacmapParams&,
                                          std::uint64_t seed, const Cpu&);
std::unique_ptr<Optimizer> make_optimizer(EdgeGraph graph, Matrix start, const LocalmapParams&,
                                          std::uint64_t seed, const Cpu&);

std::unique_ptr<Optimizer> make_optimizer(DeviceEdgeGraph graph, Matrix start, const TsneParams&,
                                          std::uint64_t seed, const Cuda&);
std::unique_ptr<Optimizer> make_optimizer(DeviceEdgeGraph graph, Matrix start, const UmapParams&,
                                          std::uint64_t seed, const Cuda&);
std::unique_ptr<Optimizer> make_optimizer(DeviceEdgeGraph graph, Matrix start, const PacmapParams&,
                                          std::uint64_t seed, const Cuda&);
std::unique_ptr<Optimizer> make_optimizer(DeviceEdgeGraph graph, Matrix start,
                                          const LocalmapParams&, std::uint64_t seed, const Cuda&);

}  // namespace nearfold
