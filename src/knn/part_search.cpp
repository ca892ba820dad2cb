#include "knn/part_search.hpp"

#include <algorithm>
#include <numeric>
#include <optional>
#include <utility>
#include <variant>

#include "core/stopping.hpp"
#include "knn/approximate.hpp"
#include "knn/recall.hpp"
#include "nearfold/error.hpp"

namespace nearfold {

// ---- who is asked -------------------------------------------------------------------------------

Queries PartQueries::none() const {
  Queries none{within() ? space.as_queries : made, {}, within()};
  none.first_id = within() ? -1 : queries.begin;
  return none;
}

Queries PartQueries::each() const {
  Queries all = none();
  all.which.resize(static_cast<std::size_t>(queries.rows()));
  std::iota(all.which.begin(), all.which.end(), queries.begin - first());
  return all;
}

Queries PartQueries::kinds() const {
  return queries == data ? all_kinds(space) : each();
}

Queries PartQueries::some(std::span<const std::int32_t> ids) const {
  Queries those = none();
  for (const std::int32_t id : ids) those.which.push_back(id - first());
  return those;
}

std::vector<std::int32_t> sampled_among(const RowRange& queries, std::int64_t n) {
  std::vector<std::int32_t> ids;
  for (const std::int64_t id : sampled_of(n))
    if (queries.contains({id, id + 1})) ids.push_back(static_cast<std::int32_t>(id));
  return ids;
}

ExactRows exact_rows(const ExactSearch& exact, std::vector<std::int32_t> ids,
                     const PartQueries& asked, const KnnPart& part, const Cpu& on) {
  NeighborRows rows = exact(asked.some(ids), static_cast<int>(part.exact_width()), on);
  return {std::move(ids), std::move(rows.ids), std::move(rows.distances)};
}

// ---- exact --------------------------------------------------------------------------------------

namespace {

class FlatSearch final : public PartSearch {
 public:
  FlatSearch(const MetricSpace& space, const Cpu& on) : exact_(space, on) {}

  void fill(KnnPart& part, const PartQueries& asked, const Cpu& on) const override {
    const Part searched(1, 1);
    NeighborRows rows = exact_(asked.kinds(), static_cast<int>(part.width()), on);
    part.neighbors = std::move(rows.ids);
    part.distances = std::move(rows.distances);
    part.tied.assign(rows.tied.begin(), rows.tied.end());
  }

 private:
  ExactSearch exact_;
};

// ---- by an index of the data --------------------------------------------------------------------

/// Rows that are near each other one after the other, as a search of many wants them.
std::vector<std::int64_t> in_order_of_nearness(const Queries& queries, const Projection& projection,
                                               const Measure& norm, const Cpu& on) {
  const KnnRows rows = make_knn_rows(queries.rows.view, projection, norm, on);
  return {rows.ids.begin(), rows.ids.end()};
}

class IndexSearch final : public PartSearch {
 public:
  /// Of few points all are neighbours: those are not worth an index, or cannot have one.
  IndexSearch(const MetricSpace& space, int k, const IndexParams& params, const Cpu& on,
              std::uint64_t seed)
      : space_(&space) {
    if (space.n() > k + 1)
      tuned_.emplace(tune_index(space, k, params, on, seed));
    else
      few_.emplace(space, on);
  }

  void fill(KnnPart& part, const PartQueries& asked, const Cpu& on) const override {
    const Part searched(1, 3);
    const int width = static_cast<int>(part.width());
    NeighborRows rows = tuned_ ? found(asked, width, on) : (*few_)(asked.each(), width, on);
    part.neighbors = std::move(rows.ids);
    part.distances = std::move(rows.distances);
    part.tied.assign(static_cast<std::size_t>(part.queries.rows()), 0);
    part.exact = exact_rows(tuned_ ? tuned_->exact : *few_, sampled_among(part.queries, part.all.n),
                            asked, part, on);
  }

 private:
  NeighborRows found(const PartQueries& asked, int k, const Cpu& on) const {
    Queries queries = asked.each();
    const std::int64_t first = queries.which.front();
    if (!asked.within())
      queries.which = in_order_of_nearness(queries, tuned_->index.projection, space_->norm, on);
    const NeighborRows near = search_index(tuned_->index, *space_, queries, k, tuned_->effort, on);
    NeighborRows rows(near.n, near.k);
    for (std::int64_t q = 0; q < near.n; ++q)
      rows.copy_row(near, q, queries.which[static_cast<std::size_t>(q)] - first);
    fill_exactly(rows, tuned_->exact, asked.each(), on);
    return rows;
  }

  const MetricSpace* space_;
  std::optional<TunedIndex> tuned_;
  std::optional<ExactSearch> few_;
};

}  // namespace

std::unique_ptr<const PartSearch> make_flat_search(const MetricSpace& space, const Cpu& on) {
  return std::make_unique<FlatSearch>(space, on);
}

std::unique_ptr<const PartSearch> make_index_search(const MetricSpace& space, int k,
                                                    const KnnParams& params, const Cpu& on,
                                                    std::uint64_t seed) {
  const auto search = [&](const IndexParams& known) {
    return std::make_unique<IndexSearch>(space, k, known, on, seed);
  };
  if (const auto* ivf = std::get_if<IvfKnn>(&params)) return search(*ivf);
  if (const auto* hnsw = std::get_if<HnswKnn>(&params)) return search(*hnsw);
  throw Unsupported(
      "parts of a graph are found exactly by flat, and through an index of their data by ivf or "
      "hnsw; nndescent and auto only make whole graphs: use one of the three");
}

}  // namespace nearfold
