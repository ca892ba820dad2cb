// How good a map is: the field's measures with their sampling errors, on exact neighbours; and how
// much two maps agree.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "nearfold/device.hpp"
#include "nearfold/export.hpp"
#include "nearfold/matrix.hpp"
#include "nearfold/params.hpp"
#include "nearfold/progress.hpp"
#include "nearfold/sparse.hpp"

namespace nearfold {

/// What is scored. The points of a sample are drawn without replacement; where there are no more
/// than asked for, every one is scored.
struct QualityParams {
  std::vector<int> ks = {10, 50};  ///< of knn_recall@k; each once, in [1, n-1]
  int trustworthiness_k = 15;      ///< of trustworthiness and continuity, [1, points / 2)
  int label_k = 10;                ///< neighbours that vote, [1, labelled points - 1]
  Distance distance = {};          ///< of the points
  /// Of the map, as UmapParams::output_metric made it. On a surface neighbours are searched for by
  /// measuring `rows` n distances.
  OutputMetric map_metric = OutputMetric::euclidean;
  std::int64_t exact_below = 5000;  ///< up to this many points every one is scored, >= 0
  std::int64_t rows = 2000;         ///< sampled points, compared with all points, >= 2
  std::int64_t subset = 5000;       ///< points that trustworthiness is limited to, >= 4
  std::int64_t pairs = 100'000;     ///< random triplets, and random pairs, >= 10
  std::uint64_t seed = 0;
  Device device = Cpu{};
};

struct Score {
  std::string name;
  double value = 0;
  double standard_error = 0;  ///< of sampling; 0 when every point was scored, or all alike
  std::int64_t sample = 0;    ///< points, triplets or pairs
};

struct QualityReport {
  std::int64_t n = 0;
  std::vector<Score> scores;

