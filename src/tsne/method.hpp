// What t-SNE says of itself; see method.hpp.
#pragma once

#include <array>

#include "method_contract.hpp"

namespace nearfold {

constexpr const char* method_name(const TsneParams&) {
  return "tsne";
}
constexpr bool has_early_phase(const TsneParams&) {
  return true;
}
inline constexpr std::array kRepulsions = {
    TsneParams::Repulsion::automatic, TsneParams::Repulsion::exact, TsneParams::Repulsion::fft};
constexpr const char* name(TsneParams::Repulsion repulsion) {
  switch (repulsion) {
    case TsneParams::Repulsion::automatic:
      return "auto";
    case TsneParams::Repulsion::exact:
      return "exact";
    case TsneParams::Repulsion::fft:
      return "fft";
  }
  return "";
}
inline constexpr std::array kAffinities = {TsneParams::Affinities::perplexity,
                                           TsneParams::Affinities::uniform};
constexpr const char* name(TsneParams::Affinities affinities) {
  switch (affinities) {
    case TsneParams::Affinities::perplexity:
      return "perplexity";
    case TsneParams::Affinities::uniform:
      return "uniform";
  }
  return "";
}
inline constexpr std::array kSymmetrizations = {TsneParams::Symmetrize::max,
                                                TsneParams::Symmetrize::mean};
constexpr const char* name(TsneParams::Symmetrize symmetrize) {
  switch (symmetrize) {
    case TsneParams::Symmetrize::max:
      return "max";
    case TsneParams::Symmetrize::mean:
      return "mean";
  }
  return "";
}
/// All members of an enum of t-SNE's, whose words name() has.
constexpr const auto& words_of(TsneParams::Repulsion) {
  return kRepulsions;
}
constexpr const auto& words_of(TsneParams::Affinities) {
  return kAffinities;
}
constexpr const auto& words_of(TsneParams::Symmetrize) {
  return kSymmetrizations;
}
/// visit(name, value) for every parameter, by the names that reports and files have.
template <class Params, class Visit>
requires std::same_as<std::remove_const_t<Params>, TsneParams>
void for_each_field(Params& p, const Visit& visit) {
  visit("perplexity", p.perplexity);
  visit("early_exaggeration", p.early_exaggeration);
  visit("early_exaggeration_iter", p.early_exaggeration_iter);
  visit("exaggeration", p.exaggeration);
  visit("max_iter", p.max_iter);
  visit("early_stop", p.early_stop);
  visit("learning_rate", p.learning_rate);
  visit("initial_momentum", p.initial_momentum);
  visit("final_momentum", p.final_momentum);
  visit("max_step_norm", p.max_step_norm);
  visit("negative_gradient_method", p.repulsion);
  visit("dof", p.dof);
  visit("perplexities", p.perplexities);
  visit("affinities", p.affinities);
  visit("k_neighbors", p.k_neighbors);
  visit("symmetrize", p.symmetrize);
  visit("late_exaggeration", p.late_exaggeration);
  visit("late_exaggeration_iter", p.late_exaggeration_iter);
}
void check(const TsneParams& params);
/// 1 to kMostTsneDims; by FFT 2 and 3 alone.
void check_dims(const TsneParams& params, int dims);
constexpr int columns_of(const TsneParams&, int dims) {
  return dims;
}
/// Unsupported: the FFT is of two and three dimensions.
[[noreturn]] void throw_no_fft(int dims);
/// floor(3 perplexity) of the largest, or k_neighbors, which n points must have beside each other.
int k_needed(const TsneParams& params, std::int64_t n);
/// The learning rate stays automatic: each phase has its own.
TsneParams resolved(const TsneParams& params, std::int64_t n);
int iteration_count(const TsneParams& params, std::int64_t n);
Init usual_init(const TsneParams& params, bool has_points);
/// 100 iterations: new neighbours meet, and old points move by a few percent of the map.
int usual_update(const TsneParams& params, std::int64_t n);
/// Without early exaggeration.
TsneParams ending_with(const TsneParams& params, int iterations);
void check_state(const TsneParams& params, const Checkpoint& from, std::int64_t n, int dims);
std::optional<InitWidth> init_width(const TsneParams& params, std::int64_t n);
bool share_edges(const TsneParams& a, const TsneParams& b);
std::string wide_warning(const TsneParams& params);
std::string why_points(const TsneParams& params);
std::string why_on_cpu(const TsneParams& params, int dims);
std::optional<Thriftier> with_fewer_neighbors(const TsneParams& params);
Need optimize_need(const TsneParams& params, const Counts& c);
Need device_optimize_need(const TsneParams& params, const Counts& c);

}  // namespace nearfold
