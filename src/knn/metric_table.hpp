// Every metric in one table. Flags, messages, files, checks and the documentation's lists are read
// from it; a new metric is an enumerator, a row here, and its tests. The compiler refuses an
// enumerator without a row.
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "math/direction.hpp"
#include "math/distance.hpp"
#include "math/set_distance.hpp"
#include "nearfold/params.hpp"

namespace nearfold {

/// What becomes of points before they are measured (metric.hpp says how).
enum class PointsAs {
  given,
  directions,
  centred_directions,
  one_length,
  scaled,
  whitened,
  share_roots,
  places,
  bits,
  bits_or_given
};

/// Which of MetricParams a metric has.
enum class MetricArgument { none, power, variances, inverse_covariance };

struct MetricRow {
  std::array<const char*, 4> names = {};  // the first is written, the others are read, too
  PointsAs points = PointsAs::given;
  Norm norm = Norm::l2;  // by which the rows made of points are measured
  DistanceForm distance = DistanceForm::as_measured;  // how that becomes the metric's distance
  MetricArgument argument = MetricArgument::none;
  SetDistance sets = SetDistance::matching;  // of rows of bits
};

/// A metric of sets.
consteval MetricRow set_row(const char* name, SetDistance sets, const char* alias = nullptr) {
  return {{name, alias},        PointsAs::bits,
          Norm::bits,           DistanceForm::as_measured,
          MetricArgument::none, sets};
}

consteval MetricRow row_for(Metric metric) {
  switch (metric) {
    case Metric::euclidean:
      return {{"euclidean", "l2"}, PointsAs::given, Norm::l2, DistanceForm::root};
    case Metric::sqeuclidean:
      return {{"sqeuclidean", "squared_euclidean"},
              PointsAs::given,
              Norm::l2,
              DistanceForm::as_measured};
    case Metric::cosine:
      return {{"cosine"}, PointsAs::directions, Norm::l2, DistanceForm::half};
    case Metric::correlation:
      return {{"correlation"}, PointsAs::centred_directions, Norm::l2, DistanceForm::half};
    case Metric::inner_product:
      return {{"inner_product", "ip", "dot"}, PointsAs::one_length, Norm::l2, DistanceForm::scaled};
    case Metric::manhattan:
      return {{"manhattan", "l1", "cityblock", "taxicab"},
              PointsAs::given,
              Norm::l1,
              DistanceForm::as_measured};
    case Metric::chebyshev:
      return {{"chebyshev", "linf", "linfinity"},
              PointsAs::given,
              Norm::linf,
              DistanceForm::as_measured};
    case Metric::minkowski:
      return {{"minkowski", "wminkowski", "weighted_minkowski"},
              PointsAs::scaled,
              Norm::lp,
              DistanceForm::as_measured,
              MetricArgument::power};
    case Metric::seuclidean:
      return {{"seuclidean", "standardised_euclidean", "standardized_euclidean"},
              PointsAs::scaled,
              Norm::l2,
              DistanceForm::root,
              MetricArgument::variances};
    case Metric::mahalanobis:
      return {{"mahalanobis"},
              PointsAs::whitened,
              Norm::l2,
              DistanceForm::root,
              MetricArgument::inverse_covariance};
    case Metric::hellinger:
      return {{"hellinger"}, PointsAs::share_roots, Norm::l2, DistanceForm::root};
    case Metric::canberra:
      return {{"canberra"}, PointsAs::given, Norm::canberra, DistanceForm::as_measured};
    case Metric::braycurtis:
      return {{"braycurtis"}, PointsAs::given, Norm::braycurtis, DistanceForm::as_measured};
    case Metric::haversine:
      return {{"haversine"}, PointsAs::places, Norm::l2, DistanceForm::angle};
    case Metric::hamming:
      return {{"hamming"}, PointsAs::bits_or_given, Norm::unequal, DistanceForm::as_measured};
    case Metric::matching:
      return set_row("matching", SetDistance::matching);
    case Metric::jaccard:
      return set_row("jaccard", SetDistance::jaccard, "tanimoto");
    case Metric::dice:
      return set_row("dice", SetDistance::dice);
    case Metric::russellrao:
      return set_row("russellrao", SetDistance::russellrao);
    case Metric::rogerstanimoto:
      return set_row("rogerstanimoto", SetDistance::rogerstanimoto, "sokalmichener");
    case Metric::sokalsneath:
      return set_row("sokalsneath", SetDistance::sokalsneath);
    case Metric::yule:
      return set_row("yule", SetDistance::yule);
    case Metric::custom:
      return {{"custom"}, PointsAs::given, Norm::custom, DistanceForm::as_measured};
  }
  return {};  // beyond the last
}

consteval std::size_t count_metrics() {
  std::size_t count = 0;
  while (row_for(static_cast<Metric>(count)).names[0] != nullptr) ++count;
  return count;
}

consteval std::array<MetricRow, count_metrics()> all_rows() {
  std::array<MetricRow, count_metrics()> rows;
  for (std::size_t m = 0; m < rows.size(); ++m) rows[m] = row_for(static_cast<Metric>(m));
  return rows;
}
/// The rows, in the order of Metric.
inline constexpr auto kMetrics = all_rows();

constexpr std::array<Metric, kMetrics.size()> all_metrics() {
  std::array<Metric, kMetrics.size()> all{};
  for (std::size_t m = 0; m < all.size(); ++m) all[m] = static_cast<Metric>(m);
  return all;
}

constexpr const MetricRow& row_of(Metric metric) {
  return kMetrics[static_cast<std::size_t>(metric)];
}

consteval bool names_are_unique() {
  std::size_t all = 0, unique = 0;
  for (const MetricRow& row : kMetrics)
    for (const char* const name : row.names) {
      if (name == nullptr) continue;
      ++all;
      for (const MetricRow& other : kMetrics)
        for (const char* const same : other.names)
          unique += same != nullptr && std::string_view(same) == name ? 1 : 0;
    }
  return all == unique;
}
static_assert(names_are_unique(), "two metrics, or two names of one, are called the same");

// ---- what follows from a row --------------------------------------------------------------------

/// Whether points become directions, which some rows do not have.
constexpr bool directed(PointsAs points) {
  switch (points) {
    case PointsAs::directions:
    case PointsAs::centred_directions:
      return true;
    case PointsAs::given:
    case PointsAs::one_length:
    case PointsAs::scaled:
    case PointsAs::whitened:
    case PointsAs::share_roots:
    case PointsAs::places:
    case PointsAs::bits:
    case PointsAs::bits_or_given:
      return false;
  }
  return false;
}
constexpr bool directed(Metric metric) {
  return directed(row_of(metric).points);
}

/// Whether queries become rows in another way than points do.
constexpr bool queries_differ(PointsAs points) {
  switch (points) {
    case PointsAs::given:
    case PointsAs::directions:
    case PointsAs::centred_directions:
    case PointsAs::scaled:
    case PointsAs::whitened:
    case PointsAs::share_roots:
    case PointsAs::places:
    case PointsAs::bits:
    case PointsAs::bits_or_given:
      return false;
    case PointsAs::one_length:
      return true;
  }
  return false;
}

/// Whether the mean of a row is taken from it first.
constexpr bool centred(PointsAs points) {
  switch (points) {
    case PointsAs::centred_directions:
      return true;
    case PointsAs::given:
    case PointsAs::directions:
    case PointsAs::one_length:
    case PointsAs::scaled:
    case PointsAs::whitened:
    case PointsAs::share_roots:
    case PointsAs::places:
    case PointsAs::bits:
    case PointsAs::bits_or_given:
      return false;
  }
  return false;
}

/// Whether points at other distances come of adding one vector to all of them.
constexpr bool sees_shift(Metric metric) {
  switch (row_of(metric).points) {
    case PointsAs::given:
      return !of_differences(row_of(metric).norm);
    case PointsAs::scaled:
    case PointsAs::whitened:
      return false;
    case PointsAs::directions:
    case PointsAs::centred_directions:
    case PointsAs::one_length:
    case PointsAs::share_roots:
    case PointsAs::places:
    case PointsAs::bits:
    case PointsAs::bits_or_given:
      return true;
  }
  return true;
}

/// Of a metric that compares directions.
constexpr Directing directing(const Distance& distance) {
  return {centred(row_of(distance.metric).points), distance.zero_vectors == ZeroVectors::far};
}

/// Whether rows are made on the processor, and then are compared as euclidean does.
constexpr bool made_euclidean(const MetricRow& row) {
  switch (row.points) {
    case PointsAs::scaled:
    case PointsAs::whitened:
    case PointsAs::share_roots:
      return row.norm == Norm::l2 && row.distance == DistanceForm::root;
    case PointsAs::given:
    case PointsAs::directions:
    case PointsAs::centred_directions:
    case PointsAs::one_length:
    case PointsAs::places:
    case PointsAs::bits:
    case PointsAs::bits_or_given:
      return false;
  }
  return false;
}

/// The norm that a metric comes down to.
constexpr Norm norm_of(Metric metric) {
  return row_of(metric).norm;
}

/// Every word that metric_named() takes, names before aliases.
inline std::vector<std::string> metric_words() {
  std::vector<std::string> words;
  for (std::size_t n = 0; n < kMetrics[0].names.size(); ++n)
    for (const MetricRow& row : kMetrics)
      if (row.names[n] != nullptr) words.emplace_back(row.names[n]);
  return words;
}

/// Throws InvalidInput that lists the rows, which have no direction.
[[noreturn]] void refuse_zero_vectors(const std::vector<std::int64_t>& rows, Metric metric);

}  // namespace nearfold
