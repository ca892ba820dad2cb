#include "knn/metric.hpp"

#include <cmath>
#include <limits>
#include <string>
#include <utility>

#include "core/parallel.hpp"
#include "nearfold/error.hpp"

namespace nearfold {
namespace {

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
  return row_of(metric).names[0];
}

Metric metric_named(const std::string& name) {
  for (const Metric metric : all_metrics())
    for (const char* const known : row_of(metric).names)
      if (known != nullptr && name == known) return metric;
  std::string all;
  for (const std::string& word : metric_words()) all += (all.empty() ? "" : ", ") + word;
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
                     (centred(row_of(metric).points) ? " one value only" : " only zeros") +
                     ", which has no direction for " + name(metric) +
                     "; remove them, choose zero vectors as far, or use another metric");
}

double longest_of(HostMatrix<const float> points, Metric metric) {
  double longest = 0;
  if (row_of(metric).points != PointsAs::one_length) return longest;
  for (std::int64_t i = 0; i < points.rows(); ++i)
    longest = std::max(longest, length_of(points.row(i), points.cols(), 0));
  return longest;
}

MetricSpace make_space(HostMatrix<const float> points, const Distance& distance, const Cpu& on,
                       double longest) {
  MetricSpace space{distance, norm_of(distance.metric), {}, {}, 0};
  switch (row_of(distance.metric).points) {
    case PointsAs::given:
      break;
    case PointsAs::directions:
    case PointsAs::centred_directions:
      space.points = directions(points, distance, on);
      break;
    case PointsAs::one_length:
      space.longest = std::max(longest, longest_of(points, distance.metric));
      space.points = lengthened(points, space.longest, on);
      break;
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
  switch (row_of(space.distance.metric).points) {
    case PointsAs::given:
      break;
    case PointsAs::directions:
    case PointsAs::centred_directions:
      rows = directions(queries, space.distance, on);
      break;
    case PointsAs::one_length:
      rows = stretched(queries, space.longest, on);
      break;
  }
  rows.view = rows.own.rows() > 0 ? rows.own.view() : queries;
  return rows;
}

float measured_at(Metric metric, float distance, float scale) {
  constexpr float kMore = 1.0f + 0x1p-21f, kMin = std::numeric_limits<float>::denorm_min();
  return measured_in(row_of(metric).distance, distance, scale) * kMore + kMin;
}

}  // namespace nearfold
