#include "aligned/ties.hpp"

#include <algorithm>
#include <utility>

#include "core/parallel.hpp"
#include "graph/vertex_order.hpp"

namespace nearfold {
namespace {

constexpr std::int32_t kNone = -1;

std::int32_t counterpart(const std::vector<std::int32_t>& of, std::int32_t row) {
  return of[static_cast<std::size_t>(row)];
}

/// Common ones over those of either.
float jaccard(const std::vector<std::int32_t>& a, const std::vector<std::int32_t>& b) {
  std::size_t common = 0;
  for (std::size_t i = 0, j = 0; i < a.size() && j < b.size();) {
    if (a[i] == b[j]) ++common;
    const std::int32_t next = std::min(a[i], b[j]);
    i += a[i] == next ? 1u : 0u;
    j += b[j] == next ? 1u : 0u;
  }
  const std::size_t either = a.size() + b.size() - common;
  return either > 0 ? static_cast<float>(common) / static_cast<float>(either) : 1.0f;
}

void find_similarities(Tie& tie, const Neighborhoods& from, const Neighborhoods& to,
                       const Cpu& on) {
  tie.similarity.assign(tie.ahead.size(), 0.0f);
  parallel_for(on.threads, from.n(), kGrain, [&](std::int64_t begin, std::int64_t end) {
    std::vector<std::int32_t> mine, theirs;
    for (std::int64_t i = begin; i < end; ++i) {
      const std::int32_t other = tie.ahead[static_cast<std::size_t>(i)];
      if (other == kNone) continue;
      mine.clear();
      theirs.clear();
      for (const std::int32_t j : from.row(i))
        if (const std::int32_t there = counterpart(tie.ahead, j); there != kNone)
          mine.push_back(there);
      std::sort(mine.begin(), mine.end());
      for (const std::int32_t j : to.row(other))
        if (counterpart(tie.back, j) != kNone) theirs.push_back(j);
      tie.similarity[static_cast<std::size_t>(i)] = jaccard(mine, theirs);
    }
  });
}

/// What `ahead` leads to, by row of the set that it leads to.
std::vector<std::int32_t> reversed(const std::vector<std::int32_t>& ahead, std::int64_t n) {
  std::vector<std::int32_t> back(static_cast<std::size_t>(n), kNone);
  for (std::size_t i = 0; i < ahead.size(); ++i)
    if (ahead[i] != kNone) back[static_cast<std::size_t>(ahead[i])] = static_cast<std::int32_t>(i);
  return back;
}

}  // namespace

std::span<const std::int32_t> Neighborhoods::row(std::int64_t i) const {
  const std::int64_t first = offsets[static_cast<std::size_t>(i)];
  return {columns.data() + first,
          static_cast<std::size_t>(offsets[static_cast<std::size_t>(i) + 1] - first)};
}

Neighborhoods neighborhoods_of(const EdgeGraph& graph, const Cpu& on) {
  Neighborhoods out{graph.offsets, graph.columns};
  if (graph.point_of.empty()) return out;
  const std::vector<std::int32_t> vertex_of = inverse_of(graph.point_of);
  const auto vertex = [&](std::int64_t i) {
    return static_cast<std::size_t>(vertex_of[static_cast<std::size_t>(i)]);
  };
  for (std::int64_t i = 0; i < graph.n; ++i)
    out.offsets[static_cast<std::size_t>(i) + 1] = out.offsets[static_cast<std::size_t>(i)] +
                                                   graph.offsets[vertex(i) + 1] -
                                                   graph.offsets[vertex(i)];
  parallel_for(on.threads, graph.n, kGrain, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) {
      auto* const to = out.columns.data() + out.offsets[static_cast<std::size_t>(i)];
      std::int64_t many = 0;
      for (std::int64_t e = graph.offsets[vertex(i)]; e < graph.offsets[vertex(i) + 1]; ++e)
        to[many++] =
            graph.point_of[static_cast<std::size_t>(graph.columns[static_cast<std::size_t>(e)])];
      std::sort(to, to + many);
    }
  });
  return out;
}

std::int64_t Tie::rows() const {
  return std::count_if(ahead.begin(), ahead.end(),
                       [](std::int32_t other) { return other != kNone; });
}

std::vector<Tie> ties_of(const std::vector<Neighborhoods>& sets,
                         std::span<const Relation> relations, int window, const Cpu& on) {
  std::vector<std::vector<std::int32_t>> steps;  // from each set to the next
  for (std::size_t s = 0; s < relations.size(); ++s) {
    std::vector<std::int32_t>& ahead =
        steps.emplace_back(static_cast<std::size_t>(sets[s].n()), kNone);
    for (const RelatedRows& pair : relations[s])
      ahead[static_cast<std::size_t>(pair.row)] = static_cast<std::int32_t>(pair.next);
  }
  std::vector<Tie> ties;
  for (std::size_t s = 0; s < steps.size(); ++s) {
    std::vector<std::int32_t> ahead = steps[s];
    for (std::size_t to = s + 1; to < sets.size() && to - s <= static_cast<std::size_t>(window);
         ++to) {
      if (to > s + 1)
        for (std::int32_t& row : ahead)
          if (row != kNone) row = counterpart(steps[to - 1], row);
      Tie tie{s, to, ahead, reversed(ahead, sets[to].n()), {}};
      find_similarities(tie, sets[s], sets[to], on);
      ties.push_back(std::move(tie));
    }
  }
  return ties;
}

}  // namespace nearfold
