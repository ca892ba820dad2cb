// Maps of several data sets in a row, whose related rows are kept near each other: slices of time,
// batches, overlapping windows, or the same points under other settings.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "nearfold/embed.hpp"
#include "nearfold/export.hpp"
#include "nearfold/knn_graph.hpp"
#include "nearfold/matrix.hpp"
#include "nearfold/params.hpp"
#include "nearfold/plan.hpp"
#include "nearfold/progress.hpp"

namespace nearfold {

/// A row of one set and the row of the next set that is the same thing.
struct RelatedRows {
  std::int64_t row = 0;   ///< of the first, [0, n)
  std::int64_t next = 0;  ///< of the set behind it, [0, n of that)

  bool operator==(const RelatedRows&) const = default;
};

/// Between a set and the next: pairs in any order, at least one. A row is in one of them at most;
/// those in none move by their own set alone.
using Relation = std::vector<RelatedRows>;

/// Row i is row i, for n rows.
NEARFOLD_EXPORT Relation same_rows(std::int64_t n);

/// One of the data sets. They may have different numbers of rows and of columns.
struct AlignedSet {
  HostMatrix<const float> points = {};  ///< [n, dim], finite; empty where there is a graph alone
  /// Neighbours of the points, for which nothing is then searched; null: they are searched for.
  const KnnGraphView* graph = nullptr;
  /// Of this set, its number of epochs excepted; unset: those of the settings.
  std::optional<UmapParams> params = {};
  std::vector<Target> targets = {};  ///< that steer this set, as Settings::targets
  /// [n, dims]: where its points are already, and stay. Sets with a map come before all without.
  HostMatrix<const float> map = {};
};

/// How strongly related rows pull each other; umap-learn's names and defaults.
struct AlignedParams {
  /// Strength of the pull beside UMAP's forces, >= 0; 0: none, and the sets share no more than the
  /// orientation that they begin with.
  double alignment_regularisation = 0.01;
  /// How many sets before and behind a set pull it, >= 1; what is o sets away pulls e^-(o-1) times
  /// as strongly.
  int alignment_window_size = 3;
};

/// What became of the rows that two neighbouring sets share.
struct Relatedness {
  std::int64_t rows = 0;  ///< related
  double similarity = 0;  ///< mean share of the neighbours of both that are common, [0, 1]
  /// Mean distance of related rows in the maps, in units of the maps' root mean square distance
  /// from their centres.
  double distance = 0;
};

struct AlignedResult {
  std::vector<Result> maps;          ///< of each set; no layout before all could begin
  std::vector<Relatedness> related;  ///< sets - 1 of them; empty when there is no layout

  NEARFOLD_EXPORT bool finished() const;  ///< all of them
};

/// A map of each set by UMAP, all optimised together.
/// in   sets       one or more, of 4 rows or more each
///      relations  sets - 1: relation s is of sets s and s + 1
///      settings   its method is umap on a plane or another flat space, its device a Cpu; targets
///                 are given with their sets, and an array is no init. n_epochs unset: 200 (with
///                 densmap 400), for all sets
/// Each set is prepared as embed() does; every start is then rotated, reflected and moved so that
/// its rows lie nearest to those of the set before that they are related to (Procrustes). After
/// every epoch row i of a set moves towards its counterparts y_o in the sets o before and behind:
///   y_i += sum_o s_o (y_o - y_i) / (1 + 2 sum_o s_o)
///   s_o = rate * regularisation * moves * e^-(|o| - 1) * J_o
/// rate: the learning rate of the settings, falling to 0 over the epochs. J_o: of the neighbours of
/// both rows that have counterparts, the share that is common; 1 where none has. moves: how often
/// umap-learn would apply the pull to a row in an epoch, on average (edges that fire, twice, and
/// their negative samples). The divisor makes any strength stable, and is 1 for small ones.
///
/// One set alone gives the bytes of embed() with the same n_epochs; so does the first of several at
/// regularisation 0. Next to a set with a `map` rows begin at their counterparts. Deterministic:
/// the same bytes for any number of threads. Where `progress` says stop the result is the layouts
/// so far. Throws InvalidInput naming set and row of what is wrong, InvalidParameter, Unsupported
/// for a GPU, OutOfMemory before any work. Cost: that of embed() for each set with so many epochs,
/// and O(n window k) for the J; all weighted graphs are in memory at once.
/// Source: umap-learn's AlignedUMAP; its window leaves out the set furthest behind, and its links
/// forward the last set of all.
NEARFOLD_EXPORT AlignedResult embed_aligned(std::span<const AlignedSet> sets,
                                            std::span<const Relation> relations,
                                            const Settings& settings,
                                            const AlignedParams& params = {}, const Progress& = {});

/// Bytes of memory that embed_aligned() takes at most, as plan() counts them: the weighted graphs
/// of all sets, and what the one that needs most takes while it is prepared. Throws what plan()
/// does. O(sets).
NEARFOLD_EXPORT std::int64_t aligned_bytes(std::span<const PlannedPoints> sets,
                                           const Settings& settings);

}  // namespace nearfold
