#include "knn/metric.hpp"

#include <cmath>
#include <limits>
#include <string>
#include <utility>

#include "core/parallel.hpp"
#include "nearfold/error.hpp"

namespace nearfold {
namespace {

constexpr std::pair<const char*, Metric> kNames[] = {
    {"euclidean", Metric::euclidean},
    {"sqeuclidean", Metric::sqeuclidean},
    {"cosine", Metric::cosine},
    {"correlation", Metric::correlation},
    {"inner_product", Metric::inner_product},
    {"manhattan", Metric::manhattan},
    {"chebyshev", Metric::chebyshev},
    {"l2", Metric::euclidean},
    {"ip", Metric::inner_product},
    {"dot", Metric::inner_product},
    {"l1", Metric::manhattan},
    {"cityblock", Metric::manhattan},
    {"linf", Metric::chebyshev},
};

/// Rows of length 1, for cosine and correlation.
MetricRows directions(HostMatrix<const float> points, const Distance& distance, const Cpu& on) {
  const Directing how = directing(distance);
  MetricRows rows;
  rows.own = Matrix(points.rows(), how.width(points.cols()));
  std::vector<char> has_one(static_cast<std::size_t>(points.rows()));
  parallel_for(on.threads, points.rows(), kGrain, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i)
      has_one[static_cast<std::size_t>(i)] =
          direction_of(points.row(i), points.cols(), how, rows.own.row(i));
  });
  std::vector<std::int64_t> without;
  for (std::int64_t i = 0; i < points.rows(); ++i)
    if (!has_one[static_cast<std::size_t>(i)]) without.push_back(i);
  if (!how.far && !without.empty()) refuse_zero_vectors(without, distance.metric);
  return rows;
}

/// Points of one length, for inner_product.
MetricRows lengthened(HostMatrix<const float> points, double longest, const Cpu& on) {
  MetricRows rows;
  rows.own = Matrix(points.rows(), points.cols() + 1);
  parallel_for(on.threads, points.rows(), kGrain, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) {
      const double length = length_of(points.row(i), points.cols(), 0);
      std::copy_n(points.row(i), points.cols(), rows.own.row(i));
      rows.own.row(i)[points.cols()] =
          static_cast<float>(std::sqrt(std::max(0.0, (longest - length) * (longest + length))));
    }
  });
  return rows;
}

/// Queries as long as the longest point, for inner_product.
MetricRows stretched(HostMatrix<const float> queries, double longest, const Cpu& on) {
  MetricRows rows;
  rows.own = Matrix(queries.rows(), queries.cols() + 1);
  rows.scales.resize(static_cast<std::size_t>(queries.rows()));
  parallel_for(on.threads, queries.rows(), kGrain, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) {
      const double length = length_of(queries.row(i), queries.cols(), 0);
      if (!(length > 0 && longest > 0)) continue;  // all products are 0: all distances, too
      const double factor = longest / length;
      for (std::int64_t c = 0; c < queries.cols(); ++c)
        rows.own.row(i)[c] = static_cast<float>(static_cast<double>(queries.row(i)[c]) * factor);
      rows.scales[static_cast<std::size_t>(i)] = static_cast<float>(0.5 / factor);
    }
  });
  return rows;
}

}  // namespace

const char* name(Metric metric) {
  for (const auto& [text, value] : kNames)
    if (value == metric) return text;
  return "";
}

Metric metric_named(const std::string& name) {
  for (const auto& [text, value] : kNames)
    if (name == text) return value;
  std::string all;
  for (const auto& [text, value] : kNames) all += (all.empty() ? "" : ", ") + std::string(text);
  throw InvalidParameter("metric is '" + name + "', and must be one of " + all);
}

void refuse_zero_vectors(const std::vector<std::int64_t>& rows, Metric metric) {
  constexpr std::size_t kListed = 10;
  std::string list;
  for (std::size_t r = 0; r < std::min(kListed, rows.size()); ++r)
    list += (r > 0 ? ", " : "") + std::to_string(rows[r]);
  if (rows.size() > kListed) list += " and " + std::to_string(rows.size() - kListed) + " more";
  const bool one = rows.size() == 1;
  throw InvalidInput((one ? "row " : "rows ") + list + (one ? " holds" : " hold") +
                     (metric == Metric::cosine ? " only zeros" : " one value only") +
                     ", which has no direction for " + name(metric) +
                     "; remove them, choose zero vectors as far, or use another metric");
}

Norm norm_of(Metric metric) {
  if (metric == Metric::manhattan) return Norm::l1;
  return metric == Metric::chebyshev ? Norm::linf : Norm::l2;
}

MetricSpace make_space(HostMatrix<const float> points, const Distance& distance, const Cpu& on) {
  MetricSpace space{distance, norm_of(distance.metric), {}, {}, 0};
  if (directed(distance.metric)) {
    space.points = directions(points, distance, on);
  } else if (distance.metric == Metric::inner_product) {
    for (std::int64_t i = 0; i < points.rows(); ++i)
      space.longest = std::max(space.longest, length_of(points.row(i), points.cols(), 0));
    space.points = lengthened(points, space.longest, on);
  }
  space.points.view = space.points.own.rows() > 0 ? space.points.own.view() : points;
  if (space.lopsided())
    space.as_queries = make_queries(points, space, on);
  else
    space.as_queries.view = space.points.view;
  return space;
}

MetricRows make_queries(HostMatrix<const float> queries, const MetricSpace& space, const Cpu& on) {
  MetricRows rows;
  if (directed(space.distance.metric))
    rows = directions(queries, space.distance, on);
  else if (space.lopsided())
    rows = stretched(queries, space.longest, on);
  rows.view = rows.own.rows() > 0 ? rows.own.view() : queries;
  return rows;
}

float distance_of(Metric metric, float measured, float scale) {
  switch (metric) {
    case Metric::euclidean:
      return std::sqrt(measured);
    case Metric::cosine:
    case Metric::correlation:
      return 0.5f * measured;
    case Metric::inner_product:
      return scale * measured;
    default:
      return measured;
  }
}

float measured_at(Metric metric, float distance, float scale) {
  constexpr float kMore = 1.0f + 0x1p-21f, kMin = std::numeric_limits<float>::denorm_min();
  switch (metric) {
    case Metric::euclidean:
      return distance * distance * kMore + kMin;
    case Metric::cosine:
    case Metric::correlation:
      return 2.0f * distance * kMore + kMin;
    case Metric::inner_product:
      return scale > 0 ? distance / scale * kMore + kMin : std::numeric_limits<float>::infinity();
    default:
      return distance * kMore + kMin;
  }
}

}  // namespace nearfold
