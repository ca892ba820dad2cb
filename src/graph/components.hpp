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

/// A component, its vertices numbered 0, 1, ..., in the graph that it is of; or the whole graph.
class ComponentView {
 public:
  explicit ComponentView(const EdgeGraph& graph) : graph_(&graph), n_(graph.n) {}
  ComponentView(const EdgeGraph& graph, const Components& components, std::int64_t c)
      : graph_(&graph),
        n_(components.size(c)),
        members_(components.members.data() + components.offsets[static_cast<std::size_t>(c)]),
        place_(components.place.data()) {}

  std::int64_t n() const { return n_; }
  std::int64_t edges() const;
  /// The entries of vertex i are [begin, end) of the graph's columns and weights.
  std::int64_t begin(std::int64_t i) const { return graph_->offsets[row(i)]; }
  std::int64_t end(std::int64_t i) const { return graph_->offsets[row(i) + 1]; }
  const EdgeGraph& graph() const { return *graph_; }
  /// The vertices that columns are; null where they are the columns.
  const std::int32_t* place() const { return place_; }

 private:
  std::size_t row(std::int64_t i) const {
    return static_cast<std::size_t>(members_ == nullptr ? i : members_[i]);
  }

  const EdgeGraph* graph_;
  std::int64_t n_;
  const std::int32_t *members_ = nullptr, *place_ = nullptr;
};

/// Component `c` with its vertices renumbered 0, 1, ...
EdgeGraph extract(const EdgeGraph& graph, const Components& components, std::int64_t c);

/// The smallest vertex of each vertex's component. O(n + edges).
std::vector<std::int32_t> find_components(const EdgeGraph& graph);

}  // namespace nearfold
