// A map that goes on: what a run leaves behind, new points on it, and what lies at a place of it.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "nearfold/embed.hpp"
#include "nearfold/export.hpp"
#include "nearfold/knn.hpp"
#include "nearfold/matrix.hpp"
#include "nearfold/params.hpp"
#include "nearfold/pca.hpp"
#include "nearfold/progress.hpp"
#include "nearfold/sparse.hpp"
#include "nearfold/stored.hpp"

namespace nearfold {

/// What was done to rows before they were compared, in this order. Parts that are empty were not.
struct Preparation {
  std::vector<double> offsets = {};  ///< taken from each column before values became float
  std::vector<float> means = {};     ///< of each column, for values that are missing (NaN)
  std::vector<double> centers = {}, spreads = {};  ///< of each column: (x - center) / spread
  PcaAxes pca = {};                                ///< whose scores the points are
};

/// Rows [m, columns], less their offsets, as a model's points were made: missing values replaced,
/// scaled, projected. Throws InvalidInput for another number of columns, and for NaN where no means
/// are. Each row by itself.
NEARFOLD_EXPORT Matrix prepare(const Preparation& preparation, Matrix rows,
                               const Device& device = Cpu{});

/// A finished map with all that places new points on it, as a value: what is made of it is a
/// function of these fields and of the rows that are given. Models that are read or put together by
/// the caller are checked where they are used.
struct Model {
  /// Of the run. The method's parameters are resolved: UMAP's a and b are the curve itself.
  /// `device`, `memory_limit`, `init`, `targets` and `unique` are not the model's, and are not
  /// used.
  Settings settings;
  Matrix points;  ///< [n, dim], as they were compared
  KnnGraph graph;
  Matrix map;                    ///< [n, dims]
  Preparation preparation = {};  ///< how `points` came to be, for rows that are as the data was
  std::optional<KnnIndex> index = {};  ///< of `points`; unset: new points are searched for exactly
  bool steered = false;                ///< the map was, by targets
  /// The points, where they are sparse: `points` is empty then, and there are neither a preparation
  /// nor an index.
  std::optional<SparseMatrix> sparse = {};

