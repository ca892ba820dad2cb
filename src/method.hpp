// All that differs from method to method. Each method declares one overload of everything below for
// its parameters, in its folder; the stages of stages.hpp that it has to have, too. So a method is
// a folder, a word in the variant `Method`, and a line here; the concept names what it lacks.
#pragma once

#include <concepts>
#include <tuple>
#include <type_traits>
#include <variant>

#include "pacmap/method.hpp"
#include "tsne/method.hpp"
#include "umap/method.hpp"

namespace nearfold {

template <class Params>
concept MethodParams = requires(const Params& p, std::int64_t n, int dims, int n_more,
                                bool has_points, const Checkpoint& from, const Counts& counts) {
  { method_name(p) } -> std::same_as<const char*>;  // as --method and reports have it
  { has_early_phase(p) } -> std::same_as<bool>;     // reports say how long
  check(p);                                         // ranges; throws InvalidParameter
  check_dims(p, dims);                              // of the map
  { columns_of(p, dims) } -> std::same_as<int>;     // that it has
  { k_needed(p, n) } -> std::same_as<int>;          // neighbours per point, self not counted
  { resolved(p, n) } -> std::same_as<Params>;       // nothing left to be decided by a run
  { iteration_count(p, n) } -> std::same_as<int>;   // in all
  { usual_init(p, has_points) } -> std::same_as<Init>;
  { usual_update(p, n) } -> std::same_as<int>;         // iterations for points that joined a map
  { ending_with(p, n_more) } -> std::same_as<Params>;  // whose last ones resume a finished map
  check_state(p, from, n, dims);                       // of a checkpoint, what only this method has
  { init_width(p, n) } -> std::same_as<std::optional<InitWidth>>;
  { share_edges(p, p) } -> std::same_as<bool>;       // the edges of one are those of the other
  { wide_warning(p) } -> std::same_as<std::string>;  // of more than 100 columns; empty: none
  { why_points(p) } -> std::same_as<std::string>;  // why a graph alone does not do; empty: it does
  { why_on_cpu(p, dims) } -> std::same_as<std::string>;  // why a GPU does not; empty: it does
  { with_fewer_neighbors(p) } -> std::same_as<std::optional<Thriftier>>;
  { optimize_need(p, counts) } -> std::same_as<Need>;  // memory, seconds: on the processor
  { device_optimize_need(p, counts) } -> std::same_as<Need>;
};

template <class Variant>
struct EachIsAMethod;
template <class... Params>
struct EachIsAMethod<std::variant<Params...>> {
  template <MethodParams>
  struct Complete {};
  using Type = std::tuple<Complete<Params>...>;  // an error names what one of them lacks
};
using CompleteMethods = EachIsAMethod<Method>::Type;

inline const char* name_of(const Method& method) {
  return std::visit([](const auto& p) { return method_name(p); }, method);
}

/// Whether the edges of one are those of the other, and so is every initialization.
inline bool share_edges(const Method& a, const Method& b) {
  if (a.index() != b.index()) return false;
  return std::visit(
      [&](const auto& p) { return share_edges(p, std::get<std::decay_t<decltype(p)>>(b)); }, a);
}

/// Where its maps lie.
inline OutputMetric output_metric_of(const Method& method) {
  const auto* const umap = std::get_if<UmapParams>(&method);
  return umap == nullptr ? OutputMetric::euclidean : umap->output_metric;
}

/// The method's own: PCA for t-SNE where there are points, spectral otherwise.
inline Init default_init(const Method& method, bool has_points) {
  return std::visit([=](const auto& p) { return usual_init(p, has_points); }, method);
}

}  // namespace nearfold
