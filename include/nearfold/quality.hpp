// How well a layout keeps what its data says: the field's scores, each with what it was measured on.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "nearfold/device.hpp"
#include "nearfold/matrix.hpp"
#include "nearfold/params.hpp"

namespace nearfold {

struct QualityParams {
  std::vector<int> recall_k = {10, 50};  ///< neighbourhood sizes, each in [1, n-1]
  int k = 15;                            ///< of trustworthiness and continuity, [1, n/2)
  int label_k = 10;                      ///< neighbours that vote on a label, [1, n-1]
  std::int64_t rows = 2000;      ///< points whose neighbours among all are looked at, >= 1
  std::int64_t subset = 5000;    ///< points whose ranks among themselves are looked at, >= 4
  std::int64_t draws = 100'000;  ///< random triplets and pairs, >= 1
  Distance distance = {};        ///< between points; the layout is Euclidean
  std::uint64_t seed = 0;        ///< of the samples
};

/// A mean over `sample` rows, points, triplets or pairs, and its standard error: 0 when nothing was
/// left out.
struct Score {
  std::string name;  ///< "knn_recall@10", "trustworthiness@15", ...
  double value = 0;
  double standard_error = 0;
  std::int64_t sample = 0;
};

/// In this order:
///   knn_recall@k         share of the k nearest points that are among the k nearest in the layout
///   trustworthiness@k    1 - mean penalty for neighbours in the layout that are none in the data,
///                        by rank; scikit-learn's, of `subset` points among themselves
///   continuity@k         the same with data and layout exchanged
///   triplet_accuracy     share of random triplets (i, j, l) whose distances ij, il compare alike
///   cpd_spearman         Spearman correlation of the distances of random pairs
///   knn_label_accuracy@k share of points whose label is the commonest of their k neighbours' in the
///                        layout (ties go to the lower label); with labels
///   silhouette           scikit-learn's, of the layout, of `subset` points; with two labels or more
struct QualityReport {
  std::int64_t n = 0;
  std::vector<Score> scores;

  /// The value of that name, or nothing.
  std::optional<double> operator[](const std::string& name) const;
};

/// points [n, dim] and layout [n, dims], finite, n >= 4; labels empty or n.
/// Deterministic: the same values for any number of threads. Throws InvalidInput, InvalidParameter.
/// Cost: O(rows n dim) at worst, O(subset^2 dim).
/// Sources: Venna and Kaski 2001 (trustworthiness), Wang and others 2021 (triplets), Kobak and
/// Berens 2019 (recall, CPD), Rousseeuw 1987 (silhouette).
QualityReport evaluate(HostMatrix<const float> points, HostMatrix<const float> layout,
                       std::span<const std::int32_t> labels = {}, const QualityParams& params = {},
                       const Device& device = Cpu{});

/// How alike two layouts of the same points are.
struct Agreement {
  double neighborhood_overlap = 0;  ///< mean share of common k nearest neighbours, of `rows` points
  double procrustes = 0;  ///< disparity after the best shift, scale and rotation, 0 equal, 1 nothing
                          ///< in common: scipy.spatial.procrustes
};
Agreement compare_layouts(HostMatrix<const float> a, HostMatrix<const float> b, int k = 15,
                          std::int64_t rows = 2000, std::uint64_t seed = 0,
                          const Device& device = Cpu{});

}  // namespace nearfold
