// Neighbours on a device (kernels/knn_on.hpp and what it is made of), run on one that the host
// plays, with a search in FAISS' place whose sums are rounded as badly as they may be; against the
// CPU's exact graph.
#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <memory>
#include <vector>

#include "data.hpp"
#include "emulated.hpp"
#include "expect.hpp"
#include "knn_on.hpp"
#include "knn_recall.hpp"
#include "math/half.hpp"
#include "nearfold/error.hpp"
#include "nearfold/knn.hpp"

namespace nearfold {
namespace {

// ---- halves -----------------------------------------------------------------------------------

TEST(Halves, AreTheBitsOfKnownNumbers) {
  constexpr float kInf = std::numeric_limits<float>::infinity();
  const std::pair<float, int> known[] = {
      {0.0f, 0x0000},       {-0.0f, 0x8000},      {1.0f, 0x3c00},       {-2.0f, 0xc000},
      {65504.0f, 0x7bff},   {65519.9f, 0x7bff},   {65520.0f, 0x7c00},   {-1e30f, 0xfc00},
      {kInf, 0x7c00},       {0x1p-14f, 0x0400},   {0x1p-24f, 0x0001},   {0x1p-25f, 0x0000},
      {0x1.8p-25f, 0x0001}, {0x1.8p-24f, 0x0002}, {0x1.4p-23f, 0x0002}, {0x1.ffep-15f, 0x0400},
      {1e-40f, 0x0000},     {2049.0f, 0x6800},    {2051.0f, 0x6802},    {0x1.ffffp0f, 0x4000}};
  for (const auto& [value, bits] : known) EXPECT_EQ(half_of(value), bits) << value;
  EXPECT_GT(half_of(std::numeric_limits<float>::quiet_NaN()) & 0x7fff, 0x7c00);
}

TEST(Halves, AreTheNearestAndToEvenBetweenTwo) {
  for (int bits = 0; bits < 0x7c00; ++bits) {
    const auto half = static_cast<std::uint16_t>(bits);
    const float value = float_of(half);
    ASSERT_EQ(half_of(value), half);
    ASSERT_EQ(half_of(-value), half | 0x8000);
    if (bits + 1 == 0x7c00) break;
    const float middle = 0.5f * (value + float_of(static_cast<std::uint16_t>(bits + 1)));
    ASSERT_EQ(half_of(middle), bits + bits % 2);
    ASSERT_EQ(half_of(std::nextafterf(middle, 0.0f)), bits);
    ASSERT_EQ(half_of(std::nextafterf(middle, 1e9f)), bits + 1);
  }
  for (float x = 1.0f; x <= 2048.0f; ++x) ASSERT_EQ(float_of(half_of(x)), x);
}

// ---- a search in FAISS' place -----------------------------------------------------------------

/// Sums are cut, not rounded; equal values come in the order of descending ids.
class PlayedFinder final : public Finder {
 public:
  struct Asked {
    std::int64_t by_halves = 0, by_floats = 0;  // queries
    bool blind = false;                         // nothing is found
    bool hostile = false;                       // all values are off by what they may be off
  };
  explicit PlayedFinder(Asked& asked) : asked_(asked) {}

  void nearest(const RowsForFaiss<float>& points, const RowsForFaiss<float>& queries, int k,
               float* squares, std::int64_t* ids) override {
    asked_.by_floats += queries.count;
    const auto square = [&](const float* row) {
      float sum = 0;
      for (std::int64_t c = 0; c < points.dim; ++c) sum += row[c] * row[c];
      return sum;
    };
    find(points, queries, k, squares, ids, [&](const float* q, const float* x) {
      float product = 0;
      for (std::int64_t c = 0; c < points.dim; ++c) product += q[c] * x[c];
      const float sum = square(x) + square(q), estimate = sum - 2.0f * product;
      return std::max(0.0f, off(estimate, static_cast<float>(points.dim) * 0x1p-23f * sum));
    });
  }
  void largest(const RowsForFaiss<std::uint16_t>& points,
               const RowsForFaiss<std::uint16_t>& queries, int k, float* products,
               std::int64_t* ids) override {
    asked_.by_halves += queries.count;
    find(points, queries, k, products, ids, [&](const std::uint16_t* q, const std::uint16_t* x) {
      float sum = 0;
      float size = 0;
      for (std::int64_t c = 0; c < points.dim; ++c) {
        const float product = float_of(q[c]) * float_of(x[c]);
        sum = cut(sum, product);
        size += std::abs(product);
      }
      return off(-sum, static_cast<float>(points.dim) * 0x1p-23f * size);
    });
    for (std::int64_t p = 0; p < queries.count * k; ++p) products[p] = -products[p];
  }

