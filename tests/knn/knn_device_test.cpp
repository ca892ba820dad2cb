// Neighbours on a device (kernels/knn/knn.hpp), run on one that the host plays, with a search in
// FAISS' place; against the CPU's exact graph.
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <tuple>
#include <vector>

#include "kernels/core/host_executor.hpp"
#include "kernels/knn/faiss_cells.hpp"
#include "kernels/knn/knn.hpp"
#include "nearfold/error.hpp"
#include "nearfold/knn.hpp"
#include "support/data.hpp"
#include "support/expect.hpp"
#include "support/played_faiss.hpp"

namespace nearfold {
namespace {

using Asked = PlayedFinder::Asked;

struct Entries {
  std::vector<std::int32_t> ids;
  std::vector<float> distances;
};

template <class Executor = HostExecutor>
Entries flat(const SearchedPoints& points, int k, const SearchPlan& plan, Asked& asked,
             const Executor& executor = {}) {
  SearchOn<Executor> search(executor, points, k, plan);
  find_flat(executor, search, plan.half, std::make_unique<PlayedFinder>(asked));
  return {executor.download(search.take_ids()), executor.download(search.take_distances())};
}

void expect_same(const Entries& found, const KnnGraph& wanted) {
  EXPECT_EQ(found.ids, wanted.neighbors);
  EXPECT_EQ(found.distances, wanted.distances);
}

KnnGraph on_cpu(const Matrix& x, int k, const Distance& distance = {}) {
  return find_neighbors(x, k, FlatKnn{}, Cpu{2}, 1, distance);
}

/// Searches by halves and by floats, of all points at once, are the CPU's graph. Returns the
/// queries that halves left open.
std::int64_t open_after_halves(const Matrix& x, int k, const Distance& distance = {}) {
  const KnnGraph wanted = on_cpu(x, k, distance);
  std::int64_t open = 0;
  for (const bool half : {true, false}) {
    Asked asked;
    expect_same(flat(points_of(x, distance), k, {half, true, x.rows(), 100}, asked), wanted);
    EXPECT_EQ(asked.by_halves, half ? x.rows() : 0);
    if (half) open = asked.by_floats;
  }
  return open;
}

// ---- flat -------------------------------------------------------------------------------------

TEST(FlatOnDevice, IsTheCpusGraph) {
  EXPECT_EQ(open_after_halves(data::normals(400, 70, 1), 10), 0);
  EXPECT_EQ(open_after_halves(data::blobs(400, 70, 2), 10), 0);
  EXPECT_EQ(open_after_halves(data::normals(300, 64, 3, 1.0, 1e4f), 5), 0);  // moved to their mean
  EXPECT_EQ(open_after_halves(data::scaled(data::normals(300, 64, 4), 1e-12f), 5), 0);
  EXPECT_LT(open_after_halves(data::outlier(300, 64, 5, 17, 3e4f), 5), 30);
  open_after_halves(data::scaled(data::normals(300, 64, 6), 1e-15f), 5);  // as small as allowed
  open_after_halves(data::scaled(data::normals(300, 64, 7), 1e14f), 5);
  open_after_halves(data::duplicates(300, 64, 8, 4), 5);
  open_after_halves(data::line(300, 64), 5);
  open_after_halves(Matrix(100, 64), 5);
  open_after_halves(data::normals(40, 70, 9), 39);  // all others
}

TEST(FlatOnDevice, ProvesAllRowsOfBytes) {
  EXPECT_EQ(open_after_halves(data::lattice(400, 100, 10, 256), 10), 0);
  EXPECT_EQ(open_after_halves(data::lattice(400, 64, 11, 17), 10), 0);
}

/// By floats: how many of all rows a search of all points leaves open.
std::int64_t open_after_floats(const Matrix& x, int k, std::int64_t tile) {
  Asked asked;
  const HostExecutor executor;
  SearchOn<HostExecutor> search(executor, points_of(x), k, {false, true, tile, 100});
  PlayedFinder finder(asked);
  search.search(finder, {}, x.rows(), nullptr);
  const std::int64_t open = search.uncertified({}, x.rows(), nullptr).count;
  search.measure(search.uncertified({}, x.rows(), nullptr));
  expect_same({executor.download(search.take_ids()), executor.download(search.take_distances())},
              on_cpu(x, k));
  return open;
}

// A cloud whose distance from the origin is thousands of times its size: compared from there, no
// two of its points could be told apart.
TEST(FlatOnDevice, ProvesFloatsFarFromTheOrigin) {
  for (const float offset : {0.0f, 1e2f, 1e4f, -1e4f})
    for (const std::int64_t tile : {100, 300})
      EXPECT_EQ(open_after_floats(data::normals(300, 40, 21, 1.0, offset), 10, tile), 0) << offset;
  EXPECT_LT(open_after_floats(data::outlier(300, 40, 22, 17, 1e4f), 10, 300), 5);
}

TEST(FlatOnDevice, FindsAgainWhatHalvesCannotTellApart) {
  // Everyone's distances differ by less than halves are rounded.
  Matrix x = data::scaled(data::normals(400, 64, 12), 1e-4f);
  for (std::int64_t i = 0; i < x.rows(); ++i)
    for (std::int64_t c = 0; c < x.cols(); ++c) x.row(i)[c] += i % 2 == 0 ? 1.0f : -1.0f;
  EXPECT_EQ(open_after_halves(x, 10), 400);
}

/// A crowd whose distances are as near each other as what the search is off by.
Matrix crowd(float apart, std::uint64_t seed) {
  Matrix x = data::scaled(data::normals(400, 64, seed), apart);
  for (std::int64_t i = 0; i < x.rows(); ++i) x.row(i)[i % 2] += i % 3 == 0 ? 1.0f : -1.0f;
  return x;
}

TEST(FlatOnDevice, IsTheCpusGraphWhateverRoundingDoes) {
  bool proven = false, open = false;
  for (const float apart : {1.0f, 0.1f, 0.03f, 0.01f, 3e-3f, 1e-3f, 1e-4f}) {
    const Matrix x = crowd(apart, 18);
    const KnnGraph wanted = on_cpu(x, 10);
    for (const bool half : {true, false}) {
      Asked asked{.hostile = true};
      expect_same(flat(points_of(x), 10, {half, true, 400, 400}, asked), wanted);
      proven = proven || (half && asked.by_floats < 400);
      open = open || (half && asked.by_floats > 0);
    }
  }
  EXPECT_TRUE(proven && open);
}

TEST(FlatOnDevice, IsTheCpusGraphByEveryMetric) {
  Matrix x = data::normals(300, 65, 13);
  for (const Metric metric : {Metric::sqeuclidean, Metric::cosine, Metric::correlation})
    for (const ZeroVectors zeros : {ZeroVectors::refuse, ZeroVectors::far})
      EXPECT_EQ(open_after_halves(x, 10, {metric, zeros}), 0);
  for (const std::int64_t i : {0, 7, 299}) std::fill_n(x.row(i), x.cols(), 0.0f);
  for (const Metric metric : {Metric::cosine, Metric::correlation})
    open_after_halves(x, 10, {metric, ZeroVectors::far});
}

TEST(FlatOnDevice, RefusesZeroVectorsAsTheCpuDoes) {
  Matrix x = data::normals(300, 65, 14);
  for (std::int64_t i = 20; i < 40; ++i) std::fill_n(x.row(i), x.cols(), 0.0f);
  for (const Metric metric : {Metric::cosine, Metric::correlation}) {
    const Distance distance{metric};
    const std::string wanted = error_of<InvalidInput>([&] { on_cpu(x, 5, distance); });
    for (const bool resident : {true, false}) {
      Asked asked;
      EXPECT_EQ(error_of<InvalidInput>([&] {
                  flat(points_of(x, distance), 5, {true, resident, 33, 50}, asked);
                }),
                wanted);
    }
  }
}

TEST(FlatOnDevice, IsTheSameInTiles) {
  Matrix x = data::normals(300, 64, 15);
  for (std::int64_t i = 1; i < 120; ++i) std::copy_n(x.row(0), 64, x.row(i * 2));  // these are open
  for (const Distance& distance : {Distance{}, Distance{Metric::correlation}}) {
    const KnnGraph wanted = on_cpu(x, 10, distance);
    for (const std::int64_t tile : {4, 37, 100, 299, 300})
      for (const bool on_device : {true, false})
        for (const bool half : {true, false}) {
          Asked asked;
          expect_same(flat(points_of(x, distance, on_device), 10,
                           {half, tile == 37 && !on_device, tile, 64}, asked),
                      wanted);
          EXPECT_GE(asked.by_floats, tile >= 299 ? 120 : 0);
        }
  }
}

TEST(FlatOnDevice, MeasuresAllPairsWhereNothingWasFound) {
  for (const std::int64_t dim : {3, 37}) {
    Matrix x = data::normals(2100, dim, 16);
    for (const std::int64_t twin : {7, 8, 9}) std::copy_n(x.row(6), dim, x.row(twin));
    const KnnGraph wanted = on_cpu(x, 10);
    for (const std::int64_t tile : {701, 2100}) {
      Asked blind{.blind = true};
      expect_same(flat(points_of(x), 10, {false, true, tile, 500}, blind), wanted);
    }
  }
}

TEST(FlatOnDevice, IsSearchedByWhatIsFaster) {
  using std::chrono::milliseconds;
  const Matrix x = data::normals(60, 70, 19);
  const KnnGraph wanted = on_cpu(x, 5);
  for (const bool halves_are_slow : {true, false}) {
    Asked asked{.a_half_search = milliseconds(halves_are_slow ? 80 : 0),
                .a_float_search = milliseconds(halves_are_slow ? 0 : 80)};
    SearchOn<HostExecutor> search(HostExecutor{}, points_of(x), 5, {true, true, 60, 60});
    EXPECT_EQ(find_flat(HostExecutor{}, search, true, std::make_unique<PlayedFinder>(asked), 60),
              !halves_are_slow);
    expect_same({HostExecutor{}.download(search.take_ids()),
                 HostExecutor{}.download(search.take_distances())},
                wanted);
    EXPECT_EQ(asked.by_halves, halves_are_slow ? 120 : 180);  // of these, 120 to see
    EXPECT_EQ(asked.by_floats, halves_are_slow ? 180 : 120);
  }
}

/// A device that has less memory than it said.
struct Scarce : HostExecutor {
  std::int64_t most = 0;  // bytes at once

