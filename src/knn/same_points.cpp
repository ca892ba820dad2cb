#include "knn/same_points.hpp"

#include <algorithm>
#include <cmath>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include "core/take_rows.hpp"
#include "knn/metric.hpp"
#include "knn/sparse_rows.hpp"
#include "nearfold/error.hpp"

namespace nearfold {
namespace {

constexpr std::int64_t kRows = 100, kColumns = 32;

/// A graph records the name of its metric, not its parameters.
bool is_measurable(Metric metric) {
  return metric != Metric::inner_product && metric != Metric::custom &&
         row_of(metric).argument == MetricArgument::none;
}

std::optional<Metric> measurable(std::string_view name) {
  for (const Metric metric : all_metrics())
    for (const char* const known : row_of(metric).names)
      if (known != nullptr && name == known && is_measurable(metric)) return metric;
  return {};
}

/// Distances of some rows, as they were given and as they are measured.
struct Sample {
  std::int64_t columns = 0;  // of the graph that are looked at
  std::vector<std::int64_t> rows = {};
  std::vector<float> given = {}, measured = {};
  float usual = 0;  // distance between points that are no neighbours

  /// A hundredth is more than half precision loses; far below the usual distance there is nothing
  /// but what products of long vectors leave.
  bool agree(float a, float b) const {
    return std::fabs(a - b) <= 0.01F * std::max(a, b) + 1e-3F * usual;
  }
  std::int64_t disagreeing(std::size_t r) const {
    std::int64_t count = 0;
    for (auto c = static_cast<std::size_t>(columns); c-- > 0;) {
      const std::size_t at = r * static_cast<std::size_t>(columns) + c;
      count += agree(given[at], measured[at]) ? 0 : 1;
    }
    return count;
  }
  bool row_agrees(std::size_t r) const { return 2 * disagreeing(r) <= columns; }
  bool most_rows_agree() const {
    std::size_t count = 0;
    for (std::size_t r = 0; r < rows.size(); ++r) count += row_agrees(r) ? 1 : 0;
    return 10 * count >= 9 * rows.size();
  }
};

/// From the first of `ids` to the others.
std::vector<float> distances_from_first(const StoredView& points,
                                        const std::vector<std::int64_t>& ids, Metric metric) {
  const Matrix some = take_rows(points, ids);
  const MetricSpace space = make_space(some, {metric, ZeroVectors::far}, Cpu{1});
  std::vector<float> distances;
  for (std::int64_t r = 1; r < some.rows(); ++r)
    distances.push_back(distance_of(space.norm,
                                    measure_rows(space.norm, space.points.view.float_row(0),
                                                 space.points.view.float_row(r), space.width()),
                                    1));
  return distances;
}

std::vector<float> distances_from_first(const SparseView& points,
                                        const std::vector<std::int64_t>& ids, Metric metric) {
  const SparseMatrix some = take_rows(points, ids);
  const SparseSpace space = make_sparse_space(some, {metric, ZeroVectors::far}, Cpu{1});
  std::vector<float> distances;
  for (std::int64_t r = 1; r < some.rows; ++r)
    distances.push_back(space.distance_of(space.points.row(0), r, 1));
  return distances;
}

/// Ids are those of the graph less `first_id`.
template <class Points>
Sample measure(const KnnGraphView& graph, const Points& points, Metric metric,
               std::int32_t first_id = 0) {
  Sample sample{.columns = std::min(graph.k, kColumns)};
  const std::int64_t count = std::min(graph.n, kRows);
  std::vector<float> between;
  for (std::int64_t s = 0; s < count; ++s) {
    const std::int64_t row = s * (graph.n - 1) / (count - 1);
    std::vector<std::int64_t> ids = {row};
    for (std::int64_t c = 0; c < sample.columns; ++c) {
      const auto at = static_cast<std::size_t>(row * graph.k + c);
      ids.push_back(std::max(0, graph.neighbors[at] - first_id));
      sample.given.push_back(graph.distances[at]);
    }
    ids.push_back((s + 1) % count * (graph.n - 1) / (count - 1));
    const std::vector<float> found = distances_from_first(points, ids, metric);
    sample.rows.push_back(row);
    sample.measured.insert(sample.measured.end(), found.begin(), found.end() - 1);
    between.push_back(found.back());
  }
  const auto middle = between.begin() + static_cast<std::ptrdiff_t>(between.size() / 2);
  std::nth_element(between.begin(), middle, between.end());
  sample.usual = *middle;
  return sample;
}

/// Why so much disagrees, as far as it can be known.
template <class Points>
std::string reason(const KnnGraphView& graph, const Points& points, Metric metric,
                   const Sample& plain) {
  Sample roots = plain;
  for (float& d : roots.given) d = std::sqrt(d);
  if (roots.most_rows_agree()) return "the distances given are squares: give their roots";
  if (measure(graph, points, metric, 1).most_rows_agree())
    return "the ids given count the points from 1: subtract 1";
  for (const Metric other : all_metrics())
    if (other != metric && is_measurable(other) && of_differences(norm_of(other)) &&
        (row_of(other).points == PointsAs::given || directed(other)) &&
        measure(graph, points, other).most_rows_agree())
      return std::string("the distances given are by ") + name(other) + ", not by " + name(metric) +
             ": name that metric";
  return "it is of other points, of points in another order, or by another metric: make it again, "
         "or give it without points";
}

template <class Points>
void require_same(const KnnGraphView& graph, const Points& points) {
  const std::optional<Metric> metric = measurable(graph.metric);
  if (!metric) return;
  const Sample sample = measure(graph, points, *metric);
  std::size_t first = sample.rows.size(), bad = 0;
  for (std::size_t r = sample.rows.size(); r-- > 0;) {
    if (sample.row_agrees(r)) continue;
    ++bad;
    first = r;
  }
  if (bad == 0) return;
  std::size_t at = first * static_cast<std::size_t>(sample.columns);
  while (sample.agree(sample.given[at], sample.measured[at])) ++at;
  const auto column = at % static_cast<std::size_t>(sample.columns);
  const std::int64_t row = sample.rows[first];
  std::ostringstream text;
  text << "the graph is not of these points: row " << row << " has point "
       << graph.neighbors[static_cast<std::size_t>(row * graph.k) + column] << " at distance "
       << sample.given[at] << ", and by " << name(*metric) << " it lies at " << sample.measured[at]
       << " (" << bad << " of " << sample.rows.size() << " rows that were measured disagree); "
       << reason(graph, points, *metric, sample);
  throw InvalidInput(text.str());
}

}  // namespace

void require_same_points(const KnnGraphView& graph, const StoredView& points) {
  require_same(graph, points);
}
void require_same_points(const KnnGraphView& graph, const SparseView& points) {
  require_same(graph, points);
}

}  // namespace nearfold
