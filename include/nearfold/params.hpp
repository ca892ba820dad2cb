// Every choice a run depends on, as plain aggregates. A default is the named reference's default;
// an unset optional means "automatic". Ranges are checked in one place, `validate(Settings)`; the
// library never changes what it was given.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
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
  chebyshev,
  minkowski,    // (sum w |x - y|^p)^(1/p)
  seuclidean,   // (sum (x - y)^2 / V)^(1/2)
  mahalanobis,  // ((x - y)' VI (x - y))^(1/2)
  hellinger,    // of shares x / sum x: |sqrt(u) - sqrt(v)| / sqrt(2); values >= 0
  canberra,     // sum |x - y| / (|x| + |y|), 0 / 0 being 0
  braycurtis,   // sum |x - y| / sum (x + y); values >= 0
  haversine,    // the angle between two places [latitude, longitude], in radians
  hamming,      // share of the columns that differ
  // Sets, the columns that are not 0. b: columns in both, d: in one of them, n: all columns.
  matching,        // d / n
  jaccard,         // d / (b + d)
  dice,            // d / (2 b + d)
  russellrao,      // (n - b) / n, which is not 0 of a set to itself
  rogerstanimoto,  // 2 d / (n + d)
  sokalsneath,     // 2 d / (b + 2 d)
  yule,            // 2 p q / (b (n - b - d) + p q), d being p in the one and q in the other
  custom           // Distance::custom
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

/// Parameters of metrics, by SciPy's names. Each is for the metrics named at it and refused by
/// others.
struct MetricParams {
  std::optional<double> p = {};  ///< minkowski: the power, >= 1, infinity too; needed
  std::vector<double> w = {};    ///< minkowski: weights of the columns, >= 0; empty: all 1
  std::vector<double> V = {};    ///< seuclidean: variances of the columns, > 0; needed
  std::vector<double> VI = {};   ///< mahalanobis: the inverse covariance [dim, dim], symmetric and
                                 ///< positive definite; needed

  bool operator==(const MetricParams&) const = default;
};

/// A metric of the caller: the distance of two rows of `dim` values, the same both ways, >= 0,
/// finite, and 0 of a row to itself. Called by several threads at once, so it must not change
/// anything; results are the same for any number of them if it is a function of the rows alone.
using CustomDistance = std::function<float(const float* x, const float* y, std::int64_t dim)>;

/// How points are compared.
struct Distance {
  Metric metric = Metric::euclidean;
  ZeroVectors zero_vectors = ZeroVectors::refuse;
  MetricParams params = {};
  CustomDistance custom = {};  ///< of Metric::custom; no file keeps it
};

/// Exact neighbours, under every metric.
struct FlatKnn {};

/// Approximate: an inverted file. The points are split into `nlist` cells by k-means; a
/// query looks into the nearest `nprobe` of them. For metrics that come down to euclidean distances
/// of rows (docs/howto/metrics.md).
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
  /// What an edge of the neighbour graph says. perplexity: conditional probabilities of that
  /// perplexity, or of several. uniform: 1 / k_neighbors to each of the nearest.
  enum class Affinities { perplexity, uniform };
  Affinities affinities = Affinities::perplexity;
  /// Effective neighbours, > 1, at most (n - 1) / 3: k = floor(3 perplexity) others must be there.
  double perplexity = 30.0;
  /// Several scales instead of the one above, each as it: the mean of their conditional
  /// probabilities, k of the largest. Empty: the one.
  std::vector<double> perplexities = {};
  int k_neighbors = 30;  ///< of uniform affinities, >= 1
  /// Uniform affinities of two points, one of which may not know the other. max: the larger, as if
  /// either were a neighbour; mean: half, or whole. Perplexities: always the mean.
  enum class Symmetrize { max, mean };
  Symmetrize symmetrize = Symmetrize::max;
  /// The kernel is (1 + d^2 / dof)^-dof: below 1 heavier tails and finer clusters (Kobak and others
  /// 2019), > 0, 100 at most; as openTSNE's.
  double dof = 1.0;
  double early_exaggeration = 12.0;   ///< factor on attraction at first, >= 1
  int early_exaggeration_iter = 250;  ///< iterations of it, >= 0
  double exaggeration = 1.0;          ///< factor on attraction afterwards, >= 1
  /// Factor on attraction in the last late_exaggeration_iter iterations, >= 1.
  double late_exaggeration = 1.0;
  /// >= 0, 0 for none; with early_exaggeration_iter max_iter at most. An early stop ends the phase
  /// before, and these follow.
  int late_exaggeration_iter = 0;
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
      Repulsion::automatic;  ///< automatic: exact below 3,000 points, in 3-D below 8,000, and in
                             ///< other dimensions, where an FFT is not there
};

