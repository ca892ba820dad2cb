// The main job: points or a graph in, a layout out. `embed` does all of it in one call; `Embedder`
// gives the loop to the caller, for progress, snapshots and early stops.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "nearfold/export.hpp"
#include "nearfold/knn.hpp"
#include "nearfold/matrix.hpp"
#include "nearfold/params.hpp"
#include "nearfold/progress.hpp"
#include "nearfold/sparse.hpp"
#include "nearfold/stored.hpp"

namespace nearfold {

/// How far t-SNE's repulsion by FFT is from the exact sum over all points, in the final layout.
struct ForceError {
  double relative = 0;      ///< root mean square of the error over that of the force
  std::int64_t points = 0;  ///< evenly spaced ones that it was measured at
};

/// What a run did: everything a log line would say.
struct RunInfo {
  std::string version;
  std::string method;  ///< "tsne", "umap", "pacmap" or "localmap"
  std::string device;
  int threads = 0;  ///< used, when the device is a Cpu
  std::string metric;
  std::string index;                                            ///< how the graph was made
  std::optional<Recall> recall;                                 ///< of an approximate graph
  std::optional<std::int64_t> tied_rows = {}, duplicates = {};  ///< as of KnnGraph, of k neighbours
  std::string init;                                             ///< the initialization really used
  std::uint64_t seed = 0;
  std::int64_t n = 0, dim = 0, k = 0;
  std::string dtype = {};                     ///< of points of a narrow type: "uint8"; else empty
  std::optional<std::int64_t> distinct = {};  ///< rows that the map was made of, of a run by unique
  std::int64_t edges = 0;               ///< stored entries of the symmetric graph, both directions
  int iterations = 0;                   ///< done
  int early_iterations = 0;             ///< t-SNE: of these, with early exaggeration
  bool finished = false;                ///< false after a cancel
  std::optional<double> kl_divergence;  ///< t-SNE: true KL(P||Q), without exaggeration
  std::optional<ForceError> force_error;                ///< t-SNE by FFT
  std::vector<std::pair<std::string, double>> seconds;  ///< by stage, in order
  std::int64_t peak_bytes = 0;  ///< largest resident size of the process so far
  std::vector<std::string> warnings;

  NEARFOLD_EXPORT double total_seconds() const;  ///< of all stages
};

struct Result {
  Matrix layout;  ///< [n, dims]
  RunInfo info;
};

/// An optimisation between two iterations. Another run of the same graph and settings that begins
/// with it continues as this one would have, bit for bit. Rows are in the order of the points; with
/// Settings::unique they are the distinct ones.
struct Checkpoint {
  int iteration = 0;         ///< done
  int early_iterations = 0;  ///< t-SNE: of early exaggeration, as far as it is known
  int iterations = 0;        ///< in all, as far as it is known
  /// t-SNE with early_stop: what its rules remember.
  struct EarlyStopState {
    double divergence = 0, steepest = 0;
  } memory = {};
  Matrix layout = {};  ///< [n, dims]
  Matrix update = {};  ///< t-SNE: the last steps; PaCMAP: Adam's mean gradients, [n, dims]
  Matrix gains = {};   ///< t-SNE: factors of the next ones; PaCMAP: squares of Adam, [n, dims]
  /// LocalMAP: the other points of its further pairs, [n, pairs of each]; empty as long as they are
  /// those that were drawn at first.
  std::vector<std::int32_t> further = {};
  std::string init = {};  ///< the initialization that the run had
  std::vector<std::string> warnings = {};
};

/// The optimisation as an object: `advance(a); advance(b)` equals `advance(a + b)` bit for bit.
/// One thread at a time uses an Embedder; different ones are independent.
class NEARFOLD_EXPORT Embedder {
 public:
  struct State;
  /// Makes the graph, the weights and the initialization. Points are not needed afterwards.
  Embedder(const StoredView& points, const Settings& settings, const Progress& = {});
  /// From a graph; `points` may be empty, and is then not available to a PCA initialization.
  Embedder(const KnnGraphView& graph, const StoredView& points, const Settings& settings,
           const Progress& = {});
  /// Resumes a checkpoint of a run of the same graph and settings: there is no initialization.
  /// Throws InvalidInput for a checkpoint that cannot be one of this run.
  Embedder(const KnnGraphView& graph, const StoredView& points, const Settings& settings,
           const Checkpoint& from, const Progress& = {});
  /// Of points in the memory of the GPU that settings.device names, ready when its stream has come
  /// so far; they are read until the constructor returns.
  Embedder(DeviceMatrix<const float> points, const Settings& settings, const Progress& = {});
  /// Of sparse points, and of them with a graph.
  Embedder(const SparseView& points, const Settings& settings, const Progress& = {});
  Embedder(const KnnGraphView& graph, const SparseView& points, const Settings& settings,
           const Progress& = {});
  explicit Embedder(std::unique_ptr<State> state);  ///< for the library itself and its tool
  Embedder(Embedder&&) noexcept;
  Embedder& operator=(Embedder&&) noexcept;
  ~Embedder();

