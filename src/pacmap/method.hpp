// What PaCMAP and LocalMAP say of themselves; see method.hpp. LocalMAP is PaCMAP with one parameter
// more, so it declares only what differs.
#pragma once

#include "method_contract.hpp"

namespace nearfold {

/// Pairs of each point, of each kind: PaCMAP's counts for n points.
struct PairCounts {
  int near = 0, mid_near = 0, further = 0;
};
/// Halves are rounded to even numbers, as numpy rounds. Throws InvalidInput where n points have not
/// so many different ones.
PairCounts pairs_of(const PacmapParams& params, std::int64_t n);
/// Candidates of near pairs: so many more of the nearest.
inline constexpr int kMoreCandidates = 50;
/// Candidates of a mid-near pair, of which the second nearest is taken.
inline constexpr int kMidNearCandidates = 6;

constexpr const char* method_name(const PacmapParams&) {
  return "pacmap";
}
constexpr const char* method_name(const LocalmapParams&) {
  return "localmap";
}
constexpr bool has_early_phase(const PacmapParams&) {
  return false;
}
/// visit(name, value) for every parameter, by the names that reports and files have.
template <class Params, class Visit>
requires std::derived_from<std::remove_const_t<Params>, PacmapParams>
void for_each_field(Params& p, const Visit& visit) {
  visit("n_neighbors", p.n_neighbors);
  visit("MN_ratio", p.MN_ratio);
  visit("FP_ratio", p.FP_ratio);
  visit("num_iters", p.num_iters);
  visit("lr", p.lr);
  if constexpr (std::derived_from<std::remove_const_t<Params>, LocalmapParams>)
    visit("low_dist_thres", p.low_dist_thres);
}
void check(const PacmapParams& params);
void check(const LocalmapParams& params);
/// Any number up to kMostDims.
void check_dims(const PacmapParams& params, int dims);
constexpr int columns_of(const PacmapParams&, int dims) {
  return dims;
}
/// n_neighbors + 50, or all others where there are not so many.
int k_needed(const PacmapParams& params, std::int64_t n);
/// With the number of neighbours.
PacmapParams resolved(const PacmapParams& params, std::int64_t n);
LocalmapParams resolved(const LocalmapParams& params, std::int64_t n);
int iteration_count(const PacmapParams& params, std::int64_t n);
Init usual_init(const PacmapParams& params, bool has_points);
/// 100 iterations of the last phase.
int usual_update(const PacmapParams& params, std::int64_t n);
/// The last phase alone.
PacmapParams ending_with(const PacmapParams& params, int iterations);
LocalmapParams ending_with(const LocalmapParams& params, int iterations);
void check_state(const PacmapParams& params, const Checkpoint& from, std::int64_t n, int dims);
void check_state(const LocalmapParams& params, const Checkpoint& from, std::int64_t n, int dims);
std::optional<InitWidth> init_width(const PacmapParams& params, std::int64_t n);
bool share_edges(const PacmapParams& a, const PacmapParams& b);
/// The package pacmap takes 100 principal components first; here that is the caller's choice.
std::string wide_warning(const PacmapParams& params);
/// Mid-near pairs are found by measuring points.
std::string why_points(const PacmapParams& params);
std::string why_on_cpu(const PacmapParams& params, int dims);
std::optional<Thriftier> with_fewer_neighbors(const PacmapParams& params);
Need optimize_need(const PacmapParams& params, const Counts& c);
Need optimize_need(const LocalmapParams& params, const Counts& c);
Need device_optimize_need(const PacmapParams& params, const Counts& c);

}  // namespace nearfold
