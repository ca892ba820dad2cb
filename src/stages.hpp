// The contract of every stage, in the order of the data flow. Each stage is a file of the same name
// in src/ (CPU) and kernels/ (CUDA); the last argument picks the implementation.
//
//   find_knn -> reorder -> weigh_edges -> make_optimizer -> advance...
//                              initial_layout ---^
//
// On a GPU graphs stay in its memory from the first stage to the last; what comes to the host in
// between is single numbers, and the start of a layout.
//
// Contracts that hold for all: inputs were checked by the caller (run/params.cpp, run/embed.cpp);
// nothing is printed; results are bitwise the same for any number of threads.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "graph/graph.hpp"
#include "nearfold/knn.hpp"
#include "nearfold/params.hpp"
#include "optimizer.hpp"

namespace nearfold {

struct MetricSpace;  // knn/metric.hpp

/// Throws NoDevice when the GPU can't be used; what is wrong with it, and what else there is.
void require_device(const Cuda&);
/// The processor that does what has no implementation on a device yet.
inline const Cpu& host_of(const Cpu& on) {
  return on;
}
inline Cpu host_of(const Cuda&) {
  return {};
}

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

// ---- knn: points [n, dim] -> the k nearest others of each, canonical order ---------------------

/// By whichever method `params` holds. Throws what make_space() and check_metric() throw.
KnnGraph find_knn(HostMatrix<const float> points, int k, const KnnParams& params,
                  const Distance& distance, const Cpu&, std::uint64_t seed);

/// On a GPU, where the graph stays; points on the host or there. flat: FAISS compares all pairs, by
/// halves where that pays, rows that are not proven to be exact are searched for again by floats,
/// and then by measuring all pairs; in tiles when there is no room for all points. ivf: FAISS'
/// inverted file, which has to hold them all. auto is one of both. `points` are read until the
/// return. Bitwise the same from run to run on one GPU; flat is the CPU's graph. Throws
/// OutOfMemory before any work when it does not fit, and what make_space() throws.
DeviceKnnGraph find_knn_on(DeviceMatrix<const float> points, int k, const KnnParams& params,
                           const Distance& distance, const Cuda&, std::uint64_t seed);
DeviceKnnGraph find_knn_on(HostMatrix<const float> points, int k, const KnnParams& params,
                           const Distance& distance, const Cuda&, std::uint64_t seed);
/// The same, brought back.
KnnGraph find_knn(HostMatrix<const float> points, int k, const KnnParams& params,
                  const Distance& distance, const Cuda&, std::uint64_t seed);

/// By each method; points as the metric sees them (knn/metric.hpp).
KnnGraph find_knn(const MetricSpace& points, int k, const FlatKnn&, const Cpu&, std::uint64_t seed);
KnnGraph find_knn(const MetricSpace& points, int k, const IvfKnn&, const Cpu&, std::uint64_t seed);
KnnGraph find_knn(const MetricSpace& points, int k, const HnswKnn&, const Cpu&, std::uint64_t seed);
KnnGraph find_knn(const MetricSpace& points, int k, const NnDescentKnn&, const Cpu&,
                  std::uint64_t seed);
/// One of the others, by predicted work.
KnnGraph find_knn(const MetricSpace& points, int k, const AutoKnn&, const Cpu&, std::uint64_t seed);

/// Throws Unsupported, naming the methods that work, when one cannot honour the metric.
void check_metric(const KnnParams& params, Metric metric);

/// Throws InvalidInput when the graph cannot be pruned to k neighbours.
void require_neighbors(const KnnGraphView& graph, int k);

/// Throws InvalidInput unless there are n * k ids and distances.
void require_entries(std::int64_t n, std::int64_t k, std::size_t ids, std::size_t distances);

/// Room for k neighbours of each of n points, unset.
KnnGraph empty_graph(std::int64_t n, std::int64_t k);
/// All that is known of a graph but its rows.
KnnGraph without_entries(const KnnGraphView& graph);
/// Room for the first k neighbours of a graph, with all that is known of it otherwise. Throws as
/// require_neighbors() does.
KnnGraph empty_like(const KnnGraphView& graph, int k);

// ---- order: rows by point -> rows by vertex ----------------------------------------------------

/// A graph whose rows and ids are vertices (graph/vertex_order.hpp), and the point of each of them.
template <class D>
struct Reordered {
  typename StageTypes<D>::Knn graph;
  typename StageTypes<D>::PointOf point_of;
};

/// The first k neighbours of every row. Throws what require_neighbors() does.
Reordered<Cpu> reorder(const KnnGraphView& graph, int k, const Cpu&);
/// The same numbers; from the host, or from the device, where a graph has k and no more.
Reordered<Cuda> reorder(const KnnGraphView& graph, int k, const Cuda&);
Reordered<Cuda> reorder(const DeviceKnnGraph& graph, int k, const Cuda&);

// ---- weights: neighbours -> symmetric weighted graph -----------------------------------------

/// t-SNE: conditional probabilities at the perplexity, P = (P + P') / 2n.
/// Uses all graph.k neighbours.
EdgeGraph weigh_edges(const KnnGraph& graph, const TsneParams&, const Cpu&);

/// UMAP: memberships by smooth-knn distances, fuzzy union A + A' - A*A' mixed with the
/// intersection. graph.k + 1 == n_neighbors.
EdgeGraph weigh_edges(const KnnGraph& graph, const UmapParams&, const Cpu&);

/// Both on a GPU, bit for bit the same.
DeviceEdgeGraph weigh_edges(const DeviceKnnGraph& graph, const TsneParams&, const Cuda&);
DeviceEdgeGraph weigh_edges(const DeviceKnnGraph& graph, const UmapParams&, const Cuda&);

/// UMAP leaves out edges lighter than this: they would not fire once in all epochs, as in
/// umap-learn. Throws InvalidInput when there is no edge at all.
float lightest_edge(const UmapParams& params, std::int64_t n, float heaviest);

/// Distances are added up in ranges of so many.
inline constexpr std::int64_t kDistancesOfRange = 65'536;

// ---- layout: the start ------------------------------------------------------------------------

/// A start [n, dims], rows by point, and how it was made: description ("pca", "spectral", "spectral
/// (3 components)", ...).
struct InitialLayout {
  Matrix layout;
  std::string description;
  std::vector<std::string> warnings;
};

/// The unscaled start. `points` may be empty for every init but PCA; `graph` is the weighted graph.
/// PCA: the scores of the first `dims` components. Spectral: eigenvectors 2..dims+1 of the
/// normalised Laplacian, each connected component by itself. Random: uniform in [0, 1). Signs are
/// fixed: the entry of largest magnitude of each column is positive.
InitialLayout initial_layout(const Init& init, HostMatrix<const float> points,
                             const EdgeGraph& graph, int dims, std::uint64_t seed, const Cpu&);

/// On a GPU, bit for bit the same: axes, scores and eigenvectors are made there, and the rows
/// brought back. Points are on the host or there; those of the host that do not fit there make a
/// PCA start on the processor, which a warning says.
InitialLayout initial_layout(const Init& init, HostMatrix<const float> points,
                             DeviceMatrix<const float> there, const DeviceEdgeGraph& graph,
                             int dims, std::uint64_t seed, const Cuda&);

/// What a start is made of, on the processor or a device that holds it.
class InitSource {
 public:
  virtual ~InitSource() = default;
  virtual std::int64_t n() const = 0;
  virtual std::int64_t dim() const = 0;  // of the points
  /// Scores of the points on their first `count` axes [n, count], made in kInitPasses from
  /// kInitSeed.
  virtual Matrix scores(int count) = 0;
  /// Rows by point.
  virtual InitialLayout spectral(int dims, std::uint64_t seed) = 0;
};
InitialLayout initial_layout(const Init& init, InitSource& from, int dims, std::uint64_t seed,
                             const Cpu&);

inline constexpr int kInitPasses = 8;  // over the points: MNIST's axes are then right to 3e-5
/// It only picks the vectors that the iteration begins with: the start is the same for all seeds.
inline constexpr std::uint64_t kInitSeed = 0;

/// Brings a start to the scale its optimiser expects, in place. t-SNE: first column 1e-4 wide
/// (standard deviation) and jittered by 1 % of that. UMAP: largest magnitude 10, jittered by 1e-4,
/// each axis to [0, 10]. Starts given by the caller are not jittered, nor scaled for t-SNE.
void scale_init(Matrix& start, const Init& init, const TsneParams&, std::uint64_t seed, const Cpu&);
void scale_init(Matrix& start, const Init& init, const UmapParams&, std::uint64_t seed, const Cpu&);

/// The first `count` principal axes of `points` [n, dim] as rows of an orthonormal matrix
/// [count, dim], by subspace iteration; `mean` [dim] is written. count <= min(n, dim).
Matrix principal_axes(HostMatrix<const float> points, int count, int iterations,
                      std::vector<float>& mean, std::uint64_t seed, const Cpu&);

// ---- tsne, umap: the optimisers -----------------------------------------------------------------

std::unique_ptr<Optimizer> make_optimizer(EdgeGraph graph, Matrix start, const TsneParams&,
                                          std::uint64_t seed, const Cpu&);
std::unique_ptr<Optimizer> make_optimizer(EdgeGraph graph, Matrix start, const UmapParams&,
                                          std::uint64_t seed, const Cpu&);

std::unique_ptr<Optimizer> make_optimizer(DeviceEdgeGraph graph, Matrix start, const TsneParams&,
                                          std::uint64_t seed, const Cuda&);
std::unique_ptr<Optimizer> make_optimizer(DeviceEdgeGraph graph, Matrix start, const UmapParams&,
                                          std::uint64_t seed, const Cuda&);

/// Iterations in all: TsneParams::max_iter, or UMAP's epochs for n points.
int iterations_of(const Method& method, std::int64_t n);

}  // namespace nearfold
