// Where new points were put on a map: neighbours, labels, and the room between them.
#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include "core/device.hpp"
#include "core/reported.hpp"
#include "core/taken_rows.hpp"
#include "knn/exact.hpp"
#include "nearfold/error.hpp"
#include "quality/quality.hpp"

namespace nearfold {
namespace {

constexpr int kTrue = 10;          // neighbours that a row is lost from
constexpr double kFarShare = 0.1;  // of the map's scale

/// The root mean square distance of points from their mean.
double scale_of(HostMatrix<const float> layout) {
  std::vector<double> mean(static_cast<std::size_t>(layout.cols()));
  const auto n = static_cast<double>(layout.rows());
  for (std::int64_t i = 0; i < layout.rows(); ++i)
    for (std::size_t c = 0; c < mean.size(); ++c) mean[c] += double{layout.row(i)[c]} / n;
  double sum = 0;
  for (std::int64_t i = 0; i < layout.rows(); ++i)
    for (std::size_t c = 0; c < mean.size(); ++c)
      sum += (double{layout.row(i)[c]} - mean[c]) * (double{layout.row(i)[c]} - mean[c]) / n;
  return std::sqrt(sum);
}

/// The same of maps on a surface, which have no mean: over the root of 2, what two points are
/// apart.
double scale_on(const SurfaceSpace& map, const QualityParams& p) {
  double sum = 0;
  for (std::int64_t t = 0; t < p.pairs; ++t) {
    const auto [i, j] = random_pair(p.seed, t, map.n());
    const double d = double{distance_between(map, i, j)};
    sum += d * d;
  }
  return std::sqrt(0.5 * sum / static_cast<double>(p.pairs));
}

/// Whether each row is far from all of its true neighbours.
std::vector<double> lost_rows(const NeighborRows& near, const NewOnMap& placed, double scale) {
  std::vector<double> lost(static_cast<std::size_t>(near.n));
  const std::int64_t k = std::min<std::int64_t>(kTrue, near.k);
  const auto id = [&](std::int64_t r, std::int64_t e) {
    return near.ids[static_cast<std::size_t>(r * near.k + e)];
  };
  for (std::int64_t r = 0; r < near.n; ++r) {
    float closest = kInfinity;
    for (std::int64_t e = 0; e < k; ++e)
      closest = std::min(
          closest,
          std::visit([&](const auto& rows) { return rows.distance(r, id(r, e)); }, placed));
    lost[static_cast<std::size_t>(r)] = double{closest} > kFarShare * scale ? 1 : 0;
  }
  return lost;
}

/// A median and, for its standard error, half the way between the values a deviation of the
/// binomial rank below and above it.
std::pair<double, double> median_of(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const auto last = static_cast<double>(values.size() - 1);
  const auto at = [&](double rank) {
    return values[static_cast<std::size_t>(std::clamp(std::round(rank), 0.0, last))];
  };
  const double half = 0.5 * std::sqrt(last + 1);
  return {at(0.5 * last), 0.5 * (at(0.5 * last + half) - at(0.5 * last - half))};
}

std::vector<double> column_of(const NeighborRows& rows, std::int64_t column) {
  std::vector<double> values(static_cast<std::size_t>(rows.n));
  for (std::size_t r = 0; r < values.size(); ++r)
    values[r] = double{
        rows.distances[r * static_cast<std::size_t>(rows.k) + static_cast<std::size_t>(column)]};
  return values;
}

/// Nothing where the map's own points are in one place.
std::optional<Score> spacing(const NeighborRows& near_in_map, const MapSpace& map, std::int64_t n,
                             const QualityParams& p, std::int64_t population, const Cpu& on) {
  const auto some = draw_rows(n, scored(n, p.rows, p), p.seed, Draw::points);
  const double natural = median_of(column_of(nearest_of(map, some, 1, on), 0)).first;
  if (!(natural > 0)) return {};
  const auto [median, error] = median_of(column_of(near_in_map, 0));
  const double left =
      std::sqrt(1 - static_cast<double>(near_in_map.n) / static_cast<double>(population));
  return Score{"spacing", median / natural, error / natural * left, near_in_map.n};
}

/// Rows with a label whose nearest labelled points have the same.
Score label_accuracy(HostMatrix<const float> layout, std::span<const std::int32_t> labels,
                     const Matrix& placed, const std::vector<std::int32_t>& row_labels,
                     const QualityParams& p, std::int64_t population, const Cpu& on) {
  const Labelled own = labelled_points(layout, labels);
  check_k("label_k", p.label_k, own.layout.rows(), own.layout.rows(), "labelled points");
  const MapSpace map = map_space(own.layout, p.map_metric, on);
  const NeighborRows near = nearest_to(new_rows_on(map, placed, on), p.label_k, on);
  std::vector<double> hits;
  for (std::size_t r = 0; r < row_labels.size(); ++r) {
    if (row_labels[r] < 0) continue;
    const auto voted = static_cast<std::size_t>(own.voted(near, r, p.label_k));
    hits.push_back(own.names[voted] == row_labels[r] ? 1 : 0);
  }
  if (hits.size() < 2)
    throw InvalidInput("of the new rows that are scored " + std::to_string(hits.size()) +
                       " have a label; at least 2 are needed: leave the labels out");
  return mean_score("knn_label_accuracy", hits, population);
}

/// New rows, dense or sparse as the points are.
struct NewPoints {
  InputPoints points;
  HostMatrix<const float> layout;
  std::span<const std::int32_t> labels;
};

void check_sizes(const InputPoints& points, HostMatrix<const float> layout,
                 std::span<const std::int32_t> labels, const NewPoints& placed) {
  const auto differ = [](const std::string& a, std::int64_t count, const std::string& b,
                         std::int64_t other) {
    if (count == other) return;
    throw InvalidInput(a + " " + std::to_string(count) + ", and " + b + " " +
                       std::to_string(other) + "; they must be as many");
  };
  differ("points of the map are", points.rows(), "its rows", layout.rows());
  differ("new rows are", placed.points.rows(), "their places", placed.layout.rows());
  differ("columns of the points are", points.cols(), "of the new rows", placed.points.cols());
  differ("columns of the map are", layout.cols(), "of the new places", placed.layout.cols());
  if (labels.empty() != placed.labels.empty())
    throw InvalidInput("labels are of the map's points and of the new rows, or of neither");
  if (labels.empty()) return;
  differ("labels of the map's points are", std::ssize(labels), "the points", points.rows());
  differ("labels of the new rows are", std::ssize(placed.labels), "the rows", placed.points.rows());
}

/// The neighbours of rows among the points, and what is drawn.
struct Drawn {
  NewAmongPoints among;
  NeighborRows near;
  std::int64_t n, rows;              // points, and new rows of which some were drawn
  std::vector<std::int64_t> subset;  // of the points
};

void score_places(const Drawn& drawn, const MapSpace& map, const NewOnMap& places, double scale,
                  int k, const QualityParams& p, const Cpu& on, QualityReport& report) {
  const NeighborRows near_in_map = nearest_to(places, k, on);
  const auto add = [&](const std::string& name, const std::vector<double>& values) {
    report.scores.push_back(mean_score(name, values, drawn.rows));
  };
  for (const int of : p.ks)
    add("knn_recall@" + std::to_string(of), shared_neighbors(drawn.near, near_in_map, of));
  const RankScores ranks = rank_scores(drawn.among, places, drawn.subset, p.trustworthiness_k, on);
  const std::string at_k = "@" + std::to_string(p.trustworthiness_k);
  add("trustworthiness" + at_k, ranks.trustworthiness);
  add("continuity" + at_k, ranks.continuity);
  add("lost", lost_rows(drawn.near, places, scale));
  if (const auto score = spacing(near_in_map, map, drawn.n, p, drawn.rows, on))
    report.scores.push_back(*score);
}

QualityReport scores_of(const InputPoints& points, HostMatrix<const float> layout,
                        std::span<const std::int32_t> labels, const NewPoints& placed,
                        const QualityParams& p) {
  const Cpu& on = require_cpu(p.device);
  check_sizes(points, layout, labels, placed);
  check_points_of("the points of the map", points, on);
  check_points_of("the map", layout, on);
  check_points_of("the new rows", placed.points, on);
  check_points_of("the new places", placed.layout, on);
  for (const HostMatrix<const float>& map : {layout, placed.layout}) check_map(p.map_metric, map);
  const std::int64_t n = points.rows(), m = placed.points.rows(), most = scored(n, p.subset, p);
  int k = std::min<int>(kTrue, static_cast<int>(n));
  for (const int asked : p.ks) k = std::max(k, asked);
  check_k("ks", k, n, n, "points");
  check_k("trustworthiness_k", p.trustworthiness_k, most / 2, most, "compared points");

  const auto which = draw_rows(m, scored(m, p.rows, p), p.seed, Draw::rows);
  const TakenRows rows(placed.points, which);
  const Matrix places = take_rows(placed.layout, which);
  const PointSpace space = point_space(points, p.distance, on);
  const MapSpace map = map_space(layout, p.map_metric, on);
  const auto* const surface = std::get_if<SurfaceSpace>(&map);
  Drawn drawn{
      new_rows_among(space, rows.points(), on), {}, n, m, draw_rows(n, most, p.seed, Draw::subset)};
  drawn.near = nearest_to(drawn.among, k, on);
  QualityReport report{m, {}};
  score_places(drawn, map, new_rows_on(map, places, on),
               surface ? scale_on(*surface, p) : scale_of(layout), k, p, on, report);
  if (labels.empty()) return report;
  std::vector<std::int32_t> row_labels;
  row_labels.reserve(which.size());
  for (const std::int64_t r : which)
    row_labels.push_back(placed.labels[static_cast<std::size_t>(r)]);
  report.scores.push_back(label_accuracy(layout, labels, places, row_labels, p, m, on));
  return report;
}

}  // namespace

QualityReport evaluate_new(HostMatrix<const float> points, HostMatrix<const float> layout,
                           std::span<const std::int32_t> labels, const PlacedPoints& placed,
                           const QualityParams& p, const Progress& progress) {
  check(p);
  return reported(progress, Stage::evaluate, placed.points.rows(), [&] {
    return scores_of(points, layout, labels, {placed.points, placed.layout, placed.labels}, p);
  });
}

QualityReport evaluate_new(const SparseView& points, HostMatrix<const float> layout,
                           std::span<const std::int32_t> labels, const PlacedSparsePoints& placed,
                           const QualityParams& p, const Progress& progress) {
  check(p);
  return reported(progress, Stage::evaluate, placed.points.rows(), [&] {
    return scores_of(points, layout, labels, {placed.points, placed.layout, placed.labels}, p);
  });
}

}  // namespace nearfold
