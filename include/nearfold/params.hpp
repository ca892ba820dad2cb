// Every choice a run depends on, as plain aggregates. A default is the named reference's default;
// an unset optional means "automatic". Ranges are checked in one place, `validate(Settings)`; the
// library never changes what it was given.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "nearfold/device.hpp"
#include "nearfold/export.hpp"
#include "nearfold/matrix.hpp"

namespace nearfold {

// ---- neighbours -----------------------------------------------------------------------------

/// What makes one point near another. cosine: 1 - cos, correlation: the same of centred rows, both
/// in [0, 2]. inner_product: the largest product is nearest; the distance of x from q is
/// |q| m - <q, x>, where m is the largest norm of the points, and so at least 0.
enum class Metric {
  euclidean,
  sqeuclidean,
  cosine,
  correlation,
  inner_product,
  manhattan,
  chebyshev
};

/// "euclidean", ...
NEARFOLD_EXPORT const char* name(Metric metric);
/// The metric of a name, `ip`, `dot`, `l2`, `l1`, `cityblock` and `linf` among them. Throws
/// InvalidParameter naming all of them.
NEARFOLD_EXPORT Metric metric_named(const std::string& name);

/// Zero vectors (constant ones for correlation) under cosine and correlation: all zeros, or all one
/// value.
enum class ZeroVectors {
  refuse,  ///< InvalidInput that lists the first of them
  far      ///< at 0 from each other and at 2, the largest distance, from all else
};

/// How points are compared.
struct Distance {
  Metric metric = Metric::euclidean;
  ZeroVectors zero_vectors = ZeroVectors::refuse;
};

/// Exact neighbours, under every metric.
struct FlatKnn {};

/// Approximate: an inverted file. The points are split into `nlist` cells by k-means; a
/// query looks into the nearest `nprobe` of them. Not for manhattan and chebyshev.
struct IvfKnn {
  std::optional<int> nlist = {};  ///< cells, [1, n]; unset: 2 sqrt(n)
  std::optional<int> nprobe =
      {};                       ///< cells searched per query, [1, nlist]; unset: from target_recall
  double target_recall = 0.95;  ///< (0, 1]; the smallest nprobe that reaches it on an exact
                                ///< sample is used; ignored when nprobe is set
  bool faiss = false;           ///< on a GPU: by FAISS, whose cells may differ from run to run; the
                                ///< processor has none
};

/// Approximate: a hierarchical navigable small world graph (Malkov and Yashunin 2018), built in
/// batches so that it does not depend on the number of threads.
struct HnswKnn {
  int M = 16;  ///< links per point and upper level, twice that on the lowest, [2, 256]
  int ef_construction = 100;  ///< candidates kept while building, [M, 10000]
  /// Candidates kept while searching, >= 1, and at least as many as are measured for k neighbours
  /// (the graph's `index` tells how many); unset: from target_recall.
  std::optional<int> ef = {};
  double target_recall = 0.95;  ///< as for IvfKnn
};

/// Approximate: NN-descent (Dong, Moses, Li 2011). Makes graphs only, no search for new points.
/// Not for inner_product.
struct NnDescentKnn {
  std::optional<int> n_iters = {};  ///< iterations, >= 1; unset: until target_recall
  int max_candidates = 60;          ///< neighbours compared with each other, [2, 1000]
  double target_recall = 0.95;      ///< as for IvfKnn
};

/// Picks flat, IVF or NN-descent: predicts the time and recall of each from n, dim, k and a sample
/// of the points, by counting operations, not by a clock: the choice depends on nothing else. After
/// IVF neighbours of neighbours are looked at once: points beside the border of a cell miss many
/// neighbours together, and maps show it.
struct AutoKnn {
  double target_recall = 0.95;  ///< (0, 1]; an approximate method is tuned to it before that look
};

using KnnParams = std::variant<FlatKnn, IvfKnn, HnswKnn, NnDescentKnn,
                               AutoKnn>;  // register a neighbour method here

// ---- optimisers -----------------------------------------------------------------------------

/// t-SNE; defaults are openTSNE 1.0's.
struct TsneParams {
  /// Effective neighbours, > 1, at most (n - 1) / 3: k = floor(3 perplexity) others must be there.
  double perplexity = 30.0;
  double early_exaggeration = 12.0;   ///< factor on attraction at first, >= 1
  int early_exaggeration_iter = 250;  ///< iterations of it, >= 0
  double exaggeration = 1.0;          ///< factor on attraction afterwards, >= 1
  /// Ends early exaggeration and the run when the KL divergence says so, by opt-SNE's rules
  /// (Belkina and others 2019); early_exaggeration_iter and max_iter stay the limits. Costs a few
  /// percent.
  bool early_stop = false;
  int max_iter = 750;                        ///< all iterations, early exaggeration included, >= 1
  std::optional<double> learning_rate = {};  ///< > 0; unset: n / exaggeration of the phase
  double initial_momentum = 0.8;             ///< during early exaggeration, [0, 1)
  double final_momentum = 0.8;               ///< afterwards, [0, 1)
  double max_step_norm = 5.0;                ///< longest move per point and iteration, > 0
  enum class Repulsion { automatic, exact, fft };
  Repulsion repulsion =
      Repulsion::automatic;  ///< automatic: exact below 3,000 points, in 1-D and in 3-D
};

/// UMAP; defaults are umap-learn 0.5's.
struct UmapParams {
  int n_neighbors = 15;   ///< neighbourhood size, the point itself included, [2, n]
  double min_dist = 0.1;  ///< layout units, [0, spread]
  double spread = 1.0;    ///< layout units, > 0
  /// Curve 1 / (1 + a d^2b), > 0, both or neither; unset: fitted to min_dist and spread.
  std::optional<double> a = {};
  std::optional<double> b = {};
  double set_op_mix_ratio = 1.0;      ///< 1 union, 0 intersection, [0, 1]
  double local_connectivity = 1.0;    ///< neighbours at membership 1, >= 0
  double repulsion_strength = 1.0;    ///< weight of negative samples, >= 0
  double negative_sample_rate = 5.0;  ///< negative samples per positive one, >= 0
  std::optional<int> n_epochs = {};   ///< >= 1; unset: 500 up to 10,000 points, then 200; of
                                      ///< densMAP 200 more
  double learning_rate = 1.0;         ///< initial step, > 0; 1 is umap-learn's, shortened for sums
  /// densMAP: local radii of the map are made to correlate with those of the points. On a Cpu.
  bool densmap = false;
  double dens_lambda = 2.0;     ///< weight of the correlation, >= 0
  double dens_frac = 0.3;       ///< share of the epochs, the last ones, that have it, [0, 1]
  double dens_var_shift = 0.1;  ///< added to the variance of the map's log radii, >= 0
};

using Method = std::variant<TsneParams, UmapParams>;  // a new one: method.hpp

// ---- targets --------------------------------------------------------------------------------

/// A class of each point: supervised UMAP, and semi-supervised where some are not known. Edges
/// between points of different classes are multiplied by exp(-far), far being 2.5 / (1 - weight),
/// edges with an end whose class is not known by exp(-1); then each point's heaviest edge counts 1
/// again. umap-learn's target_metric "categorical", by its formulas.
struct ClassTarget {
  std::vector<std::int32_t> classes = {};  ///< one per point; negative: not known
  /// target_weight, [0, 1]: 0 still parts classes (far is 2.5), 1 leaves no edge between them.
  double weight = 0.5;
  /// Spreads known classes over the graph to the other points first, and multiplies edges by
  /// exp(-far (1 - <p, q>)), p and q being the shares that classes have in both ends. With a tenth
  /// of the classes known that parts them, where exp(-1) alone hardly changes the map. Needs a
  /// weight below 1.
  bool propagate = false;
};

/// A number of each point: the graph of the points is intersected with that of the nearest numbers,
/// then each point's heaviest edge counts 1 again. umap-learn's target_metric "l2", exactly.
struct ValueTarget {
  std::vector<float> values = {};  ///< one per point, in any unit; NaN: not known
  /// target_weight, [0, 1]: from the graph of the points alone to that of the numbers alone.
  double weight = 0.5;
  /// target_n_neighbors: nearest numbers, the point's own included, [2, known ones]; unset: as many
  /// as of points.
  std::optional<int> n_neighbors = {};
};

using Target = std::variant<ClassTarget, ValueTarget>;

// ---- init -----------------------------------------------------------------------------------

struct PcaInit {};       ///< first principal components; needs the points
struct SpectralInit {};  ///< eigenvectors of the graph's normalised Laplacian
struct RandomInit {};    ///< t-SNE: normal, 1e-4 wide; UMAP: uniform in the unit box, then scaled
/// Rows of an array that are all equal are refused. Where they lie on a line (in 3-D: on a plane,
/// in more dimensions: in fewer), which forces never leave, they are jittered by 1 % of their
/// width, with a warning. t-SNE takes an array as wide as it is: beyond a standard deviation of
/// 1e-2 with a warning, as openTSNE, beyond 10 sqrt(n), where points hardly act on each other, not
/// at all.
struct ArrayInit {
  /// [n, dims], finite; UMAP scales each axis to [0, 10] as it does every initialization.
  Matrix start = {};
};
using Init = std::variant<PcaInit, SpectralInit, RandomInit, ArrayInit>;

// ---- everything -----------------------------------------------------------------------------

/// One object reproduces a run.
struct Settings {
  KnnParams knn = FlatKnn{};
  Distance distance = {};
  Method method = UmapParams{};
  /// What is known of the points and steers UMAP's map of them, one after the other; on a Cpu.
  std::vector<Target> targets = {};
  std::optional<Init> init = {};  ///< unset: PCA for t-SNE with points, spectral otherwise
  int dims = 2;  ///< columns of the layout: UMAP 1 to 100, t-SNE 1 to 3, either on a GPU 2 or 3
  std::uint64_t seed = 42;
  Device device = Cpu{};
  /// Bytes of memory that the run may take, its points not counted; unset: available_memory()
  /// (plan.hpp). A run that would take more throws OutOfMemory before it takes any.
  std::optional<std::int64_t> memory_limit = {};
};

/// Throws InvalidParameter for the first value that no data could make right.
NEARFOLD_EXPORT void validate(const Settings& settings);

/// Neighbours per point, self not counted, that `method` takes from a graph of n points:
/// n_neighbors - 1 for UMAP, floor(3 perplexity) for t-SNE. Throws InvalidInput when n is below 4
/// or has not so many others; nothing is reduced.
NEARFOLD_EXPORT int neighbors_needed(const Method& method, std::int64_t n);

}  // namespace nearfold
