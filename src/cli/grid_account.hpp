// What the maps of a grid share, and what that saves.
#pragma once

#include <cstddef>
#include <nlohmann/json.hpp>
#include <vector>

#include "core/input_points.hpp"
#include "nearfold/params.hpp"

namespace nearfold::cli {

/// Of each method the first that has the same edges.
std::vector<std::size_t> edges_of(const std::vector<Method>& methods);

/// Seconds that the maps took, and that they would have taken one by one: the graph, the weights
/// and the start again for each. `timed`: the searches that the shared graph saved are made and
/// timed.
nlohmann::ordered_json account(const std::vector<Method>& methods, const InputPoints& points,
                               const Settings& s, const nlohmann::ordered_json& manifest,
                               bool timed);

}  // namespace nearfold::cli
