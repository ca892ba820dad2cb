#include "umap/method.hpp"

#include <algorithm>
#include <cmath>

#include "core/dims.hpp"
#include "umap/curve_fit.hpp"
#include "umap/edge_schedule.hpp"

namespace nearfold {

void check(const UmapParams& p) {
  const auto finite_from = [](double low, double x) { return x >= low && std::isfinite(x); };
  require(p.n_neighbors >= 2, "n_neighbors", p.n_neighbors, ">= 2");
  require(p.spread > 0 && std::isfinite(p.spread), "spread", p.spread, "> 0 and finite");
  require(p.min_dist >= 0 && p.min_dist <= p.spread, "min_dist", p.min_dist, "in [0, spread]");
  if (p.a.has_value() != p.b.has_value())
    throw InvalidParameter("a and b describe one curve: set both, or neither to have them fitted");
  if (p.a) require(*p.a > 0 && std::isfinite(*p.a), "a", *p.a, "> 0 and finite");
  if (p.b) require(*p.b > 0 && *p.b <= 100, "b", *p.b, "in (0, 100]");
  require(p.set_op_mix_ratio >= 0 && p.set_op_mix_ratio <= 1, "set_op_mix_ratio",
          p.set_op_mix_ratio, "in [0, 1]");
  require(finite_from(0, p.local_connectivity), "local_connectivity", p.local_connectivity, ">= 0");
  require(finite_from(0, p.repulsion_strength), "repulsion_strength", p.repulsion_strength, ">= 0");
  require(p.negative_sample_rate >= 0 && p.negative_sample_rate <= 1000, "negative_sample_rate",
          p.negative_sample_rate, "in [0, 1000]");
  if (p.n_epochs)
    require(*p.n_epochs >= 1 && *p.n_epochs <= 1'000'000, "n_epochs", *p.n_epochs,
            "in [1, 1000000]");
  require(p.learning_rate > 0 && std::isfinite(p.learning_rate), "learning_rate", p.learning_rate,
          "> 0 and finite");
  require(finite_from(0, p.dens_lambda), "dens_lambda", p.dens_lambda, ">= 0");
  require(p.dens_frac >= 0 && p.dens_frac <= 1, "dens_frac", p.dens_frac, "in [0, 1]");
  if (p.disconnection_distance)
    require(*p.disconnection_distance > 0, "disconnection_distance", *p.disconnection_distance,
            "> 0");
  require(finite_from(0, p.dens_var_shift), "dens_var_shift", p.dens_var_shift, ">= 0");
  if (p.densmap && p.output_metric != OutputMetric::euclidean)
    throw InvalidParameter(std::string("densmap is of euclidean maps, and output_metric is ") +
                           name(p.output_metric) + "; leave one of them out");
}

const char* name(OutputMetric metric) {
  return kOutputMetrics[static_cast<std::size_t>(metric)].name;
}

OutputMetric output_metric_named(const std::string& name) {
  std::string words;
  for (const OutputMetricNames& row : kOutputMetrics) {
    if (name == row.name || (row.alias != nullptr && name == row.alias)) return row.metric;
    words += (words.empty() ? "" : ", ") + std::string(row.name);
  }
  throw InvalidParameter("output_metric is '" + name + "'; it is one of " + words);
}

int columns_of(const UmapParams& params, int dims) {
  switch (params.output_metric) {
    case OutputMetric::euclidean:
      return dims;
    case OutputMetric::sphere:
      return 3;
    case OutputMetric::torus:
    case OutputMetric::hyperboloid:
      return 2;
  }
  return dims;
}

void check_dims(const UmapParams& params, int dims) {
  static_assert(kMostDims == 100);
  if (params.output_metric != OutputMetric::euclidean && dims != 2)
    throw InvalidParameter("n_components is " + std::to_string(dims) + ", and a map on the " +
                           name(params.output_metric) +
                           " has 2 dimensions; leave n_components at 2");
  require(dims >= 1 && dims <= kMostDims, "n_components", dims, "in [1, 100]");
}

int k_needed(const UmapParams& params, std::int64_t n) {
  if (params.n_neighbors > n)
    throw InvalidInput("n_neighbors is " + std::to_string(params.n_neighbors) + " for " +
                       std::to_string(n) + " points, and counts the point itself; use at most " +
                       std::to_string(n));
  return params.n_neighbors - 1;
}

UmapParams resolved(const UmapParams& params, std::int64_t n) {
  UmapParams known = params;
  const Curve curve = fit_curve(params);
  known.a = curve.a;
  known.b = curve.b;
  known.n_epochs = iteration_count(params, n);
  return known;
}

int iteration_count(const UmapParams& params, std::int64_t n) {
  return params.n_epochs.value_or((n <= 10'000 ? 500 : 200) + (params.densmap ? 200 : 0));
}

Init usual_init(const UmapParams&, bool /*has_points*/) {
  return SpectralInit{};
}

int usual_update(const UmapParams& params, std::int64_t n) {
  return std::max(1, iteration_count(params, n) / 4);
}

UmapParams ending_with(const UmapParams& params, int iterations) {
  UmapParams last = params;
  last.n_epochs = 4 * iterations;
  return last;
}

/// The layout is all of it.
void check_state(const UmapParams&, const Checkpoint&, std::int64_t /*n*/, int /*dims*/) {}

/// Every start is scaled.
std::optional<InitWidth> init_width(const UmapParams&, std::int64_t /*n*/) {
  return {};
}

bool share_edges(const UmapParams& a, const UmapParams& b) {
  return a.n_neighbors == b.n_neighbors && a.set_op_mix_ratio == b.set_op_mix_ratio &&
         a.local_connectivity == b.local_connectivity &&
         a.disconnection_distance == b.disconnection_distance && a.densmap == b.densmap &&
         a.output_metric == b.output_metric;
}

std::string wide_warning(const UmapParams&) {
  return "";
}

std::string why_points(const UmapParams&) {
  return "";
}

std::string why_on_cpu(const UmapParams&, int /*dims*/) {
  return "";
}

/// There are few already.
std::optional<Thriftier> with_fewer_neighbors(const UmapParams&) {
  return {};
}

Need optimize_need(const UmapParams& p, const Counts& c) {
  const double epochs = iteration_count(p, static_cast<std::int64_t>(c.n));
  // Bytes: the layout, its successor, and what a report copies; offsets of a few parts, and what
  // the parts of a block fire.
  constexpr double kDim = 16, kRow = 100;
  const double slower = 1 + 0.04 * c.more_dims();
  // densMAP has the columns once more, and five numbers of each point.
  const double dense = p.densmap ? 4 * c.entries + 28 : 0, longer = p.densmap ? 2 * p.dens_frac : 0;
  const double curved = p.output_metric == OutputMetric::euclidean ? 1 : 1.5;
  return {12 * c.entries + dense + kRow + kDim * c.more_dims(), 0,
          epochs * c.n * c.entries * 1.6e-8 * slower * (1 + longer) * curved / c.threads};
}

/// The edges twice while they are split into parts of an epoch. densMAP has the columns once more,
/// their offsets, and five numbers of each point.
Need device_optimize_need(const UmapParams& p, const Counts& c) {
  const double dense = p.densmap ? 4 * c.entries + 28 : 0;
  return {16 * c.entries + 8.0 * kMaxParts + 40 + dense, 0, 0};
}

}  // namespace nearfold
