#include "knn/metric.hpp"

#include <cmath>
#include <string>
#include <utility>

#include "core/parallel.hpp"
#include "knn/metric_domain.hpp"
#include "knn/metric_rows.hpp"
#include "nearfold/error.hpp"

namespace nearfold {
namespace {

/// Rows of length 1, for cosine and correlation.
MetricRows directions(const StoredView& points, const Distance& distance, const Cpu& on) {
  const Directing how = directing(distance);
  MetricRows rows;
  rows.own = Matrix(points.rows(), how.width(points.cols()));
  std::vector<char> has_one(static_cast<std::size_t>(points.rows()));
  parallel_for(on.threads, points.rows(), kGrain, [&](std::int64_t begin, std::int64_t end) {
    std::vector<float> room = points.room();
    for (std::int64_t i = begin; i < end; ++i)
      has_one[static_cast<std::size_t>(i)] =
          direction_of(points.row(i, room.data()), points.cols(), how, rows.own.row(i));
  });
  std::vector<std::int64_t> without;
  for (std::int64_t i = 0; i < points.rows(); ++i)
    if (!has_one[static_cast<std::size_t>(i)]) without.push_back(i);
  if (!how.far && !without.empty()) refuse_zero_vectors(without, distance.metric);
  return rows;
}

/// Points of one length, for inner_product.
MetricRows lengthened(const StoredView& points, double longest, const Cpu& on) {
  MetricRows rows;
  rows.own = Matrix(points.rows(), points.cols() + 1);
  parallel_for(on.threads, points.rows(), kGrain, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) {
      points.copy_row(i, rows.own.row(i));
      const double length = length_of(rows.own.row(i), points.cols(), 0);
      rows.own.row(i)[points.cols()] =
          static_cast<float>(std::sqrt(std::max(0.0, (longest - length) * (longest + length))));
    }
  });
  return rows;
}

/// Queries as long as the longest point, for inner_product.
MetricRows stretched(const StoredView& queries, double longest, const Cpu& on) {
  MetricRows rows;
  rows.own = Matrix(queries.rows(), queries.cols() + 1);
  rows.scales.resize(static_cast<std::size_t>(queries.rows()));
  parallel_for(on.threads, queries.rows(), kGrain, [&](std::int64_t begin, std::int64_t end) {
    std::vector<float> room = queries.room();
    for (std::int64_t i = begin; i < end; ++i) {
      const float* const row = queries.row(i, room.data());
      const double length = length_of(row, queries.cols(), 0);
      if (!(length > 0 && longest > 0)) continue;  // all products are 0: all distances, too
      const double factor = longest / length;
      for (std::int64_t c = 0; c < queries.cols(); ++c)
        rows.own.row(i)[c] = static_cast<float>(static_cast<double>(row[c]) * factor);
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

double longest_of(const StoredView& points, Metric metric) {
  double longest = 0;
  if (row_of(metric).points != PointsAs::one_length) return longest;
  std::vector<float> room = points.room();
  for (std::int64_t i = 0; i < points.rows(); ++i)
    longest = std::max(longest, length_of(points.row(i, room.data()), points.cols(), 0));
  return longest;
}

namespace {

/// What depends on the row alone.
MetricRows rows_of_points(const StoredView& points, const Distance& distance, const Cpu& on) {
  switch (row_of(distance.metric).points) {
    case PointsAs::given:
    case PointsAs::one_length:
    case PointsAs::bits_or_given:
      return {};
    case PointsAs::directions:
    case PointsAs::centred_directions:
      return directions(points, distance, on);
    case PointsAs::scaled:
      return scaled_rows(points, distance, on);
    case PointsAs::whitened:
      return whitened_rows(points, distance, on);
    case PointsAs::share_roots:
      return share_root_rows(points, on);
    case PointsAs::places:
      return place_rows(points, on);
    case PointsAs::bits:
      return bit_rows(points, on);
  }
  return {};
}

}  // namespace

MetricSpace make_space(const StoredView& points, const Distance& distance, const Cpu& on,
                       std::optional<double> longest) {
  check_domain(points, distance, on);
  MetricSpace space{distance, measure_for(distance, points.cols()), {}, {}, 0};
  space.points = rows_of_points(points, distance, on);
  if (space.lopsided()) {
    space.longest = std::max(longest.value_or(0), longest_of(points, distance.metric));
    space.points = lengthened(points, space.longest, on);
  }
  if (row_of(distance.metric).points == PointsAs::bits_or_given && !longest &&
      !no_bit(points, on)) {
    space.norm.norm = Norm::bits;
    space.points = bit_rows(points, on);
  }
  space.points.view = space.points.own.rows() > 0 ? StoredView(space.points.own) : points;
  if (space.lopsided())
    space.as_queries = make_queries(points, space, on);
  else
    space.as_queries.view = space.points.view;
  return space;
}

MetricRows make_queries(const StoredView& queries, const MetricSpace& space, const Cpu& on) {
  check_domain(queries, space.distance, on, 0, "queries");
  MetricRows rows = space.lopsided() ? stretched(queries, space.longest, on)
                                     : rows_of_points(queries, space.distance, on);
  if (row_of(space.distance.metric).points == PointsAs::bits_or_given && space.norm == Norm::bits) {
    if (const auto other = no_bit(queries, on)) refuse_no_bit(queries, *other);
    rows = bit_rows(queries, on);
  }
  rows.view = rows.own.rows() > 0 ? StoredView(rows.own) : queries;
  return rows;
}

}  // namespace nearfold