/// Where a map by UMAP lies, and so how far its points are apart. Surfaces have two dimensions, and
/// their maps these columns:
enum class OutputMetric {
  euclidean,   ///< flat space: as many columns as dimensions
  sphere,      ///< the unit sphere: 3 columns, unit vectors; the angle between them
  torus,       ///< the flat torus: 2 angles in [0, 2 pi), each the shorter way round
  hyperboloid  ///< the hyperbolic plane as the sheet z^2 = 1 + x^2 + y^2: columns x and y;
               ///< acosh(z z' - x x' - y y')
};

/// "euclidean", "sphere", ...
NEARFOLD_EXPORT const char* name(OutputMetric metric);
/// The metric of a name, umap-learn's `haversine`, which is the sphere, among them. Throws
/// InvalidParameter naming all of them.
NEARFOLD_EXPORT OutputMetric output_metric_named(const std::string& name);

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
  /// Neighbours at this distance or farther are no edges, > 0; unset: all are. umap-learn sets 1
  /// under jaccard, dice and hellinger and 2 under cosine and correlation by itself, where two
  /// points have nothing in common. Points without an edge go where the others push them, and a
  /// warning counts them.
  std::optional<double> disconnection_distance = {};
  /// densMAP: local radii of the map are made to correlate with those of the points.
  bool densmap = false;
  double dens_lambda = 2.0;     ///< weight of the correlation, >= 0
  double dens_frac = 0.3;       ///< share of the epochs, the last ones, that have it, [0, 1]
  double dens_var_shift = 0.1;  ///< added to the variance of the map's log radii, >= 0
  /// The curve is of distances in it; spread and min_dist are in its units, of which a sphere is
  /// only pi wide. Surfaces are without densMAP, and have no way back to rows (Inverter).
  OutputMetric output_metric = OutputMetric::euclidean;
};

/// PaCMAP (Wang, Huang, Rudin, Shaposhnik 2021); defaults are those of the package pacmap 0.9. Near
/// pairs attract at every distance, mid-near ones hold the map together at first, further ones
/// repel. Mid-near pairs are found by the distances of points drawn by chance: a graph alone does
/// not do, unless MN_ratio is 0.
struct PacmapParams {
  /// Near pairs of a point, itself not counted, >= 1: of the n_neighbors + 50 nearest those at the
  /// smallest distance over the scales of both ends. Unset: 10 up to 10,000 points, then
  /// 10 + 15 (log10 n - 4).
  std::optional<int> n_neighbors = 10;
  double MN_ratio = 0.5;  ///< mid-near pairs per near one, [0, 100]
  double FP_ratio = 2.0;  ///< further pairs per near one, [0, 100]
  /// Iterations of the three phases, >= 0, at least 1 in all: mid-near pairs weigh 1000 falling to
  /// 3, then 3, then nothing.
  std::array<int, 3> num_iters = {100, 100, 250};
  double lr = 1.0;  ///< of Adam, > 0
};

