// Exact neighbours of sets by counting the bits of every pair, but for those whose numbers of
// elements alone are too different: queries and points are in the order of these, and a query
// begins with the points that have about as many. Tiles of points stay in the cache while a block
// of queries meets them.
#include <algorithm>
#include <cstring>
#include <numeric>
#include <utility>

#include "core/parallel.hpp"
#include "knn/exact.hpp"

namespace nearfold {
namespace {

constexpr std::int64_t kQueriesAtOnce = 32;
constexpr std::int64_t kTileBytes = 128 * 1024;
constexpr std::int64_t kGroup = 16;  // distances that are tested together

struct SetQuery {
  std::vector<std::uint64_t> row;
  std::int32_t count = 0;
  Asked asked;
};

/// The distances of one query to `n` sets, by how many elements both have.
template <SetDistance form>
void write_distances(const std::int32_t* both, const std::int32_t* counts, std::int32_t own,
                     std::int32_t all, std::int64_t n, float* distances) {
  for (std::int64_t s = 0; s < n; ++s)
    distances[s] = set_distance(form, both[s], own - both[s], counts[s] - both[s], all);
}

void write_distances(SetDistance form, const std::int32_t* both, const std::int32_t* counts,
                     std::int32_t own, std::int32_t all, std::int64_t n, float* distances) {
  switch (form) {
    case SetDistance::matching:
      return write_distances<SetDistance::matching>(both, counts, own, all, n, distances);
    case SetDistance::jaccard:
      return write_distances<SetDistance::jaccard>(both, counts, own, all, n, distances);
    case SetDistance::dice:
      return write_distances<SetDistance::dice>(both, counts, own, all, n, distances);
    case SetDistance::russellrao:
      return write_distances<SetDistance::russellrao>(both, counts, own, all, n, distances);
    case SetDistance::rogerstanimoto:
      return write_distances<SetDistance::rogerstanimoto>(both, counts, own, all, n, distances);
    case SetDistance::sokalsneath:
      return write_distances<SetDistance::sokalsneath>(both, counts, own, all, n, distances);
    case SetDistance::yule:
      return write_distances<SetDistance::yule>(both, counts, own, all, n, distances);
  }
}

class BitSearch {
 public:
  BitSearch(const MetricSpace& space, const BitPanels& sets)
      : space_(space),
        sets_(sets),
        all_(static_cast<std::int32_t>(space.norm.columns)),
        tile_(std::clamp<std::int64_t>(kTileBytes / (8 * sets.words * kPanelSets), 1, 512) *
              kPanelSets) {}

  /// All queries of a block, which have about as many elements.
  void operator()(std::vector<SetQuery>& block) const {
    const std::int64_t tiles = (sets_.n() + tile_ - 1) / tile_;
    const auto near = std::lower_bound(sets_.counts.begin(), sets_.counts.begin() + sets_.n(),
                                       block[block.size() / 2].count);
    const std::int64_t first =
        std::min<std::int64_t>((near - sets_.counts.begin()) / tile_, tiles - 1);
    for (std::int64_t step = 0; step < tiles; ++step) {
      if (first - step >= 0) meet(block, first - step);
      if (step > 0 && first + step < tiles) meet(block, first + step);
    }
  }

 private:
  /// No set of a tile is nearer: one of the two holds the other, with as many elements as suits.
  float least(const SetQuery& query, std::int64_t begin, std::int64_t end) const {
    const std::int32_t low = sets_.counts[static_cast<std::size_t>(begin)],
                       high = sets_.counts[static_cast<std::size_t>(end - 1)];
    float bound = kInfinity;
    for (const std::int32_t count : {low, high, std::clamp(query.count, low, high)}) {
      const std::int32_t both = std::min(count, query.count);
      bound = std::min(
          bound, set_distance(space_.norm.sets, both, query.count - both, count - both, all_));
    }
    return bound;
  }