  std::int64_t n() const { return sparse ? sparse->rows : points.rows(); }
  std::int64_t dim() const { return sparse ? sparse->cols : points.cols(); }
};

/// embed() that returns the model. The map is embed()'s, bit for bit; with Settings::unique points
/// and map of the model are the distinct ones (unique_rows()). With IvfKnn and HnswKnn the
/// model has an index. Throws what embed() throws, and Cancelled when `progress` says stop.
struct Fit {
  Model model;
  RunInfo info;
};
NEARFOLD_EXPORT Fit fit(HostMatrix<const float> points, const Settings& settings,
                        const Progress& progress = {});
/// The model of sparse points has them as they are, and no index: new ones are searched for
/// exactly.
NEARFOLD_EXPORT Fit fit(const SparseView& points, const Settings& settings,
                        const Progress& progress = {});

/// A layout [n, dims] to begin a map of very many points with, as ArrayInit: a map by `settings` of
/// some of them, drawn by the seed, and each other point at the median of the 10 of them nearest to
/// it, on every axis. So clusters begin where they lie among each other in a map that has met them
/// all; the descent of all points refines it. For t-SNE as narrow as its own starts. `landmarks`:
/// how many, [4, n]; unset a tenth, from 2,000 to 20,000.
/// Deterministic for any number of threads. Throws what embed() throws for so many points,
/// Cancelled when `progress` says stop, and Unsupported with targets and on a GPU. Costs a map of
/// the landmarks and O(n landmarks dim), of sparse points O(stored landmarks). Source: Kobak and
/// Berens, "The art of using t-SNE for single-cell transcriptomics", 2019.
NEARFOLD_EXPORT Matrix landmark_init(const StoredView& points, const Settings& settings,
                                     std::optional<std::int64_t> landmarks = {},
                                     const Progress& progress = {});
NEARFOLD_EXPORT Matrix landmark_init(const SparseView& points, const Settings& settings,
                                     std::optional<std::int64_t> landmarks = {},
                                     const Progress& progress = {});

/// The model of a map that was made from `graph`, whose metric it has, and of whose neighbours it
/// keeps as many as the method takes. With Settings::unique points and map are all, the graph that
/// of the distinct rows, and the model of these alone. With IvfKnn and HnswKnn an index is built.
/// Throws InvalidInput when the parts do not fit together, InvalidParameter for a metric that new
/// points could not be compared by ("precomputed").
NEARFOLD_EXPORT Model make_model(HostMatrix<const float> points, const KnnGraphView& graph,
                                 Matrix map, const Settings& settings,
                                 const Progress& progress = {});
NEARFOLD_EXPORT Model make_model(const SparseView& points, const KnnGraphView& graph, Matrix map,
                                 const Settings& settings, const Progress& progress = {});

/// What becomes of a new row that equals one of the model's points, value for value.
enum class Duplicates {
  coincide,  ///< it is put exactly where that point is; of several equal ones, the first
  optimize   ///< it is placed as any other
};

struct TransformParams {
  Duplicates duplicates = Duplicates::coincide;
};

/// New points on a map.
struct Transformed {
  Matrix map;  ///< [m, dims]
  /// How far from the model's points each row is: the distance to the nearest of them, over the
  /// distance of that one to its own k-th neighbour (where that is 0, the mean of all points). What
  /// is far from all is placed all the same, near the nearest.
  std::vector<float> remoteness;
  std::optional<Recall> recall;  ///< of the search, where it was through an index
};

/// Places new points. Each by itself, beside the model's points, which stay where they are: its
/// place is a function of the model and of its row, so any batches, orders and numbers of threads
/// give the same bytes, and equal rows fall together. Made once for any number of calls, from any
/// threads at once; the model must live as long.
///
/// UMAP: cross entropy of the row's memberships, weighed as in a fit, by 100 steps of Adam with
/// negative samples that all rows share; targets that steered the fit have no part in it. t-SNE: KL
/// divergence of the row's conditional probabilities at the model's perplexity and exaggeration,
/// with a normaliser of its own, which is descended to its minimum; 2-D maps of 8,000 points and
/// more by a field of B-splines (error half a percent of the force), all others by exact sums.
/// PaCMAP: the attraction of the row's near pairs alone, to where it comes to rest, by 60 weighted
/// means, as in pacmap's objective; on the processor. All start from the weighted median of the
/// neighbours' places, on a surface from their medoid, and go along tangents there. No reference
/// implementation has such a rule: umap-learn's transform depends on the batch, openTSNE's moves
/// the old map.
class NEARFOLD_EXPORT Transformer {
 public:
  /// Throws InvalidInput for a model whose parts do not fit together. A GPU takes the points and
  /// the map once, searches exactly under every metric, and places by the formulas of the
  /// processor; it throws Unsupported for a model with an index, and for maps of other than 2 or 3
  /// dimensions.
  explicit Transformer(const Model& model, const TransformParams& params = {},
                       const Device& device = Cpu{});
  Transformer(Transformer&&) noexcept;
  Transformer& operator=(Transformer&&) noexcept;
  ~Transformer();

  /// rows [m >= 0, dim], finite. Throws InvalidInput for others, Cancelled when `progress` says
  /// stop. O(m) steps and a search; memory O(m k). Among sparse points the rows become sparse.
  Transformed place(HostMatrix<const float> rows, const Progress& progress = {}) const;
  /// Of a model of sparse points, InvalidInput for others: what the same rows and points dense
  /// give, bit for bit but for correlation. The search is O(m stored).
  Transformed place(const SparseView& rows, const Progress& progress = {}) const;

