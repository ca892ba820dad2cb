// The navigable small world by itself: what its searches find, what its lists hold, and that
// nothing but the seed and its parameters change a bit of it.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <numeric>
#include <set>
#include <utility>
#include <vector>

#include "knn/candidates.hpp"
#include "support/data.hpp"

namespace nearfold {
namespace {

KnnRows rows_of(const Matrix& x, Norm norm = Norm::l2) {
  return make_knn_rows(x, make_projection(x, 0.92, Cpu{2}), norm, Cpu{2});
}

HnswGraph built(const KnnRows& rows, int links = 16, int ef_construction = 60, int threads = 2,
                std::uint64_t seed = 1) {
  return build_hnsw(rows, {.M = links, .ef_construction = ef_construction}, seed, Cpu{threads});
}

float square_of(const KnnRows& rows, std::int64_t row) {
  return rows.norm == Norm::l2 ? rows.squares[static_cast<std::size_t>(row)] : 0.0f;
}

/// The `count` nearest of a row, itself among them, as a search finds them.
std::vector<std::int32_t> found(const KnnRows& rows, HnswSearch& search, std::int64_t row, int ef,
                                int count) {
  std::vector<std::int32_t> out(static_cast<std::size_t>(count));
  out.resize(static_cast<std::size_t>(
      search(rows.rows.row(row), square_of(rows, row), ef, count, out.data())));
  return out;
}

/// What all rows measure from a row.
std::vector<float> measures(const KnnRows& rows, std::int64_t row) {
  std::vector<std::int32_t> all(static_cast<std::size_t>(rows.n()));
  std::iota(all.begin(), all.end(), 0);
  std::vector<float> out(all.size());
  measure(rows, rows.rows.row(row), square_of(rows, row), all.data(), rows.n(), out.data());
  return out;
}

/// Share of the k nearest of every `stride`-th row that its search finds, ties counted as found.
double recall(const KnnRows& rows, const HnswGraph& graph, int ef, int k, std::int64_t stride = 1) {
  HnswSearch search(rows, graph);
  std::int64_t hits = 0, wanted = 0;
  for (std::int64_t row = 0; row < rows.n(); row += stride, wanted += k) {
    const std::vector<float> all = measures(rows, row);
    std::vector<float> sorted = all;
    std::nth_element(sorted.begin(), sorted.begin() + k - 1, sorted.end());
    const float reach = sorted[static_cast<std::size_t>(k - 1)];
    for (const std::int32_t r : found(rows, search, row, ef, k))
      hits += all[static_cast<std::size_t>(r)] <= reach ? 1 : 0;
  }
  return static_cast<double>(hits) / static_cast<double>(wanted);
}

/// Rows that a search meets which drops none.
std::int64_t reached(const KnnRows& rows, const HnswGraph& graph, std::int64_t from = 0) {
  HnswSearch search(rows, graph);
  const auto n = static_cast<int>(rows.n());
  return static_cast<std::int64_t>(found(rows, search, from, n, n).size());
}

/// Every list holds other rows, each once, then -1; on upper levels only rows that reach as high.
void expect_sound(const KnnRows& rows, const HnswGraph& graph) {
  const auto n = static_cast<std::size_t>(rows.n()), links = static_cast<std::size_t>(graph.M);
  ASSERT_EQ(graph.lowest.size(), n * 2 * links);
  ASSERT_EQ(graph.upper_begin.size(), n + 1);
  ASSERT_EQ(graph.upper.size(), static_cast<std::size_t>(graph.upper_begin[n]) * links);
  const auto levels = [&](std::size_t r) {
    return graph.upper_begin[r + 1] - graph.upper_begin[r];
  };
  const auto expect_list = [&](std::size_t row, const std::int32_t* list, std::size_t size,
                               int level) {
    const std::int32_t* const end = std::find(list, list + size, -1);
    ASSERT_EQ(std::count(list, list + size, -1), list + size - end) << "a hole in row " << row;
    ASSERT_EQ(std::set<std::int32_t>(list, end).size(), static_cast<std::size_t>(end - list));
    for (const std::int32_t* to = list; to < end; ++to) {
      ASSERT_GE(*to, 0);
      ASSERT_LT(*to, rows.n());
      ASSERT_NE(*to, static_cast<std::int32_t>(row));
      ASSERT_GE(levels(static_cast<std::size_t>(*to)), level);
    }
  };
  for (std::size_t r = 0; r < n; ++r) {
    ASSERT_LE(levels(r), levels(static_cast<std::size_t>(graph.entry)));
    expect_list(r, graph.lowest.data() + r * 2 * links, 2 * links, 0);
    for (std::int32_t u = graph.upper_begin[r]; u < graph.upper_begin[r + 1]; ++u)
      expect_list(r, graph.upper.data() + static_cast<std::size_t>(u) * links, links,
                  u - graph.upper_begin[r] + 1);
  }
}

/// `first`, and below it `second` moved by `apart` along the first column.
Matrix both(const Matrix& first, const Matrix& second, float apart) {
  std::vector<float> values = first.values();
  values.insert(values.end(), second.values().begin(), second.values().end());
  Matrix all(first.rows() + second.rows(), first.cols(), std::move(values));
  for (std::int64_t r = first.rows(); r < all.rows(); ++r) all.row(r)[0] += apart;
  return all;
}

TEST(Hnsw, FindsTheNearestOfNormals) {
  const KnnRows rows = rows_of(data::normals(2000, 12, 60));
  EXPECT_GE(recall(rows, built(rows), 60, 15, 5), 0.99);
}

TEST(Hnsw, FindsTheNearestInFarBlobs) {
  const KnnRows rows = rows_of(data::blobs(2000, 12, 61, 5, 1e4f));
  EXPECT_GE(recall(rows, built(rows), 60, 15, 5), 0.99);
}

TEST(Hnsw, FindsTheNearestUnderOtherNorms) {
  const Matrix x = data::normals(2000, 12, 62);
  for (const Norm norm : {Norm::l1, Norm::linf}) {
    const KnnRows rows = rows_of(x, norm);
    const HnswGraph graph = built(rows);
    expect_sound(rows, graph);
    EXPECT_GE(recall(rows, graph, 60, 15, 5), 0.97);
  }
}

TEST(Hnsw, FindsMoreWithMoreCandidates) {
  const KnnRows rows = rows_of(data::normals(3000, 24, 63));
  const HnswGraph graph = built(rows, 4, 20);
  const double few = recall(rows, graph, 10, 10, 5), more = recall(rows, graph, 40, 10, 5),
               most = recall(rows, graph, 300, 10, 5);
  EXPECT_LT(few, more);
  EXPECT_LT(more, most);
  EXPECT_GE(most, 0.95);
}

TEST(Hnsw, AnswersInOrderAndWithTheRowItself) {
  const KnnRows rows = rows_of(data::normals(500, 8, 64));
  const HnswGraph graph = built(rows);
  HnswSearch search(rows, graph);
  for (std::int64_t row = 0; row < rows.n(); row += 10) {
    const std::vector<float> all = measures(rows, row);
    const std::vector<std::int32_t> nearest = found(rows, search, row, 30, 20);
    ASSERT_EQ(nearest.size(), 20u);
    EXPECT_EQ(nearest[0], row);
    for (std::size_t i = 1; i < nearest.size(); ++i)
      ASSERT_LE(all[static_cast<std::size_t>(nearest[i - 1])],
                all[static_cast<std::size_t>(nearest[i])]);
  }
}

TEST(Hnsw, ASearcherForgetsItsLastQuery) {
  const KnnRows rows = rows_of(data::normals(1000, 8, 65));
  const HnswGraph graph = built(rows);
  HnswSearch used(rows, graph);
  for (std::int64_t row = 0; row < rows.n(); row += 50) {
    HnswSearch fresh(rows, graph);
    EXPECT_EQ(found(rows, used, row, 20, 10), found(rows, fresh, row, 20, 10)) << "row " << row;
  }
}

TEST(Hnsw, IsTheSameForAnyNumberOfThreads) {
  const KnnRows rows = rows_of(both(data::normals(1500, 12, 66), Matrix(100, 12), 50.0f));
  const HnswGraph one = built(rows, 8, 30, 1);
  for (const int threads : {1, 2, 3, 7}) {
    const HnswGraph more = built(rows, 8, 30, threads);
    EXPECT_EQ(more.entry, one.entry) << threads << " threads";
    EXPECT_EQ(more.lowest, one.lowest) << threads << " threads";
    EXPECT_EQ(more.upper_begin, one.upper_begin) << threads << " threads";
    EXPECT_EQ(more.upper, one.upper) << threads << " threads";
  }
}

TEST(Hnsw, DependsOnTheSeed) {
  const KnnRows rows = rows_of(data::normals(500, 12, 67));
  EXPECT_NE(built(rows, 8, 30, 2, 1).lowest, built(rows, 8, 30, 2, 2).lowest);
}

TEST(Hnsw, ListsHoldOtherRowsEachOnce) {
  const KnnRows rows = rows_of(data::normals(2000, 12, 68));
  for (const int links : {2, 5, 16}) {
    const HnswGraph graph = built(rows, links, 30);
    expect_sound(rows, graph);
    EXPECT_GT(graph.upper_begin.back(), rows.n() / (2 * links)) << links << " links";
  }
}

TEST(Hnsw, ReachesEveryRow) {
  for (const Matrix& x :
       {data::normals(2000, 40, 69), data::line(2000, 3), data::lattice(2000, 3, 70, 6),
        data::outlier(1000, 8, 71, 5), data::blobs(1000, 12, 72, 12, 1e5f)}) {
    const KnnRows rows = rows_of(x);
    const HnswGraph graph = built(rows, 2, 4);
    expect_sound(rows, graph);
    EXPECT_EQ(reached(rows, graph), rows.n());
  }
}

TEST(Hnsw, ReachesEveryEqualRow) {
  for (const std::int64_t places : {1, 6, 300}) {
    const KnnRows rows = rows_of(data::duplicates(2000, 4, 73, places));
    const HnswGraph graph = built(rows, 3, 20);
    expect_sound(rows, graph);
    EXPECT_EQ(reached(rows, graph), rows.n()) << places << " places";
    EXPECT_GE(recall(rows, graph, 40, 20, 20), 0.95) << places << " places";
  }
}

TEST(Hnsw, EqualRowsDoNotHideTheOthers) {
  const KnnRows rows = rows_of(both(data::normals(1000, 8, 74), Matrix(1000, 8), 0.0f));
  EXPECT_GE(recall(rows, built(rows), 60, 15, 7), 0.99);
}

TEST(Hnsw, FindsASmallBlobFarAway) {
  const KnnRows rows = rows_of(both(data::normals(3000, 8, 75), data::normals(20, 8, 76), 1e3f));
  const HnswGraph graph = built(rows);
  HnswSearch search(rows, graph);
  for (std::int64_t row = 0; row < rows.n(); ++row) {
    if (rows.ids[static_cast<std::size_t>(row)] < 3000) continue;
    for (const std::int32_t other : found(rows, search, row, 40, 20))
      EXPECT_GE(rows.ids[static_cast<std::size_t>(other)], 3000);
  }
}

TEST(Hnsw, TakesTheSmallestSizes) {
  for (const std::int64_t n : {1, 2, 3, 5, 17, 40}) {
    const KnnRows rows = rows_of(data::normals(n, 5, 77));
    const HnswGraph graph = built(rows);
    expect_sound(rows, graph);
    EXPECT_EQ(reached(rows, graph, n - 1), n);
  }
}

}  // namespace
}  // namespace nearfold
