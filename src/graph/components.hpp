// The connected components of a graph.
#pragma once

#include <cstdint>
#include <vector>

#include "graph/graph.hpp"

namespace nearfold {

/// By their smallest vertices; vertices ascending in each.
struct Components {
  std::vector<std::int64_t> offsets;  // count + 1
  std::vector<std::int32_t> members;  // n
  std::vector<std::int32_t> place;    // n: where a vertex stands in its component

  /// From the smallest vertex of each vertex's component.
  explicit Components(const std::vector<std::int32_t>& first_of);
  std::int64_t count() const { return static_cast<std::int64_t>(offsets.size()) - 1; }
  std::int64_t size(std::int64_t c) const {
    return offsets[static_cast<std::size_t>(c) + 1] - offsets[static_cast<std::size_t>(c)];
  }
  /// Worth more than one thread, or a device.
  bool is_large(std::int64_t c) const { return size(c) >= 2048; }
};

/// Component `c` with its vertices renumbered 0, 1, ...
EdgeGraph extract(const EdgeGraph& graph, const Components& components, std::int64_t c);

/// The smallest vertex of each vertex's component. O(n + edges).
std::vector<std::int32_t> find_components(const EdgeGraph& graph);

}  // namespace nearfold
