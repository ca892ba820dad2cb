#include "graph/components.hpp"

#include <numeric>

namespace nearfold {

std::vector<std::int32_t> find_components(const EdgeGraph& graph) {
  std::vector<std::int32_t> first_of(static_cast<std::size_t>(graph.n), -1), reached;
  for (std::int32_t first = 0; first < graph.n; ++first) {
    if (first_of[static_cast<std::size_t>(first)] >= 0) continue;
    reached = {first};
    first_of[static_cast<std::size_t>(first)] = first;
    for (std::size_t next = 0; next < reached.size(); ++next) {
      const auto i = static_cast<std::size_t>(reached[next]);
      for (auto e = graph.offsets[i]; e < graph.offsets[i + 1]; ++e) {
        const std::int32_t j = graph.columns[static_cast<std::size_t>(e)];
        if (first_of[static_cast<std::size_t>(j)] >= 0) continue;
        first_of[static_cast<std::size_t>(j)] = first;
        reached.push_back(j);
      }
    }
  }
  return first_of;
}

Components::Components(const std::vector<std::int32_t>& first_of) {
  place.resize(first_of.size());
  for (std::size_t v = 0; v < first_of.size(); ++v) {  // place: the component, for now
    const auto first = static_cast<std::size_t>(first_of[v]);
    if (first == v) offsets.push_back(0);
    place[v] = first == v ? static_cast<std::int32_t>(offsets.size()) - 1 : place[first];
    ++offsets[static_cast<std::size_t>(place[v])];
  }
  offsets.push_back(0);
  std::exclusive_scan(offsets.begin(), offsets.end(), offsets.begin(), std::int64_t{0});
  std::vector<std::int64_t> next = offsets;
  members.resize(first_of.size());
  for (std::size_t v = 0; v < first_of.size(); ++v) {
    const auto c = static_cast<std::size_t>(place[v]);
    place[v] = static_cast<std::int32_t>(next[c] - offsets[c]);
    members[static_cast<std::size_t>(next[c]++)] = static_cast<std::int32_t>(v);
  }
}

std::int64_t ComponentView::edges() const {
  std::int64_t count = 0;
  for (std::int64_t i = 0; i < n_; ++i) count += end(i) - begin(i);
  return count;
}

EdgeGraph extract(const EdgeGraph& graph, const Components& components, std::int64_t c) {
  EdgeGraph out;
  out.n = components.size(c);
  out.offsets.push_back(0);
  for (std::int64_t m = 0; m < out.n; ++m) {
    const auto at = static_cast<std::size_t>(components.offsets[static_cast<std::size_t>(c)] + m);
    const auto i = static_cast<std::size_t>(components.members[at]);
    for (auto e = static_cast<std::size_t>(graph.offsets[i]);
         e < static_cast<std::size_t>(graph.offsets[i + 1]); ++e) {
      out.columns.push_back(components.place[static_cast<std::size_t>(graph.columns[e])]);
      out.weights.push_back(graph.weights[e]);
    }
    out.offsets.push_back(out.edges());
  }
  return out;
}

}  // namespace nearfold