  void meet(std::vector<SetQuery>& block, std::int64_t tile) const {
    const std::int64_t begin = tile * tile_, end = std::min(begin + tile_, sets_.n());
    std::vector<SetQuery*> some;
    for (SetQuery& query : block) {
      if (least(query, begin, end) <= query.asked.reach()) some.push_back(&query);
      if (some.size() == kSetsAtOnce) meet(some, begin, end);
    }
    if (!some.empty()) meet(some, begin, end);
  }

  void meet(std::vector<SetQuery*>& some, std::int64_t begin, std::int64_t end) const {
    const std::int64_t panels = (end - begin + kPanelSets - 1) / kPanelSets;
    std::vector<std::int32_t> counted(static_cast<std::size_t>(kSetsAtOnce * tile_));
    const std::uint64_t* rows[kSetsAtOnce];
    std::int32_t* both[kSetsAtOnce];
    for (std::size_t q = 0; q < kSetsAtOnce; ++q) {
      rows[q] = some[std::min(q, some.size() - 1)]->row.data();
      both[q] = counted.data() + static_cast<std::int64_t>(q) * tile_;
    }
    count_both(rows, sets_.panel(begin / kPanelSets), panels, sets_.words, both);
    for (std::size_t q = 0; q < some.size(); ++q) offer(*some[q], both[q], begin, end);
    some.clear();
  }

  void offer(SetQuery& query, const std::int32_t* both, std::int64_t begin,
             std::int64_t end) const {
    std::vector<float> distances(static_cast<std::size_t>(tile_));
    write_distances(space_.norm.sets, both, sets_.counts.data() + begin, query.count, all_,
                    end - begin, distances.data());
    const std::int32_t alone = query.asked.alone();
    for (std::int64_t from = 0; from < end - begin; from += kGroup) {
      const std::int64_t to = std::min(from + kGroup, end - begin);
      const float reach = query.asked.reach();
      int hits = 0;
      for (std::int64_t s = from; s < to; ++s)
        hits += distances[static_cast<std::size_t>(s)] <= reach ? 1 : 0;
      for (std::int64_t s = from; hits > 0 && s < to; ++s) {
        const std::int32_t id = sets_.ids[static_cast<std::size_t>(begin + s)];
        if (id != alone) query.asked.offer(distances[static_cast<std::size_t>(s)], id);
      }
    }
  }

  const MetricSpace& space_;
  const BitPanels& sets_;
  const std::int32_t all_;   // columns
  const std::int64_t tile_;  // sets, whole panels
};

}  // namespace

NeighborRows search_bits(const MetricSpace& space, const BitPanels& sets, const Queries& queries,
                         int k, const Cpu& on) {
  const BitSearch search(space, sets);
  const auto row = [&](std::size_t q) { return queries.rows.view.float_row(queries.which[q]); };
  std::vector<std::pair<std::int32_t, std::size_t>> order(queries.which.size());
  parallel_for(on.threads, std::ssize(order), kGrain, [&](std::int64_t begin, std::int64_t end) {
    for (auto q = static_cast<std::size_t>(begin); q < static_cast<std::size_t>(end); ++q)
      order[q] = {count_bits(row(q), sets.words), q};
  });
  std::sort(order.begin(), order.end());
  Answers answers(queries, space, k);
  parallel_for(
      on.threads, std::ssize(order), kQueriesAtOnce, [&](std::int64_t begin, std::int64_t end) {
        std::vector<SetQuery> block;
        for (std::int64_t t = begin; t < end; ++t) {
          const auto [count, q] = order[static_cast<std::size_t>(t)];
          block.push_back({std::vector<std::uint64_t>(static_cast<std::size_t>(sets.words)), count,
                           Asked(space, queries, q, k)});
          std::memcpy(block.back().row.data(), row(q),
                      static_cast<std::size_t>(sets.words) * sizeof(std::uint64_t));
        }
        search(block);
        for (std::int64_t t = begin; t < end; ++t)
          answers.write(order[static_cast<std::size_t>(t)].second,
                        std::move(block[static_cast<std::size_t>(t - begin)].asked));
      });
  return answers.finish(on);
}

}  // namespace nearfold
