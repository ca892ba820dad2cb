// What a search on a device is made of: halves, selection, the proof that rows are exact, lists of
// open rows, and plans. On a device that the host plays.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "kernels/core/host_executor.hpp"
#include "kernels/knn/fp16_scaling.hpp"
#include "math/half.hpp"
#include "nearfold/error.hpp"
#include "support/data.hpp"
#include "support/oracle.hpp"
#include "support/played_faiss.hpp"

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

// ---- selection --------------------------------------------------------------------------------

TEST(SelectNearest, AddsATileToWhatIsKnown) {
  // Points 10 and 11 of a line, among the points 20 to 23; the first knows point 9 already.
  const std::vector<float> tile{20, 21, 22, 23}, queries{10, 11};
  const std::vector<std::int64_t> which{10, 11}, found{0, 1, 2, 0, -1, -1};
  const std::vector<float> estimates{100, 121, 144, 81, 0, 0};
  std::vector<float> measured(6), distances{1, HUGE_VALF, HUGE_VALF, HUGE_VALF};
  std::vector<float> reach(24, 130.0f);
  std::vector<std::int32_t> ids{9, -1, -1, -1};
  ids.insert(ids.begin(), 20, -1);  // rows of points 0 to 9
  distances.insert(distances.begin(), 20, HUGE_VALF);
  Selection job{{tile.data(), 20, 4, 1},
                queries.data(),
                {which.data(), 0},
                2,
                3,
                found.data(),
                estimates.data(),
                nullptr,
                measured.data(),
                DistanceForm::root,
                {ids.data(), distances.data(), 2},
                reach.data()};
  select_nearest(HostExecutor{}, job);
  EXPECT_EQ(std::vector<std::int32_t>(ids.begin() + 20, ids.end()),
            (std::vector<std::int32_t>{9, 20, 20, -1}));
  EXPECT_EQ(std::vector<float>(distances.begin() + 20, distances.end()),
            (std::vector<float>{1, 10, 9, HUGE_VALF}));
  EXPECT_EQ(reach[10], 130.0f);      // an earlier tile hides more
  EXPECT_EQ(reach[11], -HUGE_VALF);  // too little was found
}

TEST(SelectNearest, KeepsTheOrderOfThePointAmongEquals) {
  std::vector<std::int32_t> ids(3, -1), wanted{8, 3, 9, 5};
  std::vector<float> distances(3, HUGE_VALF);
  const TieOrder order(7, 40);
  std::sort(wanted.begin(), wanted.end(),
            [&](std::int32_t a, std::int32_t b) { return order.key(a) < order.key(b); });
  const BestRows rows{ids.data(), distances.data(), 3, 7};
  BestRow row(rows, 0, rows.order_of(40));
  for (const std::int32_t id : {8, 3, 9, 5}) row.take(2.0f, id);
  EXPECT_EQ(ids, std::vector<std::int32_t>(wanted.begin(), wanted.begin() + 3));
  EXPECT_FALSE(row.take(2.0f, wanted[3]));
  EXPECT_TRUE(row.take(1.0f, wanted[3]));
  EXPECT_EQ(ids, (std::vector<std::int32_t>{wanted[3], wanted[0], wanted[1]}));
}

// ---- the proof --------------------------------------------------------------------------------