  int iteration() const;  ///< done
  /// In all; iteration() once TsneParams::early_stop has found that it is enough.
  int iterations() const;
  void advance(int n);  ///< n more, stopping at the last; none for n <= 0
  /// t-SNE: true KL divergence, O(n) by FFT or O(n^2). UMAP has no loss it descends, and that of
  /// PaCMAP changes from phase to phase: nullopt.
  std::optional<double> loss() const;
  void copy_layout(HostMatrix<float> out) const;  ///< out [n, dims]
  /// In the memory of the run's GPU; it is there when this returns. Throws Unsupported where points
  /// share places by Settings::unique.
  void copy_layout(DeviceMatrix<float> out) const;
  /// Of the iteration that the run is at; on a GPU of t-SNE by FFT of up to nine before. O(n).
  Checkpoint checkpoint() const;
  const RunInfo& info() const;
  /// The layout and the report so far; no layout when the run was stopped before it had one.
  /// Throws Error when the layout is not finite, as copy_layout() and checkpoint() do. O(n), for
  /// t-SNE the cost of loss().
  Result result() const;
  /// Iterations between two calls of Progress: less than a second of them up to millions of points.
  int block() const;
  /// The loop most callers want: all iterations that are left, then the layout and the report.
  Result run_to_end(const Progress& = {});

 private:
  std::unique_ptr<State> state_;
};

/// points [n, dim], finite, n >= 4 -> layout [n, dims].
/// Deterministic on Cpu: the same points, settings and seed give the same bytes for any number of
/// threads, and points of a narrow type those of the same values as float32. Throws
/// InvalidParameter, InvalidInput, Unsupported, NoDevice, OutOfMemory. Where `progress` says stop,
/// the result is the layout so far, empty before there is one, with info.finished == false.
NEARFOLD_EXPORT Result embed(const StoredView& points, const Settings& settings,
                             const Progress& = {});

/// From a graph: a larger k is pruned to what the method needs, a smaller one is InvalidInput.
/// embed(find_neighbors(X, k, ...), X, s) == embed(X, s), bit for bit, when k >= the k needed and
/// the neighbours are exact, or k equals it.
NEARFOLD_EXPORT Result embed(const KnnGraphView& graph, const StoredView& points,
                             const Settings& settings, const Progress& = {});
NEARFOLD_EXPORT Result embed(const KnnGraphView& graph, const Settings& settings,
                             const Progress& = {});

/// Of sparse points: the map of the same points dense but for what find_neighbors() and pca() say
/// of their rounding; on a Cpu.
NEARFOLD_EXPORT Result embed(const SparseView& points, const Settings& settings,
                             const Progress& = {});
NEARFOLD_EXPORT Result embed(const KnnGraphView& graph, const SparseView& points,
                             const Settings& settings, const Progress& = {});

/// Points [n, dim] and layout [n, dims] in the memory of the GPU that settings.device names; the
/// layout is there when this returns. Work is ordered after what settings.device's stream was asked
/// for before. On the host there is the report alone: neither points, graph nor map come there, but
/// for the n x dims numbers of the initial layout. What embed() of host points gives, bit for bit.
/// Throws InvalidParameter when the device is the cpu. A run that was stopped before it had a
/// layout leaves `out` as it was.
NEARFOLD_EXPORT RunInfo embed(DeviceMatrix<const float> points, DeviceMatrix<float> out,
                              const Settings& settings, const Progress& = {});

/// "0.1.0"
NEARFOLD_EXPORT const char* version() noexcept;
/// "13.0": of the CUDA runtime that this build links; "" without.
NEARFOLD_EXPORT const char* cuda_version() noexcept;
/// "1.7.3": of the FAISS that searches on its GPU; "" without CUDA.
NEARFOLD_EXPORT const char* faiss_version() noexcept;

}  // namespace nearfold
