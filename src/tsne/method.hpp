// What t-SNE says of itself; see method.hpp.
#pragma once

#include "method_contract.hpp"

namespace nearfold {

constexpr const char* method_name(const TsneParams&) {
  return "tsne";
}
constexpr bool has_early_phase(const TsneParams&) {
  return true;
}
void check(const TsneParams& params);
/// floor(3 perplexity), which n points must have beside each other.
int k_needed(const TsneParams& params, std::int64_t n);
int iteration_count(const TsneParams& params, std::int64_t n);
Init usual_init(const TsneParams& params, bool has_points);
void check_state(const TsneParams& params, const Checkpoint& from, std::int64_t n, int dims);
std::optional<InitWidth> init_width(const TsneParams& params, std::int64_t n);
bool share_edges(const TsneParams& a, const TsneParams& b);
std::optional<Thriftier> with_fewer_neighbors(const TsneParams& params);
Need optimize_need(const TsneParams& params, const Counts& c);
Need device_optimize_need(const TsneParams& params, const Counts& c);

}  // namespace nearfold
