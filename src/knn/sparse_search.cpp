// Sixteen queries at a time are spread out over the columns that any of them stores, side by side;
// then every point adds its terms with all sixteen, one step a stored value, and what their sums do
// not rule out is merged and measured.
#include "knn/sparse_search.hpp"

#include <algorithm>
#include <utility>

#include "core/parallel.hpp"

namespace nearfold {
namespace {

constexpr std::int64_t kLanesOfBlock = 16, kQueriesOfRange = 64;
constexpr std::int64_t kParts = kLanesOfBlock / kSimd;

/// One query that is asked.
struct Query {
  SparseRow row;
  float scale = 1;
  std::int64_t self = -1;  // the point that it is
  RowSums sums = {};
  Nearest nearest;

  /// What is measured beyond cannot come in.
  float limit(const SparseSpace& space) const {
    return nearest.full() ? measured_at(space.norm, nearest.reach(), scale) : kInfinity;
  }
  void offer(const SparseSpace& space, float measured, std::int64_t point) {
    nearest.offer(distance_of(space.norm, measured, scale), static_cast<std::int32_t>(point));
  }
};

/// The sums and limits of queries side by side; those that are not there have a limit that nothing
/// is within.
struct Lanes {
  float own[kLanesOfBlock] = {}, length[kLanesOfBlock] = {}, sum[kLanesOfBlock] = {},
        rest[kLanesOfBlock] = {}, stored[kLanesOfBlock] = {}, limit[kLanesOfBlock];

  explicit Lanes(std::span<const Query> queries) {
    std::fill_n(limit, kLanesOfBlock, -kInfinity);
    for (std::size_t q = 0; q < queries.size(); ++q) {
      const RowSums& of = queries[q].sums;
      own[q] = of.own;
      length[q] = of.length;
      sum[q] = of.sum;
      rest[q] = of.rest;
      stored[q] = of.stored;
      limit[q] = kInfinity;
    }
  }
  RowSums sums(std::size_t q) const { return {own[q], length[q], sum[q], rest[q], stored[q]}; }
};

/// Queries side by side: values of a column beside each other, columns that none stores in place 0.
class Block {
 public:
  explicit Block(std::int64_t width) : place_(static_cast<std::size_t>(width)) {}

  void set(std::span<const Query> queries) {
    values_.assign(kLanesOfBlock, 0);
    for (std::size_t q = 0; q < queries.size(); ++q) {
      const SparseRow& row = queries[q].row;
      for (std::size_t e = 0; e < row.columns.size(); ++e) {
        std::int32_t& place = place_[static_cast<std::size_t>(row.columns[e])];
        if (place == 0) {
          place = static_cast<std::int32_t>(values_.size());
          values_.resize(values_.size() + kLanesOfBlock);
        }
        values_[static_cast<std::size_t>(place) + q] = row.values[e] - row.rest;
      }
    }
  }
  void clear(std::span<const Query> queries) {
    for (const Query& query : queries)
      for (const std::int32_t c : query.row.columns) place_[static_cast<std::size_t>(c)] = 0;
  }

  /// The sums of the terms of a row with each query.
  template <Overlap kind>
  void meet(const SparseRow& row, float* terms) const {
    Floats sums[kParts] = {};
    for (std::size_t e = 0; e < row.columns.size(); ++e) {
      const float* const x = values_.data() + place_[static_cast<std::size_t>(row.columns[e])];
      const Floats y = Floats{} + (row.values[e] - row.rest);
      for (std::int64_t p = 0; p < kParts; ++p) sums[p] += Term<kind>::of(load(x + p * kSimd), y);
    }
    for (std::int64_t p = 0; p < kParts; ++p) store(terms + p * kSimd, sums[p]);
  }

 private:
  std::vector<std::int32_t> place_;  // of a column in values_
  std::vector<float> values_;
};

template <Overlap kind>
void ask(const SparseSpace& space, Block& block, std::span<Query> queries) {
  constexpr bool kExact = kind == Overlap::sets || kind == Overlap::unequal;
  const auto width = static_cast<float>(space.points.width);
  block.set(queries);
  Lanes lanes(queries);
  for (std::int64_t p = 0; p < space.n(); ++p) {
    const SparseRow row = space.points.row(p);
    const RowSums own = space.points.sums[static_cast<std::size_t>(p)];
    float terms[kLanesOfBlock], least[kLanesOfBlock];
    block.meet<kind>(row, terms);
    int hits = 0;
    for (std::size_t q = 0; q < kLanesOfBlock; ++q) {
      least[q] = least_measured<kind>(space.norm, terms[q], lanes.sums(q), own, width);
      hits += least[q] <= lanes.limit[q] ? 1 : 0;
    }
    for (std::size_t q = 0; hits > 0 && q < queries.size(); ++q) {
      Query& query = queries[q];
      if (!(least[q] <= lanes.limit[q]) || p == query.self) continue;
      query.offer(space,
                  kExact ? least[q] : measure_rows(space.norm, query.row, row, space.points.width),
                  p);
      lanes.limit[q] = query.limit(space);
    }
  }
  block.clear(queries);
}

template <>
void ask<Overlap::none>(const SparseSpace& space, Block&, std::span<Query> queries) {
  for (std::int64_t p = 0; p < space.n(); ++p)
    for (Query& query : queries)
      if (p != query.self)
        query.offer(
            space, measure_rows(space.norm, query.row, space.points.row(p), space.points.width), p);
}

void ask(Overlap kind, const SparseSpace& space, Block& block, std::span<Query> queries) {
  switch (kind) {
    case Overlap::products:
      return ask<Overlap::products>(space, block, queries);
    case Overlap::sets:
      return ask<Overlap::sets>(space, block, queries);
    case Overlap::magnitudes:
      return ask<Overlap::magnitudes>(space, block, queries);
    case Overlap::unequal:
      return ask<Overlap::unequal>(space, block, queries);
    case Overlap::shares:
      return ask<Overlap::shares>(space, block, queries);
    case Overlap::none:
      return ask<Overlap::none>(space, block, queries);
  }
}

}  // namespace

NeighborRows search_sparse(const SparseSpace& space, const SparseQueries& queries, int k,
                           const Cpu& on) {
  const Overlap kind = overlap_of(space.norm);
  NeighborRows answer = unfilled_rows(std::ssize(queries.which), k);
  parallel_for(on.threads, answer.n, kQueriesOfRange, [&](std::int64_t begin, std::int64_t end) {
    Block block(kind == Overlap::none ? 0 : space.points.width);
    for (std::int64_t first = begin; first < end; first += kLanesOfBlock) {
      std::vector<Query> some;
      for (std::int64_t q = first; q < std::min(first + kLanesOfBlock, end); ++q) {
        const std::int64_t i = queries.which[static_cast<std::size_t>(q)];
        const std::int64_t self = queries.are_points ? i : -1;
        some.push_back({queries.rows.row(i), queries.rows.scale(i), self,
                        queries.rows.sums[static_cast<std::size_t>(i)],
                        Nearest(k, space.tie_order(self))});
      }
      ask(kind, space, block, some);
      for (std::size_t q = 0; q < some.size(); ++q)
        answer.set(first + static_cast<std::int64_t>(q), some[q].nearest);
    }
  });
  return answer;
}

}  // namespace nearfold
