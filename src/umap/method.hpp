// What UMAP says of itself; see method.hpp.
#pragma once

#include <array>

#include "method_contract.hpp"

namespace nearfold {

constexpr const char* method_name(const UmapParams&) {
  return "umap";
}
constexpr bool has_early_phase(const UmapParams&) {
  return false;
}
/// All of them; umap-learn's word for each where it has another, beside it.
struct OutputMetricNames {
  OutputMetric metric;
  const char *name, *alias;
};
inline constexpr std::array kOutputMetrics = {
    OutputMetricNames{OutputMetric::euclidean, "euclidean", nullptr},
    OutputMetricNames{OutputMetric::sphere, "sphere", "haversine"},
    OutputMetricNames{OutputMetric::torus, "torus", nullptr},
    OutputMetricNames{OutputMetric::hyperboloid, "hyperboloid", nullptr}};
constexpr auto words_of(OutputMetric) {
  std::array<OutputMetric, kOutputMetrics.size()> all{};
  for (std::size_t i = 0; i < all.size(); ++i) all[i] = kOutputMetrics[i].metric;
  return all;
}
/// Columns that a map of `dims` dimensions has.
int columns_of(const UmapParams& params, int dims);
/// visit(name, value) for every parameter, by the names that reports and files have.
template <class Params, class Visit>
requires std::same_as<std::remove_const_t<Params>, UmapParams>
void for_each_field(Params& p, const Visit& visit) {
  visit("n_neighbors", p.n_neighbors);
  visit("min_dist", p.min_dist);
  visit("spread", p.spread);
  visit("a", p.a);
  visit("b", p.b);
  visit("set_op_mix_ratio", p.set_op_mix_ratio);
  visit("local_connectivity", p.local_connectivity);
  visit("repulsion_strength", p.repulsion_strength);
  visit("negative_sample_rate", p.negative_sample_rate);
  visit("n_epochs", p.n_epochs);
  visit("learning_rate", p.learning_rate);
  visit("densmap", p.densmap);
  visit("dens_lambda", p.dens_lambda);
  visit("dens_frac", p.dens_frac);
  visit("dens_var_shift", p.dens_var_shift);
  visit("disconnection_distance", p.disconnection_distance);
  visit("output_metric", p.output_metric);
}
void check(const UmapParams& params);
/// Any number up to kMostDims.
void check_dims(const UmapParams& params, int dims);
/// n_neighbors less the point itself.
int k_needed(const UmapParams& params, std::int64_t n);
/// As a run of n points takes them: the curve by a and b, the number of epochs.
UmapParams resolved(const UmapParams& params, std::int64_t n);
int iteration_count(const UmapParams& params, std::int64_t n);
Init usual_init(const UmapParams& params, bool has_points);
/// A quarter of the run's epochs.
int usual_update(const UmapParams& params, std::int64_t n);
/// A run four times as long, for its learning rate to fall from a quarter of its own.
UmapParams ending_with(const UmapParams& params, int iterations);
void check_state(const UmapParams& params, const Checkpoint& from, std::int64_t n, int dims);
std::optional<InitWidth> init_width(const UmapParams& params, std::int64_t n);
bool share_edges(const UmapParams& a, const UmapParams& b);
std::string wide_warning(const UmapParams& params);
std::string why_points(const UmapParams& params);
std::string why_on_cpu(const UmapParams& params, int dims);
std::optional<Thriftier> with_fewer_neighbors(const UmapParams& params);
Need optimize_need(const UmapParams& params, const Counts& c);
Need device_optimize_need(const UmapParams& params, const Counts& c);

}  // namespace nearfold