  template <class T>
  Buffer<T> buffer(std::int64_t size) const {
    if (size * static_cast<std::int64_t>(sizeof(T)) > most) throw OutOfMemory("none", size, most);
    return HostExecutor::buffer<T>(size);
  }
};

TEST(FlatOnDevice, TakesSmallerBatchesWhenMemoryIsGone) {
  const Matrix x = data::normals(2000, 12, 17);
  Scarce executor;
  executor.most = 140'000;
  Asked asked{.blind = true};
  expect_same(flat(points_of(x), 10, {false, true, 2000, 2000}, asked, executor), on_cpu(x, 10));
  executor.most = 2000 * 10 * 4 - 1;
  EXPECT_THROW(flat(points_of(x), 10, {false, true, 2000, 2000}, asked, executor), OutOfMemory);
}

// ---- cells ------------------------------------------------------------------------------------

TEST(FaissCellsOnDevice, AreProbedUntilTheirRecallIsReached) {
  const Matrix x = data::normals(1500, 6, 30);
  const KnnGraph exact = on_cpu(x, 10);
  for (const double target : {0.0, 0.7, 1.0}) {
    const CellTask task{
        16, {}, target, [](const DeviceRows<float>&, const DeviceRows<float>& rows) {
          return std::make_unique<PlayedCells>(rows, 16);
        }};
    Asked asked;
    SearchOn<HostExecutor> search(HostExecutor{}, points_of(x), 10, {false, true, 1500, 200});
    const CellsFound found =
        find_through_cells(HostExecutor{}, search, task, std::make_unique<PlayedFinder>(asked));
    EXPECT_EQ(found.nprobe, target == 0.0 ? 1 : 16);
    EXPECT_GE(found.recall.mean, target);
    EXPECT_EQ(asked.by_floats, 1000);
    const std::vector<float> distances = HostExecutor{}.download(search.take_distances());
    EXPECT_EQ(distances == exact.distances, found.nprobe == 16);
  }
}

/// What an index of FAISS is asked for stays below its limits.
TEST(FaissCellsOnDevice, AreAskedForNoMoreThanFaissHas) {
  for (const auto& [n, k, lists] : {std::tuple{2100, 5, 2100}, {2100, 1100, 2}}) {
    const Matrix x = data::normals(n, 3, 32);
    const CellTask task{
        lists, {}, 1.0, [lists = lists](const DeviceRows<float>&, const DeviceRows<float>& rows) {
          return std::make_unique<PlayedCells>(rows, lists);
        }};
    Asked asked;
    SearchOn<HostExecutor> search(HostExecutor{}, points_of(x), k, {false, true, n, n});
    const CellsFound found =
        find_through_cells(HostExecutor{}, search, task, std::make_unique<PlayedFinder>(asked));
    EXPECT_EQ(found.nprobe, std::min(lists, 2047));
    EXPECT_GE(found.recall.mean, 0.95);
  }
}

TEST(FaissCellsOnDevice, FillShortRowsExactly) {
  const Matrix x = data::normals(300, 6, 31);
  const CellTask task{100, 2, 0.9,  // six points in two cells
                      [](const DeviceRows<float>&, const DeviceRows<float>& rows) {
                        return std::make_unique<PlayedCells>(rows, 100);
                      }};
  Asked asked;
  SearchOn<HostExecutor> search(HostExecutor{}, points_of(x), 10, {false, true, 300, 300});
  find_through_cells(HostExecutor{}, search, task, std::make_unique<PlayedFinder>(asked));
  const KnnGraph exact = on_cpu(x, 10);
  EXPECT_EQ(HostExecutor{}.download(search.take_ids()), exact.neighbors);
  EXPECT_EQ(HostExecutor{}.download(search.take_distances()), exact.distances);
}

/// Evenly spaced rows, and not many.
TEST(FaissCellsOnDevice, AreTrainedOnASample) {
  const Matrix x = data::normals(1500, 6, 33);
  for (const int lists : {5, 100}) {
    std::vector<float> sample;
    const CellTask task{lists, lists, 0.9,
                        [&](const DeviceRows<float>& some, const DeviceRows<float>& rows) {
                          sample.assign(some.rows, some.rows + some.count * some.dim);
                          EXPECT_EQ(rows.count, 1500);
                          return std::make_unique<PlayedCells>(rows, lists);
                        }};
    Asked asked;
    SearchOn<HostExecutor> search(HostExecutor{}, points_of(x), 10, {false, true, 1500, 300});
    find_through_cells(HostExecutor{}, search, task, std::make_unique<PlayedFinder>(asked));
    ASSERT_EQ(sample.size(), lists == 5 ? 320u * 6 : 1500u * 6);
    if (lists == 5) {
      EXPECT_EQ(sample[6 * 319], x.row(319 * 1500 / 320)[0]);
    }
  }
}

}  // namespace
}  // namespace nearfold
