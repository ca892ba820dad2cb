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
  /// `device`, `memory_limit`, `init` and `targets` are not the model's, and are not used.
  Settings settings;
  Matrix points;  ///< [n, dim], as they were compared
  KnnGraph graph;
  Matrix map;                    ///< [n, dims]
  Preparation preparation = {};  ///< how `points` came to be, for rows that are as the data was
  std::optional<KnnIndex> index = {};  ///< of `points`; unset: new points are searched for exactly
  bool steered = false;                ///< the map was, by targets
};

/// embed() that returns the model. The map is embed()'s, bit for bit. With IvfKnn and HnswKnn the
/// model has an index. Throws what embed() throws, and Cancelled when `progress` says stop.
struct Fit {
  Model model;
  RunInfo info;
};
NEARFOLD_EXPORT Fit fit(HostMatrix<const float> points, const Settings& settings,
                        const Progress& progress = {});

/// The model of a map that was made from `graph`, whose metric it has, and of whose neighbours it
/// keeps as many as the method takes. With IvfKnn and HnswKnn an index is built. Throws
/// InvalidInput when the parts do not fit together, InvalidParameter for a metric that new points
/// could not be compared by ("precomputed").
NEARFOLD_EXPORT Model make_model(HostMatrix<const float> points, const KnnGraphView& graph,
                                 Matrix map, const Settings& settings,
                                 const Progress& progress = {});

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
/// more by a field of B-splines (error half a percent of the force), all others by exact sums. Both
/// begin at the weighted median of the neighbours' places. No reference implementation has such a
/// rule: umap-learn's transform depends on the batch, openTSNE's moves the old map.
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
  /// stop. O(m) steps and a search; memory O(m k).
  Transformed place(HostMatrix<const float> rows, const Progress& progress = {}) const;

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

// ---- maps that grow -----------------------------------------------------------------------------

/// What the model's own points do while others join them.
enum class OldPoints {
  fixed,  ///< they stay where they are, bit for bit
  free    ///< they move as the new ones do
};

struct UpdateParams {
  OldPoints old_points = OldPoints::fixed;
  /// Of the optimisation of all points, [0, 250000]; unset: a quarter of UMAP's epochs, 100 of
  /// t-SNE; none where there are no new rows.
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
/// exaggeration, from rest. The map is neither scaled nor centred again. An index is built anew.
/// Without rows and iterations the model is returned as it is; without rows, iterations alone go on
/// with a map.
/// Deterministic on Cpu, as embed(). Throws what transform() and embed() throw, Unsupported for a
/// GPU and for iterations of a map that targets steered, which a model does not have, and Cancelled
/// when `progress` says stop. Cost: a search of the m rows among all and of all among them, O(n m
/// dim) at worst, and the iterations, each O(n + m) for t-SNE and with free points.
NEARFOLD_EXPORT Updated update(const Model& model, HostMatrix<const float> rows,
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
