#include "knn/metric_domain.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <sstream>
#include <vector>

#include "core/check_points.hpp"
#include "core/parallel.hpp"
#include "knn/metric_rows.hpp"
#include "knn/metric_table.hpp"
#include "nearfold/error.hpp"

namespace nearfold {
namespace {

/// The first value that fits(column, value) is false of, row by row.
template <class Fits>
std::optional<std::int64_t> first_unfit(const StoredView& points, const Cpu& on, const Fits& fits) {
  std::vector<std::int64_t> found(static_cast<std::size_t>(points.rows()), -1);
  parallel_for(on.threads, points.rows(), kGrain, [&](std::int64_t begin, std::int64_t end) {
    std::vector<float> room = points.room();
    for (std::int64_t i = begin; i < end; ++i) {
      const float* const row = points.row(i, room.data());
      for (std::int64_t c = 0; c < points.cols(); ++c)
        if (!fits(c, row[c])) {
          found[static_cast<std::size_t>(i)] = i * points.cols() + c;
          break;
        }
    }
  });
  const auto first =
      std::find_if(found.begin(), found.end(), [](std::int64_t at) { return at >= 0; });
  if (first == found.end()) return {};
  return *first;
}

std::string value_at(const StoredView& points, std::int64_t at, std::int64_t first_row) {
  const std::int64_t row = at / points.cols(), column = at % points.cols();
  return place_in_words(first_row + row, column, points.value(row, column));
}

void require_not_negative(const StoredView& points, Metric metric, const Cpu& on,
                          std::int64_t first, const std::string& what) {
  const auto at = first_unfit(points, on, [](std::int64_t, float x) { return x >= 0; });
  if (at) refuse_negative(what + ": " + value_at(points, *at, first), metric);
}

void require_places(const StoredView& points, const Cpu& on, std::int64_t first,
                    const std::string& what) {
  constexpr float kPole = 1.570797f, kRound = 6.2831863f;  // pi / 2 and 2 pi, rounded up
  if (points.cols() != 2)
    throw InvalidInput(what + " have " + std::to_string(points.cols()) +
                       " columns, and haversine is of 2: latitude and longitude, in radians");
  const auto at = first_unfit(points, on, [](std::int64_t c, float x) {
    return std::fabs(x) <= (c == 0 ? kPole : kRound);
  });
  if (!at) return;
  throw InvalidInput(what + ": " + value_at(points, *at, first) +
                     ", and haversine takes radians: latitudes (column 0) of at most pi / 2 either "
                     "way, longitudes of 2 pi; degrees times pi / 180 are radians");
}

void require_length(const char* parameter, const std::vector<double>& values, std::int64_t wanted,
                    std::int64_t cols) {
  if (values.empty() || std::ssize(values) == wanted) return;
  throw InvalidInput(std::string(parameter) + " has " + std::to_string(values.size()) +
                     " values, and points of " + std::to_string(cols) + " columns need " +
                     std::to_string(wanted));
}

// ---- parameters ---------------------------------------------------------------------------------

[[noreturn]] void refuse_params(const std::string& why) {
  throw InvalidParameter(why);
}

void check_power(const MetricParams& params) {
  if (!params.p) refuse_params("minkowski needs its power p; give one of at least 1");
  if (!(*params.p >= 1)) {
    std::ostringstream said;
    said << "p is " << *params.p
         << ", and minkowski needs at least 1: below it is no metric, a way round may be shorter";
    refuse_params(said.str());
  }
  bool any = params.w.empty();
  for (std::size_t c = 0; c < params.w.size(); ++c) {
    if (!(params.w[c] >= 0) || std::isinf(params.w[c]))
      refuse_params("w, column " + std::to_string(c) +
                    ", is no weight: weights of minkowski are finite and 0 or more");
    any = any || params.w[c] > 0;
  }
  if (!any) refuse_params("w is 0 of all columns, and no column would be left; give one a weight");
}

void check_variances(const MetricParams& params) {
  if (params.V.empty())
    refuse_params(
        "seuclidean needs V, the variance of each column (of the points: numpy.var(X, axis=0, "
        "ddof=1))");
  for (std::size_t c = 0; c < params.V.size(); ++c)
    if (!(params.V[c] > 0) || std::isinf(params.V[c]))
      refuse_params("V, column " + std::to_string(c) +
                    ", is no variance above 0: remove columns that are constant, or give others");
}

void check_inverse_covariance(const MetricParams& params) {
  const std::vector<double>& square = params.VI;
  if (square.empty())
    refuse_params(
        "mahalanobis needs VI, the inverse covariance of the columns (of the points: "
        "numpy.linalg.inv(numpy.cov(X.T)))");
  const auto dim = static_cast<std::size_t>(std::llround(std::sqrt(square.size())));
  if (dim * dim != square.size())
    refuse_params("VI has " + std::to_string(square.size()) + " values, which is no square matrix");
  double most = 0;
  for (const double x : square) most = std::max(most, std::abs(x));
  for (std::size_t r = 0; r < dim; ++r)
    for (std::size_t c = 0; c <= r; ++c) {
      const double x = square[r * dim + c], y = square[c * dim + r];
      if (!(std::abs(x - y) <= 1e-9 * most))
        refuse_params("VI is not symmetric: row " + std::to_string(r) + ", column " +
                      std::to_string(c) + " differs from row " + std::to_string(c) + ", column " +
                      std::to_string(r));
    }
  if (!cholesky(square, static_cast<std::int64_t>(dim)))
    refuse_params(
        "VI is not positive definite, so that some points would be at 0 from each other or nearer; "
        "remove columns that depend on others, or add to the diagonal of the covariance");
}

/// Parameters that are for another metric.
void refuse_others(const Distance& distance) {
  const auto refuse = [&](const char* parameter, bool given, MetricArgument argument) {
    if (!given || row_of(distance.metric).argument == argument) return;
    std::string metrics;
    for (const MetricRow& row : kMetrics)
      if (row.argument == argument) metrics += row.names[0];
    refuse_params(std::string(parameter) + " is a parameter of " + metrics +
                  ", and the metric is " + name(distance.metric) + "; leave it out");
  };
  refuse("p", distance.params.p.has_value(), MetricArgument::power);
  refuse("w", !distance.params.w.empty(), MetricArgument::power);
  refuse("V", !distance.params.V.empty(), MetricArgument::variances);
  refuse("VI", !distance.params.VI.empty(), MetricArgument::inverse_covariance);
  if (static_cast<bool>(distance.custom) != (distance.metric == Metric::custom))
    refuse_params(distance.custom
                      ? std::string("a function is given for metric custom, and the metric is ") +
                            name(distance.metric) + "; leave it out"
                      : "metric custom is a function of the C++ interface, Distance::custom, and "
                        "none is given; use another metric, or give its distances (precomputed)");
}

}  // namespace

void check_params(const Distance& distance) {
  refuse_others(distance);
  switch (row_of(distance.metric).argument) {
    case MetricArgument::none:
      return;
    case MetricArgument::power:
      return check_power(distance.params);
    case MetricArgument::variances:
      return check_variances(distance.params);
    case MetricArgument::inverse_covariance:
      return check_inverse_covariance(distance.params);
  }
}

void refuse_negative(const std::string& what, Metric metric) {
  throw InvalidInput(what + ", and " + name(metric) +
                     " is of values that are 0 or more; shift or remove it, or use another metric");
}

void check_lengths(const MetricParams& params, std::int64_t cols) {
  require_length("w", params.w, cols, cols);
  require_length("V", params.V, cols, cols);
  require_length("VI", params.VI, cols * cols, cols);
}

void check_domain(const StoredView& points, const Distance& distance, const Cpu& on,
                  std::int64_t first, const std::string& what) {
  check_lengths(distance.params, points.cols());
  const MetricRow& row = row_of(distance.metric);
  if (row.points == PointsAs::places) require_places(points, on, first, what);
  if (needs_no_negative(row)) require_not_negative(points, distance.metric, on, first, what);
}

std::optional<std::int64_t> no_bit(const StoredView& points, const Cpu& on) {
  return first_unfit(points, on, [](std::int64_t, float x) { return x == 0 || x == 1; });
}

void refuse_no_bit(const StoredView& queries, std::int64_t at) {
  throw InvalidInput("queries: " + value_at(queries, at, 0) +
                     ", and the points hold 0 and 1 alone; queries are made as the points were");
}

}  // namespace nearfold
