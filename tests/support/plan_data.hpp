// What plans are compared by.
#pragma once

#include <cstddef>
#include <variant>

#include "nearfold/plan.hpp"

namespace nearfold {

/// What a stage holds of each point for one more neighbour.
inline double bytes_per_neighbor(std::size_t stage, bool umap, const Device& device = Cpu{}) {
  const auto bytes = [&](int k) {
    const Method method =
        umap ? Method{UmapParams{.n_neighbors = k + 1}} : TsneParams{.perplexity = k / 3.0};
    const Plan p = plan({.n = 1'000'000, .dim = 4}, {.method = method, .device = device});
    const PlannedStage& at = p.stages[stage];
    return std::holds_alternative<Cpu>(device) ? at.host_bytes : at.device_bytes;
  };
  return static_cast<double>(bytes(120) - bytes(90)) / 30e6;
}

}  // namespace nearfold
