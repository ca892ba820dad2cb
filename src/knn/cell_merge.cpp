#include "knn/cell_merge.hpp"

#include <algorithm>
#include <iterator>
#include <span>

#include "knn/refine.hpp"

namespace nearfold {

void CellCandidates::add(std::vector<Entry>&& entries, const SharedCells::State& cells) {
  std::vector<Entry> all;
  const auto wanted = static_cast<std::size_t>(cells.effort.candidates);
  all.reserve(best_.size() + entries.size());
  std::merge(best_.begin(), best_.end(), entries.begin(), entries.end(), std::back_inserter(all),
             [](const Entry& a, const Entry& b) { return a.at < b.at; });
  if (all.size() > wanted) all.resize(wanted);
  best_ = std::move(all);
}

Nearest CellCandidates::nearest(std::int32_t query, const SharedCells::State& cells) const {
  const TieOrder order(cells.seed, query);
  Nearest nearest(cells.k, order);
  std::vector<const std::int32_t*> seen;  // groups of equal points
  const auto offer = [&](std::span<const std::int32_t> group, float distance) {
    if (std::find(seen.begin(), seen.end(), group.data()) != seen.end()) return;
    seen.push_back(group.data());
    for (const auto equals : some_of(group, order, query)) nearest.offer(distance, equals, query);
  };
  for (const Entry& entry : best_) {
    const auto group = cells.equal.group(entry.id);
    if (!group.empty())
      offer(group, entry.distance);
    else if (entry.id != query)
      nearest.offer(entry.distance, entry.id);
  }
  if (const auto group = cells.equal.group(query); !group.empty()) offer(group, own_);
  return nearest;
}

}  // namespace nearfold