  /// nullptr when there is no score of this name.
  NEARFOLD_EXPORT const Score* find(std::string_view name) const;
};

/// Scores a map of points.
/// in   points [n, dim], layout [n, dims]   finite, n in [4, 2^31)
///      labels                              none, or n; a negative one is none
/// Neighbours are the nearest other points, ties going to the lower id. The scores, all but
/// cpd_spearman and silhouette in [0, 1], 1 the best:
///   knn_recall@k         mean share of a point's k nearest that are among its k nearest in the map
///   trustworthiness@k    scikit-learn's: 1 less a penalty for neighbours in the map, by how far
///                        beyond the k-th they are among the points; of a random subset, where
///                        there are more than `exact_below` points
///   continuity@k         the same with points and map exchanged
///   triplet_accuracy     share of random triplets of points (i, j, l) for which
///                        d(i, j) < d(i, l) has one answer among the points and in the map
///   cpd_spearman         Spearman's correlation, in [-1, 1], of the distances of random pairs
///                        among the points and in the map; 0 where those of one are all equal
///   knn_label_accuracy   with labels: share of points that have the label of most of their
///                        label_k nearest in the map, ties going to the smallest label
///   silhouette           with labels: mean silhouette of the labels in the map, in [-1, 1]; that
///                        of a point alone with its label is 0
/// For the last two, points without a label do not exist: they are not scored, and are no one's
/// neighbours.
/// Standard errors: of a mean over m of n points, s / sqrt(m) * sqrt(1 - m / n), with the finite
/// population correction (Cochran, "Sampling Techniques", 1977, section 2.6), where trustworthiness
/// and continuity are means over the subset's points; of a share p of N triplets,
/// sqrt(p (1 - p) / N); of Spearman's r of N pairs, (1 - r^2) sqrt((1 + r^2 / 2) / (N - 3)) (Bonett
/// and Wright, Psychometrika 65, 2000).
/// Throws InvalidParameter for values out of range, InvalidInput for values too large for n, sizes
/// that differ, values that are not finite and labels of fewer than two classes, NoDevice, and
/// Cancelled when `progress` says stop, which it is asked in Stage::evaluate.
/// Deterministic: the same bytes for any number of threads.
/// Cost: an exact search of `rows` points under each metric, and subset^2 (dim + dims).
NEARFOLD_EXPORT QualityReport evaluate(HostMatrix<const float> points,
                                       HostMatrix<const float> layout,
                                       std::span<const std::int32_t> labels,
                                       const QualityParams& params = {},
                                       const Progress& progress = {});

/// Of sparse points, under the metrics that these have: the scores of the same points dense, but
/// for the last bits of distances under correlation. Cost: an exact search of `rows` sparse points,
/// and subset^2 rows of stored values.
NEARFOLD_EXPORT QualityReport evaluate(const SparseView& points, HostMatrix<const float> layout,
                                       std::span<const std::int32_t> labels,
                                       const QualityParams& params = {},
                                       const Progress& progress = {});

/// New rows [m, dim], where they were put on a map [m, dims], and their labels: none, or m of the
/// same coding as those of the map's points.
struct PlacedPoints {
  HostMatrix<const float> points, layout;
  std::span<const std::int32_t> labels = {};
};

/// Scores where new rows were put on a map. Each is compared with the map's own points alone, so
/// that a score does not depend on what else was new:
///   knn_recall@k, trustworthiness@k, continuity@k
///                        as for evaluate(), neighbours being points of the map; knn_recall is high
///                        where rows are put right on their nearest point: look at spacing, too
///   knn_label_accuracy   with labels of both: share of rows that have the label of most of their
///                        label_k nearest points in the map
///   lost                 share of rows further than a tenth of the map's scale (the root mean
///                        square distance of its points from their mean; on a surface that of
///                        random pairs over the root of 2) from each of their 10 nearest points
///   spacing              median distance of a row to the nearest point in the map over that of the
///                        map's own points: 1 is natural, near 0 rows sit on points
/// A perfect transform reaches what evaluate() gives for the map itself. Standard errors, of what
/// was sampled: as there; of spacing from the order statistics around the median (Maritz and
/// Jarrett's interval of one deviation). Errors, sampling and determinism as for evaluate();
/// of more than `exact_below` rows `rows` are scored.
/// Source: transform scores as in Policar, Strazar and Zupan, "Embedding to reference t-SNE space
/// addresses batch effects in single-cell classification", Machine Learning 112, 2023.
NEARFOLD_EXPORT QualityReport evaluate_new(HostMatrix<const float> points,
                                           HostMatrix<const float> layout,
                                           std::span<const std::int32_t> labels,
                                           const PlacedPoints& placed,
                                           const QualityParams& params = {},
                                           const Progress& progress = {});

/// New sparse rows on a map of sparse points.
struct PlacedSparsePoints {
  SparseView points;
  HostMatrix<const float> layout;
  std::span<const std::int32_t> labels = {};
};
NEARFOLD_EXPORT QualityReport evaluate_new(const SparseView& points, HostMatrix<const float> layout,
                                           std::span<const std::int32_t> labels,
                                           const PlacedSparsePoints& placed,
                                           const QualityParams& params = {},
                                           const Progress& progress = {});

/// How much two maps of the same points agree.
struct Agreement {
  Score overlap;  ///< "overlap@k": mean share of a point's k nearest common to both maps
  /// Sum of squared differences after the best translation, rotation, reflection and scale, each
  /// map of norm 1: 0 equal, 1 nothing common. Unset for maps on a surface, where there is no
  /// translation or scale to fit.
  std::optional<double> procrustes;
};

/// a [n, dims_a], b [n, dims_b], finite, n in [4, 2^31); the number of columns may differ.
/// 1 <= k < n. Of `params`, rows, exact_below, seed, device and map_metric (of both maps) are used.
/// Errors, sampling and determinism as for evaluate(); a flat map whose points are all in one place
/// is InvalidInput.
/// Source: Gower, "Generalized Procrustes analysis", Psychometrika 40, 1975; as
/// scipy.spatial.procrustes.
NEARFOLD_EXPORT Agreement compare_layouts(HostMatrix<const float> a, HostMatrix<const float> b,
                                          int k = 10, const QualityParams& params = {},
                                          const Progress& progress = {});

}  // namespace nearfold
