// Exact neighbours on the CPU: filter, refine, certify.
//
// Filter: distances between short vectors (filter.hpp) never exceed the true ones, and products
// give them several times faster. Blocks of queries are near each other and meet their own
// surroundings first, so that thresholds fall early. Refine: candidates are measured in the order
// of their bound until the bound passes the k-th distance found. Certify: a row whose candidates
// ran out first is searched again with that distance as threshold, missing nothing. Rounding is on
// the safe side: bounds are lowered by more than the product's worst error.
#include <algorithm>
#include <bit>
#include <span>
#include <utility>

#include "core/parallel.hpp"
#include "core/take_rows.hpp"
#include "knn/exact.hpp"

namespace nearfold {
namespace {

constexpr std::int64_t kQueryBlock = 256;
constexpr int kTogether = BoundPanels::kQueries;

struct Query {
  std::int64_t which = 0;           // row of those that are asked
  float scale = 1;                  // see MetricRows
  std::int32_t self = -1;           // the point that need not be measured; -1: none
  const float* opposite = nullptr;  // -2 times its row of the filter: a bound is a sum
  float norm = 0;                   // of the row itself, lowered
  float rest = 0;                   // BoundPanels::rest() of `opposite`
  float threshold = kInfinity;      // candidates with a larger bound cannot matter
  bool dropped = false;             // candidates at or above the threshold were dropped
  std::vector<Candidate> candidates = {};
};

struct Search {
  const MetricSpace& space;
  const KnnFilter& filter;
  const StoredView& asked_rows;

  /// A bound of what is measured: beyond it nothing can come in.
  float reach(const Query& query, const Asked& asked) const {
    const float distance = asked.reach();
    return distance < kInfinity ? measured_at(space.norm, distance, query.scale) : kInfinity;
  }

  /// Measures candidates in order of their bound; true when none left out can be nearer.
  bool refine(Query& query, Asked& asked) const {
    std::sort(query.candidates.begin(), query.candidates.end());
    const auto& points = space.points.view;
    std::vector<float> own = asked_rows.room(), room = points.room();
    const float* const row = asked_rows.row(query.which, own.data());
    const std::size_t count = query.candidates.size();
    for (std::size_t c = 0; c < count; ++c) {
      const std::int32_t id = id_of(query.candidates[c]);
      if (value_of(query.candidates[c]) > reach(query, asked)) return true;
      if (c + 1 < count) prefetch_row(points, id_of(query.candidates[c + 1]));
      const float measured = squared_distance(row, points.row(id, room.data()), points.cols());
      asked.offer(distance_of(space.norm, measured, query.scale), id);
    }
    return !query.dropped || query.threshold > reach(query, asked);
  }

  /// Streams all points past a block of queries, beginning with row `start` of the filter.
  /// full(query) makes room in a list that has more than `room` candidates.
  template <class Full>
  void stream(std::vector<Query>& block, std::int64_t start, std::size_t room,
              const Full& full) const {
    const std::int64_t tiles = filter.rows.tiles(), first = start / BoundPanels::kTile;
    for (std::int64_t t = 0; t < tiles; ++t)
      for (std::size_t q = 0; q < block.size(); q += kTogether) {
        const std::span some =
            std::span(block).subspan(q, std::min<std::size_t>(kTogether, block.size() - q));
        test((first + t) % tiles, some);
        for (Query& query : some)
          if (query.candidates.size() > room) full(query);
      }
  }

