// Labels in the map: what the neighbours say, and how far classes are from each other.
#include <algorithm>
#include <cmath>

#include "core/parallel.hpp"
#include "math/distance.hpp"
#include "quality/quality.hpp"

namespace nearfold {
namespace {

/// The class of most votes, the smallest of those. Sorts the votes.
std::int32_t majority(std::vector<std::int32_t>& votes) {
  std::sort(votes.begin(), votes.end());
  std::int32_t winner = 0;
  std::ptrdiff_t most = 0;
  for (auto run = votes.begin(); run != votes.end();) {
    const auto end = std::upper_bound(run, votes.end(), *run);
    if (end - run > most) {
      most = end - run;
      winner = *run;
    }
    run = end;
  }
  return winner;
}

std::vector<std::int64_t> sizes_of(const Labelled& points) {
  std::vector<std::int64_t> sizes(static_cast<std::size_t>(points.count()));
  for (const std::int32_t c : points.classes) ++sizes[static_cast<std::size_t>(c)];
  return sizes;
}

/// (b - a) / max(a, b) of point i: a is its mean distance to the others of its class, b the
/// smallest mean distance to another class.
double silhouette_of(const Labelled& points, const std::vector<std::int64_t>& sizes,
                     OutputMetric metric, std::int64_t i) {
  const auto own = static_cast<std::size_t>(points.classes[static_cast<std::size_t>(i)]);
  if (sizes[own] == 1) return 0;
  std::vector<double> sums(sizes.size());
  for (std::int64_t j = 0; j < points.layout.rows(); ++j) {
    const float* const a = points.layout.row(i);
    const float* const b = points.layout.row(j);
    const std::int64_t columns = points.layout.cols();
    sums[static_cast<std::size_t>(points.classes[static_cast<std::size_t>(j)])] +=
        metric == OutputMetric::euclidean
            ? std::sqrt(static_cast<double>(squared_distance(a, b, columns)))
            : static_cast<double>(map_distance(metric, a, b, static_cast<int>(columns)));
  }
  const double a = sums[own] / static_cast<double>(sizes[own] - 1);
  double b = HUGE_VAL;
  for (std::size_t c = 0; c < sums.size(); ++c)
    if (c != own) b = std::min(b, sums[c] / static_cast<double>(sizes[c]));
  const double larger = std::max(a, b);
  return larger > 0 ? (b - a) / larger : 0;
}

}  // namespace

std::int32_t Labelled::voted(const NeighborRows& near, std::size_t r, int k) const {
  std::vector<std::int32_t> votes(static_cast<std::size_t>(k));
  for (std::size_t e = 0; e < votes.size(); ++e)
    votes[e] = classes[static_cast<std::size_t>(near.ids[r * votes.size() + e])];
  return majority(votes);
}

Labelled labelled_points(HostMatrix<const float> layout, std::span<const std::int32_t> labels) {
  Labelled points;
  std::vector<std::int32_t>& names = points.names;
  for (const std::int32_t label : labels)
    if (label >= 0) names.push_back(label);
  points.layout = Matrix(static_cast<std::int64_t>(names.size()), layout.cols());
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  for (std::int64_t i = 0; i < layout.rows(); ++i) {
    const std::int32_t label = labels[static_cast<std::size_t>(i)];
    if (label < 0) continue;
    const auto at = static_cast<std::int64_t>(points.classes.size());
    std::copy_n(layout.row(i), layout.cols(), points.layout.row(at));
    const auto found = std::lower_bound(names.begin(), names.end(), label);
    points.classes.push_back(static_cast<std::int32_t>(found - names.begin()));
  }
  return points;
}

Score label_accuracy(const Labelled& points, const std::vector<std::int64_t>& which, int k,
                     OutputMetric metric, const Cpu& on) {
  const NeighborRows near = nearest_of(map_space(points.layout, metric, on), which, k, on);
  std::vector<double> hits(which.size());
  for (std::size_t r = 0; r < which.size(); ++r)
    hits[r] =
        points.voted(near, r, k) == points.classes[static_cast<std::size_t>(which[r])] ? 1 : 0;
  return mean_score("knn_label_accuracy", hits, points.layout.rows());
}

Score silhouette(const Labelled& points, const std::vector<std::int64_t>& which,
                 OutputMetric metric, const Cpu& on) {
  const std::vector<std::int64_t> sizes = sizes_of(points);
  std::vector<double> widths(which.size());
  parallel_for(on.threads, static_cast<std::int64_t>(which.size()), 1,
               [&](std::int64_t begin, std::int64_t end) {
                 for (std::int64_t r = begin; r < end; ++r)
                   widths[static_cast<std::size_t>(r)] =
                       silhouette_of(points, sizes, metric, which[static_cast<std::size_t>(r)]);
               });
  return mean_score("silhouette", widths, points.layout.rows());
}

}  // namespace nearfold
