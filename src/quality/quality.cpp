// What is scored, checked first; the scores are made in quality_*.cpp.
#include "quality/quality.hpp"

#include "core/check_points.hpp"
#include "core/check_sparse.hpp"
#include "core/device.hpp"

#include <algorithm>
#include <string>

#include "core/reported.hpp"
#include "nearfold/error.hpp"

namespace nearfold {
namespace {

template <class T>
void require_at_least(T least, const char* what, T value) {
  if (value < least)
    throw InvalidParameter(std::string(what) + " is " + std::to_string(value) +
                           ", and must be >= " + std::to_string(least));
}

}  // namespace

void check(const QualityParams& p) {
  if (p.ks.empty()) throw InvalidParameter("ks is empty; give at least one number of neighbours");
  for (auto k = p.ks.begin(); k != p.ks.end(); ++k) {
    require_at_least(1, "ks", *k);
    if (std::find(p.ks.begin(), k, *k) != k)
      throw InvalidParameter("ks holds " + std::to_string(*k) + " twice; give it once");
  }
  require_at_least(1, "trustworthiness_k", p.trustworthiness_k);
  require_at_least(1, "label_k", p.label_k);
  require_at_least<std::int64_t>(0, "exact_below", p.exact_below);
  require_at_least<std::int64_t>(2, "rows", p.rows);
  require_at_least<std::int64_t>(4, "subset", p.subset);
  require_at_least<std::int64_t>(10, "pairs", p.pairs);
  validate(Settings{.distance = p.distance, .device = p.device});
}

void check_points_of(const char* whose, const InputPoints& points, const Cpu& on) {
  try {
    if (points.sparse)
      check_points(*points.sparse);
    else
      check_points(points.host, on);
  } catch (const InvalidInput& error) {
    throw InvalidInput(std::string(whose) + ": " + error.what());
  }
  if (points.rows() < 4)
    throw InvalidInput(std::string(whose) + ": there are " + std::to_string(points.rows()) +
                       " points; at least 4 are needed");
}

void check_k(const char* what, std::int64_t k, std::int64_t most, std::int64_t points,
             const std::string& kind) {
  if (k <= most) return;
  throw InvalidInput(std::string(what) + " is " + std::to_string(k) + " for " +
                     std::to_string(points) + " " + kind + "; choose at most " +
                     std::to_string(most) + ", or give more of them");
}

std::int64_t scored(std::int64_t n, std::int64_t sample, const QualityParams& p) {
  return n <= p.exact_below ? n : std::min(n, sample);
}

namespace {

void check_sizes(const InputPoints& points, HostMatrix<const float> layout,
                 std::span<const std::int32_t> labels) {
  const std::string n = std::to_string(points.rows());
  if (layout.rows() != points.rows())
    throw InvalidInput("there are " + n + " points and the map has " +
                       std::to_string(layout.rows()) + " rows; give the map of these points");
  if (!labels.empty() && static_cast<std::int64_t>(labels.size()) != points.rows())
    throw InvalidInput("there are " + std::to_string(labels.size()) + " labels for " + n +
                       " points; give one a point, or none");
}

void check_labels(const Labelled& labelled, const QualityParams& p) {
  if (labelled.count() < 2)
    throw InvalidInput("the labels name " + std::to_string(labelled.count()) +
                       (labelled.count() == 1 ? " class" : " classes") +
                       "; at least 2 can be scored: leave the labels out");
  const std::int64_t with = labelled.layout.rows();
  check_k("label_k", p.label_k, with - 1, with, "labelled points");
}

// ---- scores -------------------------------------------------------------------------------------

std::vector<std::int64_t> scored_rows(std::int64_t n, const QualityParams& p) {
  return draw_rows(n, scored(n, p.rows, p), p.seed, Draw::rows);
}

/// nearest_of(), which takes the work to `share`.
template <class Space>
NeighborRows nearest_as(double share, const Space& space, const std::vector<std::int64_t>& which,
                        int k, const Cpu& on) {
  const Part part(share);
  return nearest_of(space, which, k, on);
}

std::vector<Score> score_neighbors(const PointSpace& points, const MapSpace& layout, std::int64_t n,
                                   const QualityParams& p, const Cpu& on) {
  const int most = *std::max_element(p.ks.begin(), p.ks.end());
  const std::vector<std::int64_t> which = scored_rows(n, p);
  const NeighborRows near = nearest_as(0.4, points, which, most, on);
  const NeighborRows near_in_map = nearest_as(0.55, layout, which, most, on);
  std::vector<Score> scores;
  for (const int k : p.ks)
    scores.push_back(
        mean_score("knn_recall@" + std::to_string(k), shared_neighbors(near, near_in_map, k), n));
  const auto subset = draw_rows(n, scored(n, p.subset, p), p.seed, Draw::subset);
  const Part part(0.85, 1);
  const RankScores ranks = rank_scores(points, layout, subset, p.trustworthiness_k, on);
  const std::string at_k = "@" + std::to_string(p.trustworthiness_k);
  scores.push_back(mean_score("trustworthiness" + at_k, ranks.trustworthiness, n));
  scores.push_back(mean_score("continuity" + at_k, ranks.continuity, n));
  return scores;
}

}  // namespace

const Score* QualityReport::find(std::string_view name) const {
  const auto found = std::find_if(scores.begin(), scores.end(),
                                  [&](const Score& score) { return score.name == name; });
  return found == scores.end() ? nullptr : &*found;
}

namespace {

QualityReport scores_of(const InputPoints& points, HostMatrix<const float> layout,
                        std::span<const std::int32_t> labels, const QualityParams& p) {
  const Cpu& on = require_cpu(p.device);
  check_sizes(points, layout, labels);
  check_points_of("the points", points, on);
  check_points_of("the map", layout, on);
  check_map(p.map_metric, layout);
  const std::int64_t n = points.rows(), subset = scored(n, p.subset, p);
  check_k("ks", *std::max_element(p.ks.begin(), p.ks.end()), n - 1, n, "points");
  check_k("trustworthiness_k", p.trustworthiness_k, (subset - 1) / 2, subset, "compared points");
  const Labelled labelled = labels.empty() ? Labelled{} : labelled_points(layout, labels);
  if (!labels.empty()) check_labels(labelled, p);

  const PointSpace space = point_space(points, p.distance, on);
  const MapSpace map = map_space(layout, p.map_metric, on);
  QualityReport report{n, score_neighbors(space, map, n, p, on)};
  {
    const Part part(0.9, 2);
    report.scores.push_back(triplet_accuracy(space, map, p.pairs, p.seed, on));
    report.scores.push_back(distance_correlation(space, map, p.pairs, p.seed, on));
  }
  if (labels.empty()) return report;
  const Part part(1);
  const std::vector<std::int64_t> which = scored_rows(labelled.layout.rows(), p);
  report.scores.push_back(label_accuracy(labelled, which, p.label_k, p.map_metric, on));
  const Part rest(1, 1);
  report.scores.push_back(silhouette(labelled, which, p.map_metric, on));
  return report;
}

Agreement agreement_of(HostMatrix<const float> a, HostMatrix<const float> b, int k,
                       const QualityParams& p) {
  const Cpu& on = require_cpu(p.device);
  if (a.rows() != b.rows())
    throw InvalidInput("the first map has " + std::to_string(a.rows()) + " rows and the second " +
                       std::to_string(b.rows()) + "; give two maps of the same points");
  check_points_of("the first map", a, on);
  check_points_of("the second map", b, on);
  for (const HostMatrix<const float>& map : {a, b}) check_map(p.map_metric, map);
  check_k("k", k, a.rows() - 1, a.rows(), "points");
  const std::vector<std::int64_t> which = scored_rows(a.rows(), p);
  const NeighborRows near_a = nearest_as(0.5, map_space(a, p.map_metric, on), which, k, on);
  const NeighborRows near_b = nearest_as(1, map_space(b, p.map_metric, on), which, k, on);
  Agreement both{
      mean_score("overlap@" + std::to_string(k), shared_neighbors(near_a, near_b, k), a.rows()),
      {}};
  if (p.map_metric == OutputMetric::euclidean) both.procrustes = procrustes_disparity(a, b);
  return both;
}

}  // namespace

QualityReport evaluate(HostMatrix<const float> points, HostMatrix<const float> layout,
                       std::span<const std::int32_t> labels, const QualityParams& p,
                       const Progress& progress) {
  check(p);
  return reported(progress, Stage::evaluate, points.rows(),
                  [&] { return scores_of(points, layout, labels, p); });
}

QualityReport evaluate(const SparseView& points, HostMatrix<const float> layout,
                       std::span<const std::int32_t> labels, const QualityParams& p,
                       const Progress& progress) {
  check(p);
  return reported(progress, Stage::evaluate, points.rows(),
                  [&] { return scores_of(points, layout, labels, p); });
}

Agreement compare_layouts(HostMatrix<const float> a, HostMatrix<const float> b, int k,
                          const QualityParams& p, const Progress& progress) {
  require_at_least(1, "k", k);
  check(p);
  return reported(progress, Stage::evaluate, a.rows(), [&] { return agreement_of(a, b, k, p); });
}

}  // namespace nearfold