/// LocalMAP (Wang, Sun, Huang, Rudin 2024): PaCMAP whose last phase draws further pairs anew, every
/// tenth iteration, among points that are near on the map, and whose near pairs attract less the
/// further they are apart.
struct NEARFOLD_EXPORT LocalmapParams : PacmapParams {
  /// Units of the map, > 0: how near a further pair is, and twice the length at which near pairs
  /// attract as in PaCMAP.
  double low_dist_thres = 10.0;
};

using Method =
    std::variant<TsneParams, UmapParams, PacmapParams, LocalmapParams>;  // a new one: method.hpp

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

/// How two graphs become one.
enum class Combine {
  unite,      ///< l + r - l r: near in either
  intersect,  ///< l r, by `weight` nearer to one of them: near in both
  subtract    ///< l (1 - r): near in the first and not in the second
};
/// "union", "intersection", "difference"
NEARFOLD_EXPORT const char* name(Combine combine);

struct EdgeWeights;  // weights.hpp

/// Another weighted graph of the same points, of other data about them or under another metric,
/// with which theirs is combined; then each point's heaviest edge counts 1 again and, but for a
/// difference, its edges as much in all as those of a fit do. umap-learn's operators *, + and - by
/// its formulas, where these are right. Neither graph is changed.
struct GraphTarget {
  std::shared_ptr<const EdgeWeights> edges = {};  ///< memberships: edge_weights() of a UMAP method
  Combine combine = Combine::intersect;
  /// Of an intersection, [0, 1]: from the graph of the points alone to the other alone.
  double weight = 0.5;
};

using Target = std::variant<ClassTarget, ValueTarget, GraphTarget>;

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
  /// [n, columns of the map], finite. UMAP scales each axis to [0, 10] as it does every
  /// initialization; on a surface the places are taken as they are, on the sphere at length 1.
  Matrix start = {};
};
using Init = std::variant<PcaInit, SpectralInit, RandomInit, ArrayInit>;

// ---- everything -----------------------------------------------------------------------------

/// One object reproduces a run.
struct Settings {
  KnnParams knn = FlatKnn{};
  Distance distance = {};
  Method method = UmapParams{};
  /// What is known of the points and steers UMAP's map of them, one after the other.
  std::vector<Target> targets = {};
  std::optional<Init> init = {};  ///< unset: PCA with points for all but UMAP, spectral otherwise
  /// Dimensions of the map: 1 to 100, of a surface 2; t-SNE 1 to 10; on a GPU 2 or 3.
  int dims = 2;
  std::uint64_t seed = 42;
  /// Equal rows of the points are one: graph, weights and map are of the distinct rows
  /// (unique.hpp), in the order in which they come, and each point gets the place of its row. So
  /// copies neither fill each other's neighbourhoods nor fall apart, and cost nothing more. All
  /// else that is given is of all points, but for a graph, which is of the distinct rows. Of the
  /// targets of equal rows the first that is known counts, and a warning says how many differ.
  /// Needs the points, in the host's memory. umap-learn's `unique`.
  bool unique = false;
  Device device = Cpu{};
  /// Bytes of memory that the run may take, its points not counted; unset: available_memory()
  /// (plan.hpp). A run that would take more throws OutOfMemory before it takes any.
  std::optional<std::int64_t> memory_limit = {};
};

/// Throws InvalidParameter for the first value that no data could make right.
NEARFOLD_EXPORT void validate(const Settings& settings);

/// Columns of the layout: settings.dims, but 3 of a sphere.
NEARFOLD_EXPORT int map_columns(const Settings& settings);

/// Neighbours per point, self not counted, that `method` takes from a graph of n points:
/// n_neighbors - 1 for UMAP, floor(3 perplexity) for t-SNE, n_neighbors + 50 or all others for
/// PaCMAP. Throws InvalidInput when n is below 4 or has not so many others; nothing is reduced.
NEARFOLD_EXPORT int neighbors_needed(const Method& method, std::int64_t n);

}  // namespace nearfold