  /// Appends the points of a tile whose bounds pass the thresholds of up to kTogether queries.
  void test(std::int64_t tile, std::span<Query> queries) const {
    BoundPanels::Tested tested[kTogether];
    for (std::size_t q = 0; q < kTogether; ++q) {
      const bool there = q < queries.size();
      const Query& query = queries[there ? q : 0];
      tested[q] = {query.opposite, query.norm, there ? query.threshold : -kInfinity, query.rest};
    }
    filter.rows.test(tile, tested,
                     [&](int q, std::int64_t row, Floats bounds, std::uint32_t lanes) {
                       Query& query = queries[static_cast<std::size_t>(q)];
                       for (; lanes != 0; lanes &= lanes - 1) {
                         const int lane = std::countr_zero(lanes);
                         const std::int32_t id = filter.ids[static_cast<std::size_t>(row + lane)];
                         if (id != query.self)
                           query.candidates.push_back(candidate(bounds[lane], id));
                       }
                     });
  }
};

/// Keeps the `keep` candidates of smallest bound and lowers the threshold to the last of them.
void keep_best(Query& query, std::size_t keep) {
  auto& all = query.candidates;
  std::nth_element(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(keep) - 1, all.end());
  query.threshold = value_of(all[keep - 1]);
  query.dropped = true;
  all.resize(keep);
}

/// Finds the k nearest of every query of a block, which is asked beside it.
void search_block(const Search& search, std::vector<Query>& block, std::vector<Asked>& asked,
                  std::int64_t start, int k) {
  // Enough for most rows: MNIST needs 85 for k = 15 and 330 for k = 90, at the median.
  const bool lossless = search.filter.projection.lossless();
  const auto keep = static_cast<std::size_t>(lossless ? k + 16 : 4 * k + 64);
  for (Query& query : block) query.candidates.reserve(2 * keep + BoundPanels::kTile);
  search.stream(block, start, 2 * keep, [&](Query& query) { keep_best(query, keep); });

  std::vector<std::size_t> uncertified;
  std::vector<Query> again;
  for (std::size_t q = 0; q < block.size(); ++q) {
    if (search.refine(block[q], asked[q])) continue;
    uncertified.push_back(q);
    again.push_back(block[q]);
    again.back().threshold = search.reach(block[q], asked[q]);
    again.back().dropped = false;
    again.back().candidates.clear();
    asked[q].clear();
  }
  if (again.empty()) return;
  const auto measure = [&](Query& query) {
    Asked& mine = asked[uncertified[static_cast<std::size_t>(&query - again.data())]];
    search.refine(query, mine);
    query.threshold = std::min(query.threshold, search.reach(query, mine));
    query.candidates.clear();
  };
  search.stream(again, start, 4096, measure);
  for (Query& query : again) measure(query);
}

/// Queries that are no points of the space, as rows in an order in which near ones are together.
KnnRows rows_of_others(const Queries& queries, const Projection& projection, const Cpu& on) {
  const StoredView& all = queries.rows.view;
  if (std::ssize(queries.which) == all.rows()) return make_knn_rows(all, projection, Norm::l2, on);
  return make_knn_rows(take_rows(all, queries.which), projection, Norm::l2, on);
}

/// Who is asked when: points in the order of their rows, others as rows_of_others() has them.
std::vector<QueryOrder> order_of(const Queries& queries, const KnnFilter& filter,
                                 const MetricSpace& space, const KnnRows& others) {
  if (others.n() == 0) return query_order_of(queries, filter.ids, space.equal);
  std::vector<QueryOrder> order(queries.which.size());
  for (std::size_t t = 0; t < order.size(); ++t)
    order[t] = {static_cast<std::int64_t>(t), static_cast<std::size_t>(others.ids[t])};
  return order;
}

}  // namespace

NeighborRows search_filtered(const MetricSpace& space, const KnnFilter& filter,
                             const Queries& queries, int k, const Cpu& on) {
  const Search search{space, filter, queries.rows.view};
  const bool have_rows = queries.are_points && !space.lopsided();
  const KnnRows others = have_rows ? KnnRows{} : rows_of_others(queries, filter.projection, on);
  const std::vector<QueryOrder> order = order_of(queries, filter, space, others);
  Answers answers(queries, space, k);
  const auto width = static_cast<std::size_t>(filter.rows.width());
  parallel_for(
      on.threads, std::ssize(order), kQueryBlock, [&](std::int64_t begin, std::int64_t end) {
        std::vector<Query> block(static_cast<std::size_t>(end - begin));
        std::vector<Asked> asked;
        asked.reserve(block.size());
        std::vector<float> rows(block.size() * width);  // of the filter
        for (std::size_t q = 0; q < block.size(); ++q) {
          const QueryOrder& entry = order[static_cast<std::size_t>(begin) + q];
          const std::int64_t which = queries.which[entry.at];
          asked.emplace_back(space, queries, entry.at, k);
          Query& query = block[q];
          query.which = which;
          query.scale = queries.rows.scale(which);
          query.self = asked[q].alone();
          float* const row = rows.data() + q * width;
          query.opposite = row;
          if (have_rows) {
            filter.rows.copy_row(entry.row, row);
            query.norm = filter.rows.own(entry.row);
          } else {
            query.norm = filter.make_row(others.rows.row(entry.row), others.square(entry.row), row);
          }
        }
        const std::int64_t start =
            have_rows ? order[static_cast<std::size_t>(begin)].row
                      : filter.surroundings(rows.data() + block.size() / 2 * width);
        for (float& x : rows) x *= -2.0f;
        for (Query& query : block) query.rest = filter.rows.rest(query.opposite);
        search_block(search, block, asked, start, k);
        for (std::size_t q = 0; q < block.size(); ++q)
          answers.write(order[static_cast<std::size_t>(begin) + q].at, std::move(asked[q]));
      });
  return answers.finish(on);
}

}  // namespace nearfold
