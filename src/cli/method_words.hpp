// What the tool knows of each method: its title, its flags, its parameters in JSON, and what a grid
// varies. One overload of everything for each, in NAME_flags.cpp; the compiler names what is
// missing.
#pragma once

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

/// Flags that mean the same for every method; unset, each takes its own default.
struct SharedFlags {
  std::optional<double> learning_rate;
  std::optional<int> iterations;
};

/// What a grid makes: methods row by row.
struct MethodGrid {
  std::vector<Method> methods;
  GridAxis rows, columns;
};

/// The parameters of a method, by their names; "auto" where one is unset.
template <class Params>
nlohmann::ordered_json parameters(const Params& params) {
  nlohmann::ordered_json out;
  for_each_field(params, [&]<class T>(const char* key, const T& value) {
    if constexpr (std::is_enum_v<T>)
      out[key] = name(value);
    else if constexpr (std::is_arithmetic_v<T>)
      out[key] = value;
    else
      out[key] = or_auto(value);
  });
  return out;
}

/// The parameters that a grid of a method varies: add(), and the grid of a base.
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
  MethodGrid of(const TsneParams& base) const;
};

// ---- UMAP ---------------------------------------------------------------------------------------

const char* title(const UmapParams&);
void add_flags(CLI::App& app, Conditions& conditions, UmapParams& params, Varied varied);
UmapParams with(UmapParams params, const SharedFlags& shared);

template <>
struct GridFlags<UmapParams> {
  std::vector<int> n_neighbors = {5, 15, 50};
  std::vector<double> min_dist = {0, 0.1, 0.5};
  void add(CLI::App& app);
  MethodGrid of(const UmapParams& base) const;
};

}  // namespace nearfold::cli
