// Exact against approximate neighbours: what a search costs, what it misses, and what the map over
// its graph is worth beside the map over the exact one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "nearfold/embed.hpp"
#include "nearfold/export.hpp"
#include "nearfold/knn.hpp"
#include "nearfold/matrix.hpp"
#include "nearfold/params.hpp"
#include "nearfold/quality.hpp"

namespace nearfold {

/// One neighbour method, its graph, and the map over it.
struct Compared {
  KnnParams knn;
  double build_seconds = 0;   ///< of the graph, see KnnGraph
  double search_seconds = 0;  ///< of the graph
  RunInfo info;               ///< of the map, and of the graph but for its seconds
  Matrix layout;
  QualityReport quality;
  std::optional<Agreement> agreement;  ///< with the exact map; unset for that itself

  double knn_seconds() const { return build_seconds + search_seconds; }
  /// Graph, weights, start and optimisation.
  double total_seconds() const { return knn_seconds() + info.total_seconds(); }
};

/// Takes each as it is ready; the exact one comes first. May be empty.
using OnCompared = std::function<void(const Compared&)>;

/// Finds k neighbours exactly, then by each of `methods`, and embeds every graph by
/// settings.method from the same start; settings.knn is not looked at. `labels` are empty or n.
/// Scores are those of evaluate() with `quality`, whose metrics, of the points and of the map, and
/// device are settings'.
/// Everything but the seconds is deterministic. Throws what find_neighbors(), embed() and
/// evaluate() throw. When `progress` says stop, what is ready is returned. It is asked in every
/// stage of every method, one method after the other.
NEARFOLD_EXPORT std::vector<Compared> compare_graphs(
    HostMatrix<const float> points, std::span<const std::int32_t> labels, int k,
    std::span<const KnnParams> methods, const Settings& settings, const QualityParams& quality,
    const OnCompared& on_compared, const Progress& = {});

/// The same of sparse points.
NEARFOLD_EXPORT std::vector<Compared> compare_graphs(
    const SparseView& points, std::span<const std::int32_t> labels, int k,
    std::span<const KnnParams> methods, const Settings& settings, const QualityParams& quality,
    const OnCompared& on_compared, const Progress& = {});

/// Seconds of building and searching at one number of points.
struct SearchTimes {
  std::int64_t n = 0;
  double exact = 0;
  double approximate = 0;
};

/// From how many points on an approximate search is the faster one.
struct BreakEven {
  std::vector<SearchTimes> times;  ///< measured, n ascending
  /// Where the two take equally long, between two sizes measured; unset when one of them is faster
  /// at all of these, or at the largest.
  std::optional<std::int64_t> n;

  bool pays_at_most() const { return times.back().approximate < times.back().exact; }
};

/// Times exact and approximate searches on random subsets of the points: halves, quarters, ... down
/// to 1,000 points or 4 k, then twice more around the crossing. `compared` are what
/// compare_graphs() gave, whose seconds are taken for all points; one answer for each but the
/// first. Short searches are timed three times and the least is taken.
/// Throws what find_neighbors() does; `progress` hears of every search, each from its beginning.
/// Cost: about that of the searches of `compared` once more.
NEARFOLD_EXPORT std::vector<BreakEven> break_even(HostMatrix<const float> points, int k,
                                                  std::span<const Compared> compared,
                                                  const Settings& settings,
                                                  const Progress& progress = {});

NEARFOLD_EXPORT std::vector<BreakEven> break_even(const SparseView& points, int k,
                                                  std::span<const Compared> compared,
                                                  const Settings& settings, const Progress& = {});

}  // namespace nearfold
