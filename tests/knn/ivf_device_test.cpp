// The inverted file of our own (kernels/knn/ivf.hpp) on a device that the host plays, held against
// the processor's, byte for byte: its parts, and the graph.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <numeric>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "core/stopping.hpp"
#include "kernels/core/host_executor.hpp"
#include "kernels/knn/ivf.hpp"
#include "knn/equal_rows.hpp"
#include "knn/index.hpp"
#include "knn/kmeans.hpp"
#include "nearfold/error.hpp"
#include "nearfold/knn.hpp"
#include "support/data.hpp"
#include "support/expect.hpp"
#include "support/played_faiss.hpp"

namespace nearfold {
namespace {

template <class T>
std::vector<T> values_of(const HostExecutor::Buffer<T>& buffer) {
  return std::vector<T>(buffer.data(), buffer.data() + buffer.size());
}

/// Points of 140 columns, few of which matter: they are searched by their principal axes.
Matrix projected(std::int64_t n, std::uint64_t seed) {
  return data::normals(n, 130, seed, 0.93);
}

// ---- the smallest of rows -----------------------------------------------------------------------

using Places = std::vector<std::int32_t>;

std::vector<Places> smallest(const std::vector<float>& values,
                             const std::vector<std::int64_t>& begin, std::int64_t wanted) {
  const auto rows = static_cast<std::int64_t>(begin.size()) - 1;
  const HostExecutor executor;
  SmallestOf<HostExecutor> select(executor, rows);
  const SmallestView view = select({values.data(), begin.data(), 0}, rows, wanted);
  std::vector<std::int32_t> places(static_cast<std::size_t>(rows * wanted));
  std::vector<std::int64_t> counts(static_cast<std::size_t>(rows));
  executor.for_each_row(rows, TakePlaces{view, wanted, places.data(), counts.data()});
  std::vector<Places> found;
  for (std::int64_t q = 0; q < rows; ++q) {
    const auto first = places.begin() + q * wanted;
    found.emplace_back(first, first + counts[static_cast<std::size_t>(q)]);
    std::sort(found.back().begin(), found.back().end());
  }
  return found;
}

std::vector<Places> sorted(const std::vector<float>& values, const std::vector<std::int64_t>& begin,
                           std::int64_t wanted) {
  std::vector<Places> rows;
  for (std::size_t q = 0; q + 1 < begin.size(); ++q) {
    Places row(static_cast<std::size_t>(begin[q + 1] - begin[q]));
    std::iota(row.begin(), row.end(), 0);
    std::stable_sort(row.begin(), row.end(), [&](std::int32_t a, std::int32_t b) {
      return values[static_cast<std::size_t>(begin[q] + a)] <
             values[static_cast<std::size_t>(begin[q] + b)];
    });
    row.resize(std::min(row.size(), static_cast<std::size_t>(wanted)));
    std::sort(row.begin(), row.end());
    rows.push_back(row);
  }
  return rows;
}

TEST(SmallestOnDevice, AreThoseOfRowsSorted) {
  const std::vector<float> values = data::normals(1000, 1, 1).values();
  const std::vector<std::int64_t> begin{0, 1, 1, 18, 500, 1000};
  for (const std::int64_t wanted : {1, 2, 16, 17, 100, 999})
    EXPECT_EQ(smallest(values, begin, wanted), sorted(values, begin, wanted)) << wanted;
}

TEST(SmallestOnDevice, AreTheFirstOfEqualOnes) {
  std::vector<float> values = data::lattice(600, 1, 2, 4).values();
  for (std::size_t v = 0; v < values.size(); v += 3) values[v] -= 2;  // -2 to 1
  for (std::size_t v = 0; v < values.size(); v += 7) values[v] = v % 2 == 0 ? 0.0f : -0.0f;
  values[99] = 3e38f, values[100] = -3e38f, values[101] = 1e-45f;
  const std::vector<std::int64_t> begin{0, 200, 207, 600};
  for (std::int64_t wanted = 1; wanted < 400; wanted += 13)
    EXPECT_EQ(smallest(values, begin, wanted), sorted(values, begin, wanted)) << wanted;
}

// ---- equal rows ---------------------------------------------------------------------------------

void expect_same(const EqualRows& found, const EqualRows& wanted) {
  EXPECT_EQ(found.first, wanted.first);
  EXPECT_EQ(found.begin, wanted.begin);
  EXPECT_EQ(found.members, wanted.members);
}

TEST(EqualRowsOnDevice, AreTheCpus) {
  Matrix signs(300, 2);  // 0 and -0 are different bytes
  for (std::int64_t i = 0; i < 300; ++i) signs.row(i)[0] = i % 2 == 0 ? 0.0f : -0.0f;
  Matrix swapped(4, 2, {1, 2, 2, 1, 1, 2, 2, 2});  // the same values in other columns
  for (const Matrix& x : {data::normals(500, 7, 3), data::duplicates(500, 20, 4, 37), signs,
                          Matrix(60, 3), swapped, data::normals(1, 3, 5)})
    expect_same(find_equal_rows(HostExecutor{}, x.data(), x.rows(), x.cols()),
                find_equal_rows(x, Cpu{2}));
}

TEST(EqualRowsOnDevice, AreComparedWhereHashesCollide) {
  const Matrix x = data::duplicates(90, 5, 6, 7);
  OpenRows one_hash;
  for (std::int32_t r = 0; r < 90; ++r) one_hash.emplace_back(0, r);
  expect_same(equal_among(HostExecutor{}, x.data(), 90, 5, one_hash), find_equal_rows(x, Cpu{2}));
  const Matrix different = data::normals(40, 5, 7);
  one_hash.resize(40);
  EXPECT_FALSE(equal_among(HostExecutor{}, different.data(), 40, 5, one_hash).any());
}

// ---- short rows and cells -----------------------------------------------------------------------

struct Made {
  KnnRows rows;
  IvfLists lists;
};
Made on_cpu(const Matrix& x, int nlist, std::uint64_t seed) {
  KnnRows rows = make_knn_rows(x, make_projection(x, kFilterCarries, Cpu{2}), Norm::l2, Cpu{2});
  IvfLists lists = make_ivf_lists(rows, nlist, seed, Cpu{2});
  return {std::move(rows), std::move(lists)};
}

/// Squares, ids and cells of rows; their values; the centroids.
void expect_the_cpus_cells(const Matrix& x, int nlist, std::uint64_t seed) {
  const HostExecutor executor;
  const Made wanted = on_cpu(x, nlist, seed);
  const Projection axes = make_projection(x, kFilterCarries, Cpu{2});
  const IvfOn<HostExecutor> found(executor, make_short_rows(executor, x.data(), x.rows(), axes),
                                  nlist, seed);
  EXPECT_EQ(found.begin, wanted.lists.begin);
  EXPECT_EQ(values_of(found.ids), wanted.rows.ids);
  EXPECT_EQ(values_of(found.squares), wanted.rows.squares);
  ASSERT_EQ(found.width, wanted.rows.rows.cols());
  for (std::int64_t r = 0; r < x.rows(); ++r)
    for (std::int64_t c = 0; c < found.width; ++c)
      ASSERT_EQ(found.columns.data()[c * x.rows() + r], wanted.rows.rows.row(r)[c]) << r;
  const Matrix& centroids = wanted.lists.centroids.rows;
  for (std::int64_t c = 0; c < nlist; ++c)
    for (std::int64_t j = 0; j < found.width; ++j)
      ASSERT_EQ(found.centroids.columns.data()[j * nlist + c], centroids.row(c)[j]) << c;
}

TEST(CellsOnDevice, AreTheCpus) {
  expect_the_cpus_cells(data::normals(1500, 12, 10), 40, 1);  // of which a sample is taken
  expect_the_cpus_cells(data::normals(700, 5, 11), 100, 2);   // and all
  expect_the_cpus_cells(projected(2000, 12), 20, 3);
  expect_the_cpus_cells(data::normals(2000, 130, 13), 20, 3);  // no axes matter more than others
  expect_the_cpus_cells(data::lattice(900, 3, 14, 5), 33, 4);
}

TEST(CellsOnDevice, AreTheCpusWhereTheyFallEmptyOrAreTheRows) {
  expect_the_cpus_cells(data::duplicates(400, 3, 15, 4), 60, 5);  // more cells than places
  expect_the_cpus_cells(Matrix(300, 4), 7, 6);
  expect_the_cpus_cells(data::normals(64, 6, 16), 64, 7);
  expect_the_cpus_cells(data::normals(50, 6, 17), 1, 8);
  expect_the_cpus_cells(data::normals(1, 2, 18), 1, 9);
}

// ---- the graph ----------------------------------------------------------------------------------

/// More memory than the host's executor tells of: batches are as large as they may be.
struct Roomy : HostExecutor {
  std::int64_t free_bytes() const { return std::int64_t{1} << 32; }
};

struct FoundGraph {
  std::vector<std::int32_t> ids;
  std::vector<float> distances;
  IvfFound how;
};

template <class Executor = HostExecutor>
FoundGraph on_device(const Matrix& x, int k, const IvfKnn& params, const Distance& distance = {},
                     bool there = false, const Executor& executor = {}) {
  PlayedFinder::Asked asked;
  SearchOn<Executor> search(executor, points_of(x, distance, there), k,
                            {false, true, x.rows(), 100});
  const IvfTask task{cells_for(params, x.rows()), params.nprobe, params.target_recall, 1, Cpu{2}};
  const IvfFound how = find_by_ivf(executor, search, task, std::make_unique<PlayedFinder>(asked));
  return {executor.download(search.take_ids()), executor.download(search.take_distances()), how};
}

/// Ids, distances, and the account of how they were found. Returns the processor's graph.
KnnGraph expect_the_cpus(const Matrix& x, int k, const IvfKnn& params,
                         const Distance& distance = {}) {
  KnnGraph wanted = find_neighbors(x, k, params, Cpu{2}, 1, distance);
  const FoundGraph found = on_device(x, k, params, distance);
  EXPECT_EQ(found.ids, wanted.neighbors);
  EXPECT_EQ(found.distances, wanted.distances);
  EXPECT_EQ(describe_ivf(cells_for(params, x.rows()), found.how.effort), wanted.index);
  EXPECT_EQ(found.how.recall, wanted.recall);
  EXPECT_EQ(found.how.duplicates, wanted.duplicates);
  return wanted;
}

TEST(IvfOnDevice, IsTheCpusGraph) {
  expect_the_cpus(data::normals(1500, 12, 20), 15, {.nlist = 40, .nprobe = 3});
  expect_the_cpus(data::blobs(1100, 30, 21), 10, {.nlist = 33, .nprobe = 1});
  expect_the_cpus(projected(2000, 22), 15, {.nlist = 30, .nprobe = 4});
  expect_the_cpus(data::normals(900, 16, 23, 1.0, 1e4f), 10, {.nlist = 40, .nprobe = 4});
  expect_the_cpus(data::scaled(data::normals(800, 12, 24), 0x1p-14f), 5,
                  {.nlist = 20, .nprobe = 2});
}

TEST(IvfOnDevice, IsTunedAsTheCpuTunesIt) {
  for (const double target : {0.6, 0.9, 1.0})
    expect_the_cpus(data::normals(1500, 10, 25), 10, {.target_recall = target});
  const KnnGraph graph = expect_the_cpus(projected(2000, 26), 12, {.target_recall = 0.97});
  EXPECT_GE(graph.recall->mean, 0.97 - 1e-9);
  expect_the_cpus(projected(1960, 43), 5, {.nlist = 8, .target_recall = 1.0});  // more candidates
}

TEST(IvfOnDevice, IsTheCpusGraphOfEveryMetric) {
  const Matrix x = data::normals(700, 20, 27);
  for (const Metric metric : {Metric::sqeuclidean, Metric::cosine, Metric::correlation})
    expect_the_cpus(x, 10, {.nlist = 25, .nprobe = 3}, {.metric = metric});
  Matrix zeros = x;
  for (const std::int64_t i : {0, 7, 8, 699}) std::fill_n(zeros.row(i), zeros.cols(), 0.0f);
  expect_the_cpus(zeros, 10, {.nlist = 25, .nprobe = 3}, {Metric::cosine, ZeroVectors::far});
}

TEST(IvfOnDevice, TakesEqualPointsAsTheCpuDoes) {
  expect_the_cpus(data::duplicates(900, 8, 28, 150), 10, {.nlist = 20, .nprobe = 2});
  expect_the_cpus(data::duplicates(600, 4, 29, 6), 10, {.nlist = 5, .nprobe = 5});
  expect_the_cpus(data::duplicates(500, 3, 30, 4), 10, {.nlist = 60, .nprobe = 2});  // empty cells
  expect_the_cpus(Matrix(300, 4), 5, {});
  Matrix some = data::normals(800, 6, 31);  // and points that have none
  for (std::int64_t i = 1; i < 120; ++i) std::copy_n(some.row(0), 6, some.row(5 * i));
  expect_the_cpus(some, 20, {.nlist = 20, .nprobe = 2});
}

TEST(IvfOnDevice, LooksAtSomeOfVeryManyEqualPoints) {
  Matrix x = data::normals(4700, 2, 32);
  for (std::int64_t i = 0; i < 4500; ++i) std::fill_n(x.row(i), 2, 0.25f);
  expect_the_cpus(x, 5, {.nlist = 4, .nprobe = 1});
}

TEST(IvfOnDevice, TakesTiesInTheOrderOfThePoint) {
  expect_the_cpus(data::lattice(900, 3, 33, 6), 12, {.nlist = 20, .nprobe = 3});
  expect_the_cpus(data::line(500, 2), 6, {.nlist = 15, .nprobe = 2});
}

TEST(IvfOnDevice, FillsRowsThatTheirCellsCannot) {
  expect_the_cpus(data::normals(300, 6, 34), 40, {.nlist = 100, .nprobe = 1});
  expect_the_cpus(data::duplicates(300, 6, 35, 100), 40, {.nlist = 100, .nprobe = 1});
}

TEST(IvfOnDevice, TakesTheSmallestSizesAndOneCellPerPoint) {
  expect_the_cpus(data::normals(2, 3, 36), 1, {});
  expect_the_cpus(data::normals(10, 3, 37), 9, {.nlist = 10, .nprobe = 10});
  expect_the_cpus(data::normals(120, 6, 38), 5, {.nlist = 120});
  expect_the_cpus(data::normals(120, 6, 39), 119, {.nlist = 1});
}

TEST(IvfOnDevice, DoesNotDependOnItsBatchesOrWherePointsAre) {
  const Matrix x = data::duplicates(900, 10, 40, 700);
  const IvfKnn params{.nlist = 30};
  for (const Metric metric : {Metric::euclidean, Metric::correlation}) {
    const FoundGraph small = on_device(x, 10, params, {.metric = metric}),
                     large = on_device(x, 10, params, {.metric = metric}, true, Roomy{});
    EXPECT_EQ(small.ids, large.ids);
    EXPECT_EQ(small.distances, large.distances);
    EXPECT_EQ(small.how.effort.probes_or_ef, large.how.effort.probes_or_ef);
    EXPECT_EQ(small.how.recall, large.how.recall);
  }
}

TEST(IvfOnDevice, StopsWhereItIsTold) {
  const Matrix x = data::normals(600, 8, 41);
  const StopScope scope([](double) { return false; });
  EXPECT_THROW(on_device(x, 8, {.nlist = 20}), Stopped);
}

/// A device that has less memory than it said.
struct Scarce : HostExecutor {
  std::int64_t most = 0;  // bytes at once

  std::int64_t free_bytes() const { return std::int64_t{1} << 32; }
  template <class T>
  Buffer<T> buffer(std::int64_t size) const {
    if (size * static_cast<std::int64_t>(sizeof(T)) > most) throw OutOfMemory("none", size, most);
    return HostExecutor::buffer<T>(size);
  }
};

TEST(IvfOnDevice, TakesSmallerBatchesWhenMemoryIsGone) {
  const Matrix x = data::normals(1000, 12, 42);
  const IvfKnn params{.nlist = 25, .nprobe = 3};
  Scarce executor;
  executor.most = 1000 * 16 * 4;  // short rows of all points
  const FoundGraph found = on_device(x, 10, params, {}, true, executor);
  const KnnGraph wanted = find_neighbors(x, 10, params, Cpu{2}, 1);
  EXPECT_EQ(found.ids, wanted.neighbors);
  EXPECT_EQ(found.distances, wanted.distances);
  executor.most = 1000 * 16 * 4 - 1;
  EXPECT_THROW(on_device(x, 10, params, {}, true, executor), OutOfMemory);
}

}  // namespace
}  // namespace nearfold