 private:
  /// To where one bit of it says.
  float off(float value, float by) const {
    if (!asked_.hostile) return value;
    return std::bit_cast<std::uint32_t>(value) * 2654435761u >> 31 ? value + by : value - by;
  }
  static float cut(float a, float b) {
    const double sum = static_cast<double>(a) + static_cast<double>(b);
    const auto near = static_cast<float>(sum);
    return std::abs(static_cast<double>(near)) > std::abs(sum) ? std::nextafterf(near, 0.0f) : near;
  }
  template <class T, class Value>
  void find(const RowsForFaiss<T>& points, const RowsForFaiss<T>& queries, int k, float* values,
            std::int64_t* ids, const Value& value) const {
    for (std::int64_t r = 0; r < queries.count; ++r) {
      std::vector<std::pair<float, std::int64_t>> row;
      for (std::int64_t j = 0; j < points.count; ++j)
        row.emplace_back(value(queries.rows + r * points.dim, points.rows + j * points.dim), -j);
      std::partial_sort(row.begin(), row.begin() + k, row.end());
      for (std::int64_t c = 0; c < k; ++c) {
        values[r * k + c] = row[static_cast<std::size_t>(c)].first;
        ids[r * k + c] = asked_.blind ? -1 : -row[static_cast<std::size_t>(c)].second;
      }
    }
  }
  Asked& asked_;
};

using Asked = PlayedFinder::Asked;

struct Entries {
  std::vector<std::int32_t> ids;
  std::vector<float> distances;
};

SearchedPoints points_of(const Matrix& x, const Distance& distance = {}, bool on_device = false) {
  return {x.values.data(), x.rows, x.cols, on_device, distance};
}

template <class Executor = Emulated>
Entries flat(const SearchedPoints& points, int k, const SearchPlan& plan, Asked& asked,
             const Executor& executor = {}) {
  KnnOn<Executor> search(executor, points, k, plan);
  search.flat(std::make_unique<PlayedFinder>(asked));
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
    expect_same(flat(points_of(x, distance), k, {half, true, x.rows, 100}, asked), wanted);
    EXPECT_EQ(asked.by_halves, half ? x.rows : 0);
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
  open_after_halves(data::scaled(data::normals(300, 64, 6), 1e-21f),
                    5);  // squares are below floats
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

TEST(FlatOnDevice, FindsAgainWhatHalvesCannotTellApart) {
  // Everyone's distances differ by less than halves are rounded.
  Matrix x = data::scaled(data::normals(400, 64, 12), 1e-4f);
  for (std::int64_t i = 0; i < x.rows; ++i)
    for (std::int64_t c = 0; c < x.cols; ++c) x.row(i)[c] += i % 2 == 0 ? 1.0f : -1.0f;
  EXPECT_EQ(open_after_halves(x, 10), 400);
}

/// A crowd whose distances are as near each other as what the search is off by.
Matrix crowd(float apart, std::uint64_t seed) {
  Matrix x = data::scaled(data::normals(400, 64, seed), apart);
  for (std::int64_t i = 0; i < x.rows; ++i) x.row(i)[i % 2] += i % 3 == 0 ? 1.0f : -1.0f;
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
  for (const std::int64_t i : {0, 7, 299}) std::fill_n(x.row(i), x.cols, 0.0f);
  for (const Metric metric : {Metric::cosine, Metric::correlation})
    open_after_halves(x, 10, {metric, ZeroVectors::far});
}

TEST(FlatOnDevice, RefusesZeroVectorsAsTheCpuDoes) {
  Matrix x = data::normals(300, 65, 14);
  for (std::int64_t i = 20; i < 40; ++i) std::fill_n(x.row(i), x.cols, 0.0f);
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

/// A device that has less memory than it said.
struct Scarce : Emulated {
  std::int64_t most = 0;  // bytes at once

  template <class T>
  Buffer<T> buffer(std::int64_t size) const {
    if (size * static_cast<std::int64_t>(sizeof(T)) > most) throw OutOfMemory("none", size, most);
    return Emulated::buffer<T>(size);
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

TEST(AsManyAsFit, HalvesDownToTheLeast) {
  std::vector<std::int64_t> tried;
  const auto make = [&](std::int64_t batch) {
    tried.push_back(batch);
    if (batch > 300) throw OutOfMemory("none", batch, 0);
    return batch;
  };
  EXPECT_EQ(as_many_as_fit(1000, 256, make), 256);
  EXPECT_EQ(tried, (std::vector<std::int64_t>{1000, 500, 256}));
  EXPECT_EQ(as_many_as_fit(10, 256, make), 10);
  EXPECT_THROW(as_many_as_fit(1000, 400, make), OutOfMemory);
}

// ---- the proof --------------------------------------------------------------------------------

/// For all pairs: what rounding to halves moves a distance by is not more than the proof allows.
TEST(Proof, BoundsWhatHalvesAreOffBy) {
  const Matrix sets[] = {
      data::normals(60, 70, 20),         data::blobs(60, 70, 21),
      data::lattice(60, 70, 22, 256),    data::normals(60, 70, 23, 1.0, 1e5f),
      data::normals(60, 70, 24, 0.7),    data::scaled(data::normals(60, 70, 25), 1e-30f),
      data::outlier(60, 70, 26, 3, 1e8f)};
  for (const Matrix& x : sets) {
    const Emulated device;
    RowsOn<Emulated> rows(device, points_of(x), true, 25, 60);
    const HalfFrames<Emulated> frames(device, rows);
    const HalfFrame& frame = frames.frame();
    const std::int64_t wide = half_width(70);
    std::vector<std::uint16_t> points(static_cast<std::size_t>(60 * wide)), queries(points);
    std::vector<float> norms(60), errors(60);
    for (auto* const to : {&points, &queries})
      device.for_each_row(60, HalveRows{x.values.data(),
                                        70,
                                        {},
                                        frame,
                                        to == &queries,
                                        to->data(),
                                        norms.data(),
                                        errors.data()});
    for (std::int64_t i = 0; i < 60; ++i) {
      const auto own = static_cast<double>(norms[static_cast<std::size_t>(i)]);
      const auto own_error = static_cast<double>(errors[static_cast<std::size_t>(i)]);
      EXPECT_LE(own_error, 0x1p-11 * (1 + 0x1p-10) * (own + own_error) + 0x1p-25 * 8.4);
      for (std::int64_t j = 0; j < 60; ++j) {
        double square = 0, product = 0;
        for (std::int64_t c = 0; c < wide; ++c) {
          const auto q =
              static_cast<double>(float_of(queries[static_cast<std::size_t>(i * wide + c)]));
          const auto p =
              static_cast<double>(float_of(points[static_cast<std::size_t>(j * wide + c)]));
          product += q * p;
          const auto mine =
              static_cast<double>(float_of(points[static_cast<std::size_t>(i * wide + c)]));
          if (c < 70) square += (mine - p) * (mine - p);
        }
        const double off = own_error + static_cast<double>(errors[static_cast<std::size_t>(j)]);
        const double moved = std::sqrt(square) - frame.scale * oracle::distance(x, i, j);
        ASSERT_LE(std::abs(moved), off * (1 + 1e-9) + 1e-9) << i << ", " << j;
        const double length = own + static_cast<double>(norms[static_cast<std::size_t>(j)]);
        ASSERT_NEAR(own * own - 2 * product, square, 0x1p-20 * length * length + 0x1p-30);
      }
    }
  }
}

TEST(Proof, StaysWhereWholeNumbersAreAndGoesWhereACloudIs) {
  const Emulated device;
  const auto centred = [&](const Matrix& x) {
    RowsOn<Emulated> rows(device, points_of(x), true, x.rows, x.rows);
    return HalfFrames<Emulated>(device, rows).frame().centre != nullptr;
  };
  EXPECT_FALSE(centred(data::lattice(300, 64, 27, 256)));
  EXPECT_TRUE(centred(data::normals(300, 64, 28, 1.0, 100.0f)));
  EXPECT_EQ(half_scale(255.0f), 1.0);
  EXPECT_EQ(half_scale(0.0f), 1.0);
  EXPECT_EQ(half_scale(1e-38f) * 1e-38, std::ldexp(1e-38, 134));
}

/// Row 0 of two points, whose k-th distance is 1: how low may the estimates of hidden ones be?
TEST(Proof, TurnsWhereAHiddenPointCouldBeAsNear) {
  std::vector<std::int32_t> ids{1};
  std::vector<float> distances{1.0f}, reach{0.0f}, norms{10.0f}, errors{0.01f};
  Proof proof{.best = {ids.data(), distances.data(), 1},
              .reach = reach.data(),
              .norms = norms.data(),
              .most_norm = 100.0f,
              .terms = 64,
              .dim = 64,
              .form = DistanceForm::root};
  const auto turns = [&] {  // by bisection
    double low = 0, high = 100;
    for (int step = 0; step < 60; ++step) {
      reach[0] = static_cast<float>(0.5 * (low + high));
      (proof(0) ? high : low) = 0.5 * (low + high);
    }
    return high;
  };
  const double rounding = 96 * 0x1p-22;
  EXPECT_NEAR(turns(), 1 + rounding * 21 * 21, 1e-4);  // a near point is not longer than 11
  proof.most_norm = 10.0f;
  EXPECT_NEAR(turns(), 1 + rounding * 20 * 20, 1e-4);
  proof.errors = errors.data();
  proof.most_error = 0.02f;
  proof.relative = 0x1p-11;
  EXPECT_NEAR(turns(), std::pow(1 + 0.01 + 11.01 * 0x1p-11, 2) + rounding * 20 * 20, 1e-4);
  proof.most_error = 0.002f;
  EXPECT_NEAR(turns(), std::pow(1 + 0.01 + 0.002, 2) + rounding * 20 * 20, 1e-4);
  reach[0] = HUGE_VALF;
  EXPECT_TRUE(proof(0));
  reach[0] = std::numeric_limits<float>::quiet_NaN();
  EXPECT_FALSE(proof(0));
  reach[0] = 100.0f;
  ids[0] = -1;
  EXPECT_FALSE(proof(0));
}

TEST(OpenRows, AreListedInOrder) {
  std::vector<std::int32_t> ids;
  std::vector<std::int64_t> wanted;
  for (std::int64_t r = 0; r < 3000; ++r) {
    ids.push_back(r * 7919 % 13 == 0 ? -1 : 5);
    if (ids.back() < 0) wanted.push_back(r);
  }
  const Proof proof{.best = {ids.data(), nullptr, 1}};
  const auto open = open_rows(Emulated{}, proof, false, PointIds{}, 3000);
  EXPECT_EQ(Emulated{}.download(open.list), wanted);
  EXPECT_EQ(open.count, static_cast<std::int64_t>(wanted.size()));
  const auto again = open_rows(Emulated{}, proof, false, open.ids(), 100);  // of the first 100
  wanted.resize(100);
  EXPECT_EQ(Emulated{}.download(again.list), wanted);
  ids.assign(3000, 1);
  EXPECT_EQ(open_rows(Emulated{}, proof, false, PointIds{}, 3000).count, 0);
}

// ---- cells ------------------------------------------------------------------------------------

/// Point j is in cell j % lists; query q looks into the cells of its sample and the next ones.
class PlayedCells final : public FaissCells {
 public:
  PlayedCells(const RowsForFaiss<float>& points, std::int64_t lists)
      : points_(points), lists_(lists) {}
  void set_probes(int probes) override { probes_ = probes; }
  void nearest(const RowsForFaiss<float>& queries, int k, float* squares,
               std::int64_t* ids) override {
    for (std::int64_t r = 0; r < queries.count; ++r) {
      const float* const q = queries.rows + r * queries.dim;
      std::vector<std::pair<float, std::int64_t>> row;
      for (std::int64_t j = 0; j < points_.count; ++j)
        if (j % lists_ < probes_)
          row.emplace_back(squared_distance(q, points_.rows + j * points_.dim, points_.dim), j);
      std::sort(row.begin(), row.end());
      row.resize(static_cast<std::size_t>(k), {1e30f, -1});
      for (std::int64_t c = 0; c < k; ++c) {
        squares[r * k + c] = row[static_cast<std::size_t>(c)].first;
        ids[r * k + c] = row[static_cast<std::size_t>(c)].second;
      }
    }
  }

 private:
  RowsForFaiss<float> points_;
  std::int64_t lists_;
  int probes_ = 1;
};

TEST(CellsOnDevice, AreProbedUntilTheirRecallIsReached) {
  const Matrix x = data::normals(1500, 6, 30);
  const KnnGraph exact = on_cpu(x, 10);
  for (const double target : {0.0, 0.7, 1.0}) {
    const CellTask task{
        16,
        {},
        target,
        [](const RowsForFaiss<float>& rows) { return std::make_unique<PlayedCells>(rows, 16); },
        recall_of};
    Asked asked;
    KnnOn<Emulated> search(Emulated{}, points_of(x), 10, {false, true, 1500, 200});
    const CellsFound found = search.cells(std::make_unique<PlayedFinder>(asked), task);
    EXPECT_EQ(found.probes, target == 0.0 ? 1 : 16);
    EXPECT_GE(found.recall.mean, target);
    EXPECT_EQ(asked.by_floats, 1000);
    const std::vector<float> distances = Emulated{}.download(search.take_distances());
    EXPECT_EQ(distances == exact.distances, found.probes == 16);
  }
}

TEST(CellsOnDevice, FillShortRowsExactly) {
  const Matrix x = data::normals(300, 6, 31);
  const CellTask task{
      100, 2, 0.9,  // six points in two cells
      [](const RowsForFaiss<float>& rows) { return std::make_unique<PlayedCells>(rows, 100); },
      recall_of};
  Asked asked;
  KnnOn<Emulated> search(Emulated{}, points_of(x), 10, {false, true, 300, 300});
  search.cells(std::make_unique<PlayedFinder>(asked), task);
  const KnnGraph exact = on_cpu(x, 10);
  EXPECT_EQ(Emulated{}.download(search.take_ids()), exact.neighbors);
  EXPECT_EQ(Emulated{}.download(search.take_distances()), exact.distances);
}

// ---- plans ------------------------------------------------------------------------------------

constexpr std::int64_t kGiB = std::int64_t{1} << 30;

static_assert(candidates_for(1) == 32 && candidates_for(8) == 32 && candidates_for(9) == 64);
static_assert(candidates_for(2024) == 2048);
static_assert(half_width(64) == 72 && half_width(784) == 792 && half_width(5) == 8);
static_assert(exact_pieces(1000, 15) == 1 && exact_pieces(1025, 15) == 2);
static_assert(exact_batch(80 * kGiB, 2'000'000, 784, 15, 1 << 20) == 4096);
static_assert(exact_batch(0, 2'000'000, 784, 15, 1 << 20) == kLeastExactBatch);
static_assert(exact_batch(kGiB, 2'000'000, 784, 15, 2) == 2);

TEST(PlanFlat, HoldsAllPointsWhereTheyFit) {
  const SearchPlan small = plan_flat({70'000, 784, 784, 15}, 80 * kGiB);
  EXPECT_TRUE(small.half && small.resident);
  EXPECT_EQ(small.tile, 70'000);
  EXPECT_EQ(small.batch, kMostBatch);
  EXPECT_FALSE(plan_flat({70'000, 50, 50, 15}, 80 * kGiB).half);
  // 24 GB of points; what FAISS is given at once is counted in 32 bits.
  const SearchPlan large = plan_flat({3'000'000, 2000, 2000, 15}, 80 * kGiB);
  EXPECT_TRUE(large.half && large.resident);
  EXPECT_LE(large.tile * half_width(2000), kMostNumbers);
  EXPECT_GT(large.tile * half_width(2000), kMostNumbers - 3000);
}

TEST(PlanFlat, StaysWithinWhatIsFree) {
  for (const std::int64_t n :
       {std::int64_t{1000}, std::int64_t{10'000'000}, (std::int64_t{1} << 31) - 1})
    for (const std::int64_t width : {2, 64, 768, 100'000})
      for (const int k : {1, 15, 2000})
        for (const std::int64_t free : {kGiB, 8 * kGiB, 80 * kGiB, 100'000 * kGiB})
          for (const bool on_device : {true, false}) {
            const SearchShape shape{n, width, width, k, false, on_device};
            const SearchPlan plan = plan_flat(shape, free);
            ASSERT_GT(plan.asked, 0);
            ASSERT_LE(plan.batch * width, kMostNumbers);
            ASSERT_LE(plan.tile * std::max(width, plan.half ? half_width(width) : 0), kMostNumbers);
            if (plan.asked > free) continue;
            const std::int64_t taken = kReserve + kFaissScratch + shape.bytes_of_rows() +
                                       plan.batch * shape.bytes_of_query(plan.half) +
                                       plan.tile * (plan.half ? 2 * half_width(width) : 0) +
                                       (plan.resident || shape.in_place() ? shape.bytes_of_points()
                                                                          : 4 * plan.tile * width);
            ASSERT_LE(taken, free) << n << " x " << width << ", " << k;
            ASSERT_GE(plan.batch, std::min(n, kLeastBatch));
          }
}

TEST(PlanFlat, GoesInTilesOrSaysWhatItWouldNeed) {
  const SearchShape shape{50'000'000, 768, 768, 15};  // 154 GB
  const SearchPlan tiles = plan_flat(shape, 80 * kGiB);
  EXPECT_TRUE(tiles.half && !tiles.resident);
  EXPECT_LE(tiles.asked, 80 * kGiB);
  EXPECT_GE(tiles.tile, 2'000'000);
  EXPECT_GT(plan_flat(shape, 4 * kGiB).asked, 4 * kGiB);      // the graph alone has 6 GB
  EXPECT_GT(plan_cells(shape, 80 * kGiB).asked, 290 * kGiB);  // FAISS has a copy
  EXPECT_LE(plan_cells({1'000'000, 768, 768, 15}, 80 * kGiB).asked, 10 * kGiB);
}

}  // namespace
}  // namespace nearfold
