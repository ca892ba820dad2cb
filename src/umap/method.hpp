// What UMAP says of itself; see method.hpp.
#pragma once

#include "method_contract.hpp"

namespace nearfold {

constexpr const char* method_name(const UmapParams&) {
  return "umap";
}
constexpr bool has_early_phase(const UmapParams&) {
  return false;
}
void check(const UmapParams& params);
/// n_neighbors less the point itself.
int k_needed(const UmapParams& params, std::int64_t n);
int iteration_count(const UmapParams& params, std::int64_t n);
Init usual_init(const UmapParams& params, bool has_points);
void check_state(const UmapParams& params, const Checkpoint& from, std::int64_t n, int dims);
std::optional<InitWidth> init_width(const UmapParams& params, std::int64_t n);
bool share_edges(const UmapParams& a, const UmapParams& b);
std::optional<Thriftier> with_fewer_neighbors(const UmapParams& params);
Need optimize_need(const UmapParams& params, const Counts& c);
Need device_optimize_need(const UmapParams& params, const Counts& c);

}  // namespace nearfold
