// Sums, scans and fills of kernels/, run on a device that the host plays, against the processor's.
#include <gtest/gtest.h>

#include <cstdint>
#include <utility>
#include <vector>

#include "core/parallel.hpp"
#include "kernels/core/fill.hpp"
#include "kernels/core/host_executor.hpp"
#include "kernels/core/rows.hpp"
#include "kernels/core/sums.hpp"
#include "kernels/graph/long_rows.hpp"
#include "support/data.hpp"

namespace nearfold {
namespace {

double sum_on_cpu(const std::vector<float>& values, std::int64_t outer) {
  const auto value = [&](std::int64_t i) {
    return static_cast<double>(values[static_cast<std::size_t>(i)]);
  };
  return parallel_sum(2, std::ssize(values), outer, 0.0, [&](std::int64_t begin, std::int64_t end) {
    return chunked_sum(begin, end, 0.0, value);
  });
}

TEST(OrderedSum, IsTheCpusSum) {
  for (const std::int64_t n : {0, 1, 31, 32, 33, 1023, 1024, 1025, 5000, 70'000}) {
    const std::vector<float> values =
        n > 0 ? data::normals(n, 1, 3).values() : std::vector<float>{};
    for (const std::int64_t outer : {kSumChunk, 2 * kSumChunk, 32 * kSumChunk}) {
      HostExecutor::Buffer<double> sum(1);
      OrderedSum<HostExecutor, double>(HostExecutor{}, n, outer)(DoubleAt{values.data()}, 0.0,
                                                                 sum.data());
      EXPECT_EQ(*sum.data(), sum_on_cpu(values, outer)) << n << ", " << outer;
    }
  }
}

struct Halve {
  double* to;
  void operator()(double sum) const { *to = sum / 2; }
};

// Whoever comes last goes on, and leaves everything as it was for the next.
TEST(OrderedSum, IsOneLoopThatCanBeReplayed) {
  const HostExecutor executor;
  auto values = executor.upload(data::normals(3000, 1, 4).values());
  auto half = executor.buffer<double>(1);
  OrderedSum<HostExecutor, double> sum(executor, 3000, 2 * kSumChunk);
  const int before = executor.counts().loops;
  const auto recording =
      executor.record([&] { sum(DoubleAt{values.data()}, 0.0, Halve{half.data()}); });
  for (int turn = 1; turn <= 3; ++turn) {
    values.data()[7] += 1.5f;
    values.data()[2999] += 1.5f;
    recording.replay();
    EXPECT_EQ(executor.download(half, 0), sum_on_cpu(executor.download(values), 64) / 2) << turn;
    EXPECT_EQ(executor.counts().loops - before, turn);
  }
}

TEST(OrderedSum, OfNothingIsHandedOn) {
  double half = 7;
  OrderedSum<HostExecutor, double>(HostExecutor{}, 0, kSumChunk)(DoubleAt{nullptr}, 3.0,
                                                                 Halve{&half});
  EXPECT_EQ(half, 1.5);
}

TEST(SumOf, CountsAndFindsTheMost) {
  const std::vector<float> values{0.5f, 3.0f, 0.25f, 3.0f};
  EXPECT_EQ(most_of(HostExecutor{}, values.data(), 4), 3.0f);
  const std::vector<std::int64_t> numbers{1, std::int64_t{1} << 40, -5};
  EXPECT_EQ(sum_of<std::int64_t>(HostExecutor{}, 3, ValueAt<std::int64_t>{numbers.data()}),
            (std::int64_t{1} << 40) - 4);
  EXPECT_EQ(sum_of<std::int64_t>(HostExecutor{}, 0, ValueAt<std::int64_t>{nullptr}), 0);
}

TEST(AddInOrder, AddsOneAfterTheOther) {
  const std::vector<float> values = data::normals(999, 3, 5).values();
  for (const std::int64_t count : {0, 1, 15, 16, 17, 999}) {
    float wanted = 0.25f;
    for (std::int64_t i = 0; i < count; ++i) wanted += values[static_cast<std::size_t>(3 * i + 1)];
    EXPECT_EQ(add_in_order(0.25f, values.data() + 1, count, 3), wanted) << count;
  }
}

TEST(ExclusiveScan, IsTheSumOfThoseBefore) {
  for (const std::int64_t n : {0, 1, 31, 32, 33, 1024, 1025, 40'000}) {
    std::vector<std::int64_t> values, wanted;
    for (std::int64_t i = 0, sum = 0; i < n; sum += values.back(), ++i) {
      values.push_back(i * 7919 % 101);
      wanted.push_back(sum);
    }
    exclusive_scan(HostExecutor{}, values.data(), n);
    EXPECT_EQ(values, wanted) << n;
  }
}

TEST(Filled, IsOneValueEverywhere) {
  const HostExecutor executor;
  EXPECT_EQ(executor.download(filled<std::int32_t>(executor, 5, -1)),
            (std::vector<std::int32_t>{-1, -1, -1, -1, -1}));
  EXPECT_EQ(filled(executor, 0, 1.0f).size(), 0U);
}

TEST(LayoutRow, IsReadAndWrittenWhereItIs) {
  std::vector<float> three{0, 1, 2, 3, 4, 5}, two = three;
  const LayoutRow<3> last = load_row<3>(three.data(), 1);
  EXPECT_EQ((std::vector<float>{last.at[0], last.at[1], last.at[2]}),
            (std::vector<float>{3, 4, 5}));
  store_row(last, three.data(), 0);
  EXPECT_EQ(three, (std::vector<float>{3, 4, 5, 3, 4, 5}));
  store_row(load_row<2>(two.data(), 2), two.data(), 1);
  EXPECT_EQ(two, (std::vector<float>{0, 1, 4, 5, 4, 5}));
}
// Two coordinates are one access of a device, of 8 bytes; three have no place between rows.
static_assert(sizeof(LayoutRow<2>) == 8 && alignof(LayoutRow<2>) == 8);
static_assert(sizeof(LayoutRow<3>) == 12 && alignof(LayoutRow<3>) == 4);

TEST(LongRows, AreThoseAboveABound) {
  std::vector<std::int64_t> offsets{0};
  for (std::int64_t row = 0; row < 3000; ++row)
    offsets.push_back(offsets.back() + (row % 1000 == 999 ? 50 : row == 0 ? 51 : row % 7));
  const HostExecutor executor;
  const auto longer_than = [&](std::int64_t longest) {
    return executor.download(long_rows(executor, offsets.data(), 3000, longest));
  };
  EXPECT_EQ(longer_than(49), (std::vector<std::int64_t>{0, 999, 1999, 2999}));
  EXPECT_EQ(longer_than(50), (std::vector<std::int64_t>{0}));
  EXPECT_EQ(longer_than(51), std::vector<std::int64_t>{});
}

}  // namespace
}  // namespace nearfold