/// For all pairs: what rounding to halves moves a distance by is not more than the proof allows.
TEST(Certificate, BoundsWhatHalvesAreOffBy) {
  const Matrix sets[] = {
      data::normals(60, 70, 20),         data::blobs(60, 70, 21),
      data::lattice(60, 70, 22, 256),    data::normals(60, 70, 23, 1.0, 1e5f),
      data::normals(60, 70, 24, 0.7),    data::scaled(data::normals(60, 70, 25), 1e-30f),
      data::outlier(60, 70, 26, 3, 1e8f)};
  for (const Matrix& x : sets) {
    const HostExecutor device;
    RowsOn<HostExecutor> rows(device, points_of(x), true, 25, 60);
    const HalfFrames<HostExecutor> frames(device, rows);
    const Fp16Scaling& frame = frames.frame();
    const std::int64_t wide = half_width(70);
    std::vector<std::uint16_t> points(static_cast<std::size_t>(60 * wide)), queries(points);
    std::vector<float> norms(60), errors(60);
    for (auto* const to : {&points, &queries})
      device.for_each_row(
          60,
          RowsToFp16{
              x.data(), 70, {}, frame, to == &queries, to->data(), norms.data(), errors.data()});
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

TEST(Certificate, StaysWhereWholeNumbersAreAndGoesWhereACloudIs) {
  const HostExecutor device;
  const auto centred = [&](const Matrix& x) {
    RowsOn<HostExecutor> rows(device, points_of(x), true, x.rows(), x.rows());
    return HalfFrames<HostExecutor>(device, rows).frame().centre != nullptr;
  };
  EXPECT_FALSE(centred(data::lattice(300, 64, 27, 256)));
  EXPECT_TRUE(centred(data::normals(300, 64, 28, 1.0, 100.0f)));
  EXPECT_EQ(fp16_scale(255.0f), 1.0);
  EXPECT_EQ(fp16_scale(0.0f), 1.0);
  EXPECT_EQ(fp16_scale(1e-38f) * 1e-38, std::ldexp(1e-38, 134));
}

/// Row 0 of two points, whose k-th distance is 1: how low may the estimates of hidden ones be?
TEST(Certificate, TurnsWhereAHiddenPointCouldBeAsNear) {
  const double rounding = 96 * 0x1p-22;
  std::vector<std::int32_t> ids{1};
  std::vector<float> distances{1.0f}, reach{0.0f}, norms{10.0f}, errors{0.01f};
  Certificate proof{.best = {ids.data(), distances.data(), 1},
                    .reach = reach.data(),
                    .norms = norms.data(),
                    .most_norm = 100.0f,

                    .dim = 64,
                    .rounding = rounding,
                    .form = DistanceForm::root};
  const auto turns = [&] {  // by bisection
    double low = 0, high = 100;
    for (int step = 0; step < 60; ++step) {
      reach[0] = static_cast<float>(0.5 * (low + high));
      (proof(0) ? high : low) = 0.5 * (low + high);
    }
    return high;
  };
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

TEST(UncertifiedRows, AreListedInOrder) {
  std::vector<std::int32_t> ids;
  std::vector<std::int64_t> wanted;
  for (std::int64_t r = 0; r < 3000; ++r) {
    ids.push_back(r * 7919 % 13 == 0 ? -1 : 5);
    if (ids.back() < 0) wanted.push_back(r);
  }
  const Certificate proof{.best = {ids.data(), nullptr, 1}};
  const auto open = uncertified_rows(HostExecutor{}, proof, false, PointIds{}, 3000);
  EXPECT_EQ(HostExecutor{}.download(open.list), wanted);
  EXPECT_EQ(open.count, static_cast<std::int64_t>(wanted.size()));
  const auto again =
      uncertified_rows(HostExecutor{}, proof, false, open.ids(), 100);  // of the first 100
  wanted.resize(100);
  EXPECT_EQ(HostExecutor{}.download(again.list), wanted);
  ids.assign(3000, 1);
  EXPECT_EQ(uncertified_rows(HostExecutor{}, proof, false, PointIds{}, 3000).count, 0);
}

// ---- plans ------------------------------------------------------------------------------------

constexpr std::int64_t kGiB = std::int64_t{1} << 30;

static_assert(candidates_for(1) == 32 && candidates_for(8) == 32 && candidates_for(9) == 64);
static_assert(candidates_for(2024) == 2048);
static_assert(half_width(64) == 72 && half_width(784) == 792 && half_width(5) == 8);
static_assert(exact_pieces(1000, 15) == 1 && exact_pieces(1025, 15) == 2);
static_assert(exact_batch(80 * kGiB, 2'000'000, 784, 15, 1 << 20) == 4096);
static_assert(exact_batch(0, 2'000'000, 784, 15, 1 << 20) == kMinExactBatch);
static_assert(exact_batch(kGiB, 2'000'000, 784, 15, 2) == 2);

// The rule of FAISS' chooseTileSize() on GPUs of more than 8 GB.
static_assert(pair_scratch(1'000'000, 784) == kGiB);
static_assert(pair_scratch(1'000'000, 32) == kGiB);
static_assert(pair_scratch(16'384, 784) == 64 << 20);
static_assert(cell_batch(128, 784, 128) == 504);
static_assert(cell_batch(kMaxPerCells, 100'000, kMaxPerCells) == 1);

static_assert(batch_of(kGiB, 1 << 20, 1000) == 512);
static_assert(batch_of(kGiB, 1, 1000) == 1000 && batch_of(kGiB, 1, 1 << 30) == kMaxBatch);
static_assert(batch_of(0, 1 << 20, 1000) == 1);
static_assert(centred_tile(1'000'000, 784) == 85'598 && centred_tile(100, 784) == 100);
static_assert(centred_tile(1'000'000, 1 << 30) == kMinBatch);

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

TEST(PlanFlat, HoldsAllPointsWhereTheyFit) {
  const SearchPlan small = plan_flat({70'000, 784, 784, 15}, 80 * kGiB);
  EXPECT_TRUE(small.half && small.resident);
  EXPECT_EQ(small.tile, 70'000);
  EXPECT_EQ(small.batch, kMaxBatch);
  EXPECT_FALSE(plan_flat({70'000, 50, 50, 15}, 80 * kGiB).half);
  // 24 GB of points; what FAISS is given at once is counted in 32 bits.
  const SearchPlan large = plan_flat({3'000'000, 2000, 2000, 15}, 80 * kGiB);
  EXPECT_TRUE(large.half && large.resident);
  EXPECT_LE(large.tile * half_width(2000), kMaxNumbers);
  EXPECT_GT(large.tile * half_width(2000), kMaxNumbers - 3000);
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
            ASSERT_LE(plan.batch * width, kMaxNumbers);
            ASSERT_LE(plan.tile * std::max(width, plan.half ? half_width(width) : 0), kMaxNumbers);
            if (plan.asked > free) continue;
            const std::int64_t taken = kReserve + plan.scratch + shape.bytes_of_rows() +
                                       plan.batch * shape.bytes_of_query(plan.half) +
                                       plan.tile * (plan.half ? 2 * half_width(width) : 0) +
                                       (plan.resident || shape.in_place() ? shape.bytes_of_points()
                                                                          : 4 * plan.tile * width);
            ASSERT_LE(taken, free) << n << " x " << width << ", " << k;
            ASSERT_GE(plan.batch, std::min(n, kMinBatch));
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
  EXPECT_GT(plan_ivf(shape, 80 * kGiB).asked, 290 * kGiB);  // ours are two copies, if it must be
  EXPECT_LE(plan_ivf({1'000'000, 768, 768, 15}, 80 * kGiB).asked, 10 * kGiB);
  const SearchPlan cramped = plan_flat(shape, 14 * kGiB);  // FAISS' blocks have 64 MB to 1 GiB
  EXPECT_LE(cramped.asked, 14 * kGiB);
  EXPECT_GE(cramped.tile, kMinTile);
}

}  // namespace
}  // namespace nearfold
