#include "knn/index.hpp"

#include <algorithm>

#include "core/float_rows.hpp"
#include "core/parallel.hpp"
#include "knn/refine.hpp"
#include "nearfold/error.hpp"

namespace nearfold {
namespace {

constexpr std::int64_t kQueries = 128;  // that one searcher answers
constexpr std::int64_t kMaxEf = 8192;

std::variant<IvfLists, HnswGraph> make_search(KnnRows& rows, const IvfKnn& params,
                                              std::uint64_t seed, const Cpu& on) {
  return make_ivf_lists(rows, cells_for(params, rows.n()), seed, on);
}

std::variant<IvfLists, HnswGraph> make_search(KnnRows& rows, const HnswKnn& params,
                                              std::uint64_t seed, const Cpu& on) {
  return build_hnsw(rows, params, seed, on);
}

/// found[q]: candidates for each of the queries, which are near each other.
void search(const KnnRows&, const IvfLists& cells, std::span<const ShortQuery> queries,
            const Effort& effort, std::vector<std::vector<std::int32_t>>& found) {
  IvfSearch searcher(cells);
  searcher(queries, effort.probes_or_ef, effort.candidates);
  for (std::size_t q = 0; q < queries.size(); ++q)
    for (const Candidate c : searcher.found(q)) found[q].push_back(id_of(c));
}
void search(const KnnRows& rows, const HnswGraph& graph, std::span<const ShortQuery> queries,
            const Effort& effort, std::vector<std::vector<std::int32_t>>& found) {
  HnswSearch searcher(rows, graph);
  for (std::size_t q = 0; q < queries.size(); ++q) {
    found[q].resize(static_cast<std::size_t>(effort.candidates));
    const int count = searcher(queries[q].row, queries[q].square, effort.probes_or_ef,
                               effort.candidates, found[q].data());
    found[q].resize(static_cast<std::size_t>(count));
  }
}

/// The same, by whichever method the index is of.
std::vector<std::vector<std::int32_t>> search(const KnnIndex::State& index,
                                              std::span<const ShortQuery> queries,
                                              const Effort& effort) {
  std::vector<std::vector<std::int32_t>> found(queries.size());
  std::visit([&](const auto& how) { search(index.rows, how, queries, effort, found); },
             index.search);
  return found;
}

/// The efforts worth trying for so many candidates.
Efforts efforts(const IvfLists& cells, std::int64_t /*n*/, int /*candidates*/) {
  return {1, cells.nlist()};
}
Efforts efforts(const HnswGraph&, std::int64_t n, int candidates) {
  return {candidates, static_cast<int>(std::min<std::int64_t>(n, kMaxEf))};
}

std::optional<int> given_effort(const IvfKnn& params) {
  return params.nprobe;
}
std::optional<int> given_effort(const HnswKnn& params) {
  return params.ef;
}

std::string described(const char* parameter, const std::optional<Effort>& effort) {
  return effort ? parameter + std::to_string(effort->probes_or_ef) : "";
}
std::string describe_search(const IvfLists& cells, const std::optional<Effort>& effort) {
  return describe_ivf(cells.nlist(), effort);
}
std::string describe_search(const HnswGraph& graph, const std::optional<Effort>& effort) {
  return "hnsw:M=" + std::to_string(graph.M) + described(",ef=", effort);
}

}  // namespace

KnnIndex::State make_index(const MetricSpace& space, const IndexParams& params, std::uint64_t seed,
                           const Cpu& on) {
  KnnIndex::State index{params, space.distance, space.n(), seed, {}, {}, IvfLists{}};
  const auto make_rows = [&] {
    const Part part(0.2, 6);
    index.projection = make_projection(space.points.view, kFilterCarries, on);
    index.rows = make_knn_rows(space.points.view, index.projection, space.norm, on);
  };
  make_rows();
  const Part part(1);
  index.search =
      std::visit([&](const auto& p) { return make_search(index.rows, p, seed, on); }, params);
  return index;
}

void check_same_points(const KnnIndex::State& index, const MetricSpace& space) {
  const auto refuse = [](const std::string& what) {
    throw InvalidInput("the index was made of other points: " + what +
                       "; give those, or build it again");
  };
  if (space.n() != index.n)
    refuse("it has " + std::to_string(index.n) + " and these are " + std::to_string(space.n()));
  const std::size_t dim = index.projection.mean.size();
  if (static_cast<std::size_t>(space.width()) != dim)
    refuse("its rows have " + std::to_string(dim) + " columns and these " +
           std::to_string(space.width()) + ", as " + name(space.distance.metric) + " sees them");
  std::vector<float> row(static_cast<std::size_t>(index.rows.rows.cols()));
  std::vector<float> room = space.points.view.room();
  for (std::int64_t s = 0; s < std::min<std::int64_t>(64, index.n); ++s) {
    const std::int64_t r = s * index.n / 64 % index.n;
    const std::int32_t id = index.rows.ids[static_cast<std::size_t>(r)];
    const float* const point = space.points.view.row(id, room.data());
    float square;
    make_knn_rows({&point, 1}, index.projection, index.rows.norm, row.data(), &square);
    if (!std::equal(row.begin(), row.end(), index.rows.rows.row(r)))
      refuse("point " + std::to_string(id) + " has moved");
  }
}

namespace {

/// The queries of order [begin, end) as rows.
KnnRows rows_of_queries(const KnnIndex::State& index, const Queries& queries,
                        const std::vector<QueryOrder>& order, std::int64_t begin,
                        std::int64_t end) {
  KnnRows made{index.rows.norm, Matrix(end - begin, index.rows.rows.cols()), {}, {}};
  if (by_products(made.norm)) made.squares.resize(static_cast<std::size_t>(end - begin));
  FloatRows points(queries.rows.view, end - begin);
  for (std::int64_t t = begin; t < end; ++t)
    points.add(queries.which[order[static_cast<std::size_t>(t)].at]);
  make_knn_rows(points.all(), index.projection, made.norm, made.rows.data(), made.squares.data());
  return made;
}

}  // namespace

NeighborRows search_index(const KnnIndex::State& index, const MetricSpace& space,
                          const Queries& queries, int k, const Effort& effort, const Cpu& on) {
  const KnnRows& rows = index.rows;
  const std::vector<QueryOrder> order = query_order_of(queries, rows.ids, space.equal);
  const bool have_rows = queries.are_points && !space.lopsided();
  NeighborRows answer = unfilled_rows(static_cast<std::int64_t>(order.size()), k);
  parallel_for(on.threads, answer.n, kQueries, [&](std::int64_t begin, std::int64_t end) {
    const auto made = have_rows ? KnnRows{} : rows_of_queries(index, queries, order, begin, end);
    std::vector<ShortQuery> block;
    for (std::int64_t t = begin; t < end; ++t) {
      const std::int64_t row = have_rows ? order[static_cast<std::size_t>(t)].row : t - begin;
      const KnnRows& from = have_rows ? rows : made;
      block.push_back({from.rows.row(row), from.square(row)});
    }
    const auto found = search(index, block, effort);
    Refine refine(space, rows);
    std::vector<float> room = queries.rows.view.room();
    for (std::int64_t t = begin; t < end; ++t) {
      const QueryOrder& entry = order[static_cast<std::size_t>(t)];
      const std::int64_t which = queries.which[entry.at];
      const auto& candidates = found[static_cast<std::size_t>(t - begin)];
      answer.set(static_cast<std::int64_t>(entry.at),
                 refine(queries.rows.view.row(which, room.data()), queries.rows.scale(which),
                        query_id(space, queries, entry.at), candidates.data(),
                        static_cast<int>(candidates.size()), k));
    }
  });
  return answer;
}

Candidates candidates_of_rows(const KnnIndex::State& index, const Effort& effort, const Cpu& on) {
  const KnnRows& rows = index.rows;
  const int count = effort.candidates - 1;  // a row finds itself
  Candidates all{index.n, count,
                 std::vector<std::int32_t>(static_cast<std::size_t>(index.n * count), -1)};
  parallel_for(on.threads, index.n, kQueries, [&](std::int64_t begin, std::int64_t end) {
    std::vector<ShortQuery> block;
    for (std::int64_t r = begin; r < end; ++r) block.push_back({rows.rows.row(r), rows.square(r)});
    auto found = search(index, block, effort);
    for (std::int64_t r = begin; r < end; ++r) {
      std::vector<std::int32_t>& mine = found[static_cast<std::size_t>(r - begin)];
      std::erase(mine, static_cast<std::int32_t>(r));
      std::copy_n(mine.begin(), std::min(mine.size(), static_cast<std::size_t>(count)),
                  all.rows.begin() + r * count);
    }
  });
  return all;
}

Effort tune(const KnnIndex::State& index, const MetricSpace& space, const ExactSample& sample,
            const Cpu& on) {
  const int k = static_cast<int>(sample.neighbors.k);
  const double target =
      std::visit([](const auto& params) { return params.target_recall; }, index.params);
  const Queries queries{space.as_queries, sample.rows};
  const Tuning tuning{
      .n = index.n,
      .k = k,
      .target = target,
      .given = std::visit([](const auto& params) { return given_effort(params); }, index.params),
      .efforts =
          [&](int candidates) {
            return std::visit([&](const auto& how) { return efforts(how, index.n, candidates); },
                              index.search);
          },
      .recall_with =
          [&](const Effort& effort) {
            return recall_of(sample.neighbors, search_index(index, space, queries, k, effort, on))
                .mean;
          }};
  return least_effort(tuning,
                      candidates_for(space, index.rows, index.projection, sample, target, on));
}

void fill_exactly(NeighborRows& answer, const ExactSearch& exact, const Queries& queries,
                  const Cpu& on) {
  Queries unfilled{queries.rows, {}, queries.are_points, false, queries.first_id};
  std::vector<std::int64_t> at;
  for (std::int64_t r = 0; r < answer.n; ++r)
    if (answer.ids[static_cast<std::size_t>((r + 1) * answer.k - 1)] < 0) {
      at.push_back(r);
      unfilled.which.push_back(queries.which[static_cast<std::size_t>(r)]);
    }
  if (at.empty()) return;
  const NeighborRows filled = exact(unfilled, static_cast<int>(answer.k), on);
  for (std::size_t r = 0; r < at.size(); ++r)
    answer.copy_row(filled, static_cast<std::int64_t>(r), at[r]);
}

std::string describe_ivf(int nlist, const std::optional<Effort>& effort) {
  return "ivf:nlist=" + std::to_string(nlist) + described(",nprobe=", effort);
}

std::string describe(const KnnIndex::State& index, const std::optional<Effort>& effort) {
  return std::visit([&](const auto& how) { return describe_search(how, effort); }, index.search);
}

std::string KnnIndex::description() const {
  return describe(*state_);
}

Distance KnnIndex::distance() const {
  return state_->distance;
}

}  // namespace nearfold