  /// Beyond this `remoteness` a row is an outlier: of the model's own points one in a hundred is.
  float remote() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// Transformer(model, params, device).place(rows, progress).
NEARFOLD_EXPORT Transformed transform(const Model& model, HostMatrix<const float> rows,
                                      const TransformParams& params = {},
                                      const Device& device = Cpu{}, const Progress& progress = {});
NEARFOLD_EXPORT Transformed transform(const Model& model, const SparseView& rows,
                                      const TransformParams& params = {},
                                      const Device& device = Cpu{}, const Progress& progress = {});

// ---- maps that grow -----------------------------------------------------------------------------

/// What the model's own points do while others join them.
enum class OldPoints {
  fixed,  ///< they stay where they are, bit for bit
  free    ///< they move as the new ones do
};

struct UpdateParams {
  OldPoints old_points = OldPoints::fixed;
  /// Of the optimisation of all points, [0, 250000]; unset: a quarter of UMAP's epochs, 100 of
  /// the others; none where there are no new rows.
  std::optional<int> iterations = {};
  Duplicates duplicates = Duplicates::coincide;  ///< where new rows begin
};

struct Updated {
  Model model;               ///< its own points, then the new ones
  RunInfo info;              ///< of the optimisation; empty where there was none
  std::vector<float> moved;  ///< [n], how far each of the model's own points went; 0 when fixed
};

/// A model that new points have joined. rows [m >= 0, dim], finite, prepared as its points were.
/// They begin where transform() puts them. The graph becomes that of all points: exact for the new
/// ones, and old ones take new neighbours that are nearer than theirs. Then the optimisation
/// resumes: UMAP from a quarter of its learning rate, which falls to 0, t-SNE without early
/// exaggeration, PaCMAP in its last phase, both from rest. The map is neither scaled nor centred
/// again. An index is built anew. Without rows and iterations the model is returned as it is;
/// without rows, iterations alone go on with a map. Deterministic on Cpu, as embed(). Throws what
/// transform() and embed() throw, Unsupported for a GPU and for iterations of a map that targets
/// steered, which a model does not have, and Cancelled when `progress` says stop. Cost: a search of
/// the m rows among all and of all among them, O(n m dim) at worst, and the iterations, each O(n +
/// m) for t-SNE and with free points.
NEARFOLD_EXPORT Updated update(const Model& model, HostMatrix<const float> rows,
                               const UpdateParams& params = {}, const Device& device = Cpu{},
                               const Progress& progress = {});
/// Of a model of sparse points, InvalidInput for others. O((n + m) stored) of the m rows.
NEARFOLD_EXPORT Updated update(const Model& model, const SparseView& rows,
                               const UpdateParams& params = {}, const Device& device = Cpu{},
                               const Progress& progress = {});

// ---- and back -----------------------------------------------------------------------------------

/// Rows for places on a map.
struct Inverted {
  Matrix rows;  ///< [m, columns], as `prepare()` takes them
  /// How far off the map each place is: the distance to the nearest point of the map over the
  /// distance of that one to its own 15th. What is far from all gets a mean all the same.
  std::vector<float> remoteness;
};

/// Makes the rows of places. Made once for any number of calls; the model must live as long.
///
/// What a point would have to be to lie at a place: the mean of the points of its 15 nearest
/// neighbours on the map, which are found exactly, by weights exp(-(d / h)^2 / 2) of their
/// distances d on it, h being that of the 3rd. So a row is within the range of the data, is the
/// same whatever places are beside it, and moves smoothly with its place where points are dense;
/// nothing is drawn or descended. Preparations are undone: a PCA as far as its axes reach.
/// positions [m >= 0, dims], finite. Throws InvalidInput for others, Cancelled when `progress` says
/// stop. O(m (n dims + 15 dim)): for a hundred places on a map of 20,000 a few milliseconds.
/// umap-learn's inverse_transform() descends in the space of the data from a Delaunay triangulation
/// instead: it is slower, its pixels lie further from real ones, and it is at a loss outside the
/// hull of the map.
class NEARFOLD_EXPORT Inverter {
 public:
  /// Throws InvalidInput for a model whose parts do not fit together, Unsupported for a device that
  /// is no Cpu.
  explicit Inverter(const Model& model, const Device& device = Cpu{});
  Inverter(Inverter&&) noexcept;
  Inverter& operator=(Inverter&&) noexcept;
  ~Inverter();

  Inverted rows(HostMatrix<const float> positions, const Progress& progress = {}) const;

  /// Beyond this `remoteness` a place is off the map: of the map's own points one in a hundred is.
  float remote() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// Inverter(model, device).rows(positions, progress).
NEARFOLD_EXPORT Inverted inverse_transform(const Model& model, HostMatrix<const float> positions,
                                           const Device& device = Cpu{},
                                           const Progress& progress = {});

/// prepare() undone: projected back, scaled back. What PCA left out stays out.
NEARFOLD_EXPORT Matrix unprepare(const Preparation& preparation, Matrix points,
                                 const Device& device = Cpu{});

}  // namespace nearfold
