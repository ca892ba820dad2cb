// What the tool knows of each method: its title, its flags, its parameters in JSON, and what a grid
// varies. One overload of everything for each, in NAME_flags.cpp; the compiler names what is
// missing.
#pragma once

#include <array>
#include <nlohmann/json.hpp>
#include <optional>
#include <type_traits>
#include <vector>
#include "cli/option.hpp"

#include "cli/conditions.hpp"
#include "cli/grid_folder.hpp"
#include "cli/report.hpp"
#include "method.hpp"
#include "nearfold/params.hpp"

namespace nearfold::cli {

/// Which parameters have one value: all, or all but those that a grid varies.
enum class Varied { none, grid };

/// Flags that several methods have; unset, each takes its own default.
struct SharedFlags {
  std::optional<double> learning_rate;
  std::optional<int> iterations;
  std::optional<std::optional<int>> n_neighbors;  // of all but t-SNE; "auto" is unset within
  PacmapParams pairs;                             // what PaCMAP and LocalMAP have in common
};

/// Axes of a grid that several methods have; where there are no values, each takes its own.
struct SharedAxes {
  std::vector<int> n_neighbors;
};

inline GridAxis neighbors_axis(const SharedAxes& shared, const std::vector<int>& usual) {
  return grid_axis("n_neighbors", shared.n_neighbors.empty() ? usual : shared.n_neighbors);
}

/// The parameters of a method, by their names; "auto" where one is unset.
template <class Params>
nlohmann::ordered_json parameters(const Params& params) {
  nlohmann::ordered_json out;
  for_each_field(params, [&]<class T>(const char* key, const T& value) {
    if constexpr (std::is_enum_v<T>)
      out[key] = name(value);
    else if constexpr (std::is_arithmetic_v<T> || std::is_same_v<T, std::array<int, 3>> ||
                       std::is_same_v<T, std::vector<double>>)
      out[key] = value;
    else
      out[key] = or_auto(value);
  });
  return out;
}

/// The parameters that a grid of a method varies where none is given: add(), rows(), columns().
template <class Params>
struct GridFlags;

// ---- t-SNE --------------------------------------------------------------------------------------

const char* title(const TsneParams&);
void add_flags(CLI::App& app, Conditions& conditions, TsneParams& params, Varied varied);
TsneParams with(TsneParams params, const SharedFlags& shared);

template <>
struct GridFlags<TsneParams> {
  std::vector<double> perplexity = {10, 30, 100};
  std::vector<double> exaggeration = {1, 2, 4};
  void add(CLI::App& app);
  GridAxis rows(const SharedAxes& /*shared*/) const { return grid_axis("perplexity", perplexity); }
  GridAxis columns() const { return grid_axis("exaggeration", exaggeration); }
};

// ---- UMAP ---------------------------------------------------------------------------------------

const char* title(const UmapParams&);
void add_flags(CLI::App& app, Conditions& conditions, UmapParams& params, Varied varied);
UmapParams with(UmapParams params, const SharedFlags& shared);

template <>
struct GridFlags<UmapParams> {
  std::vector<double> min_dist = {0, 0.1, 0.5};
  void add(CLI::App& app);
  GridAxis rows(const SharedAxes& shared) const { return neighbors_axis(shared, {5, 15, 50}); }
  GridAxis columns() const { return grid_axis("min_dist", min_dist); }
};

// ---- PaCMAP and LocalMAP ------------------------------------------------------------------------

/// --n-neighbors of UMAP, PaCMAP and LocalMAP.
void add_neighbors_flag(CLI::App& app, SharedFlags& shared);
/// What PaCMAP and LocalMAP have in common.
void add_pair_flags(CLI::App& app, SharedFlags& shared, Varied varied);

const char* title(const PacmapParams&);
const char* title(const LocalmapParams&);
void add_flags(CLI::App& app, Conditions& conditions, PacmapParams& params, Varied varied);
void add_flags(CLI::App& app, Conditions& conditions, LocalmapParams& params, Varied varied);
PacmapParams with(const PacmapParams& params, const SharedFlags& shared);
LocalmapParams with(const LocalmapParams& params, const SharedFlags& shared);

template <>
struct GridFlags<PacmapParams> {
  std::vector<double> FP_ratio = {1, 2, 4};
  void add(CLI::App& app);
  GridAxis rows(const SharedAxes& shared) const { return neighbors_axis(shared, {5, 10, 20}); }
  GridAxis columns() const { return grid_axis("FP_ratio", FP_ratio); }
};

template <>
struct GridFlags<LocalmapParams> {
  std::vector<double> low_dist_thres = {5, 10, 20};
  void add(CLI::App& app);
  GridAxis rows(const SharedAxes& shared) const { return neighbors_axis(shared, {5, 10, 20}); }
  GridAxis columns() const { return grid_axis("low_dist_thres", low_dist_thres); }
};

}  // namespace nearfold::cli
