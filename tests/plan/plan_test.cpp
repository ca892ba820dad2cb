// What a run is planned to need: sizes beyond 32 and 64 bits, what says how much there is, and what
// a refusal offers. That plans agree with measured peaks: cli/cli_budget_test.cpp.
#include "nearfold/plan.hpp"

#include <gtest/gtest.h>

#include <string>

#include "nearfold/embed.hpp"
#include "nearfold/error.hpp"
#include "plan/available_memory.hpp"
#include "support/data.hpp"
#include "support/expect.hpp"
#include "support/io_files.hpp"

namespace nearfold {
namespace {

constexpr std::int64_t kGiga = 1'000'000'000;

std::int64_t bytes_of(std::int64_t n, std::int64_t dim, const Settings& settings = {}) {
  return plan({.n = n, .dim = dim}, settings).host_bytes();
}

TEST(Plan, NamesEveryStageInItsOrder) {
  const Plan p = plan({.n = 100'000, .dim = 50}, {.method = TsneParams{}});
  ASSERT_EQ(p.stages.size(), 4u);
  const char* const names[] = {"knn", "weights", "init", "optimize"};
  for (std::size_t s = 0; s < 4; ++s) {
    EXPECT_EQ(p.stages[s].name, names[s]);
    EXPECT_GT(p.stages[s].host_bytes, 100'000 * 50 * 4) << "the points are held";
    EXPECT_EQ(p.stages[s].device_bytes, 0);
    EXPECT_GT(p.stages[s].seconds, 0) << names[s];
  }
  EXPECT_EQ(p.host_bytes(), p.largest().host_bytes);
  EXPECT_GT(plan({.n = 100'000, .dim = 50}, {.device = Cuda{}}).device_bytes(), 100'000 * 50 * 4);
}

// n k and 2 n k just below, at and just above 2^31, where other libraries' 32-bit products turn.
TEST(Plan, CountsBeyondThirtyTwoBits) {
  const Settings settings{.method = TsneParams{.perplexity = 30}};  // k = 90
  std::int64_t before = 0;
  for (const std::int64_t product : {std::int64_t{1} << 31, std::int64_t{1} << 32})
    for (const std::int64_t off : {-90, 0, 90}) {
      const std::int64_t n = (product + off) / 90;
      const std::int64_t bytes = bytes_of(n, 784, settings);
      EXPECT_GT(bytes, n * (784 * 4 + 90 * 8));
      EXPECT_GT(bytes, before);
      before = bytes;
    }
}

TEST(Plan, EndsAtTheLargestNumberInsteadOfWrappingAround) {
  constexpr std::int64_t kMax = std::int64_t{1} << 62;
  EXPECT_GT(bytes_of(kMax, kMax), std::int64_t{1} << 62);
  EXPECT_GT(bytes_of((std::int64_t{1} << 31) - 1, 1'000'000), 8'000'000 * kGiga / 1000);
}

TEST(Plan, GrowsWithEverythingThatCosts) {
  const std::int64_t base = bytes_of(100'000, 200);
  EXPECT_GT(bytes_of(200'000, 200), base);
  EXPECT_GT(bytes_of(100'000, 300), base);
  EXPECT_GT(bytes_of(100'000, 200, {.knn = AutoKnn{}}), base);
  EXPECT_GT(bytes_of(100'000, 200, {.method = UmapParams{.n_neighbors = 200}}), base);
  EXPECT_GT(bytes_of(100'000, 200, {.distance = {Metric::cosine}}), base);
  EXPECT_LT(plan({.n = 100'000, .dim = 200, .search_width = 32}, {}).host_bytes(), base);
  EXPECT_LT(plan({.n = 100'000, .dim = 200, .counted = false}, {}).host_bytes(), base);
}

TEST(Plan, KnowsHowFewColumnsASearchKeeps) {
  Matrix flat(2000, 256);  // of three directions, and some noise
  const Matrix scores = data::normals(2000, 3, 1), axes = data::normals(3, 256, 2),
               noise = data::normals(2000, 256, 3);
  for (std::int64_t i = 0; i < 2000; ++i)
    for (std::int64_t c = 0; c < 256; ++c) {
      flat.row(i)[c] = 0.01f * noise.row(i)[c];
      for (std::int64_t a = 0; a < 3; ++a) flat.row(i)[c] += scores.row(i)[a] * axes.row(a)[c];
    }
  EXPECT_EQ(search_width(flat, {}), 16);
  EXPECT_EQ(search_width(noise, {}), 256);
  EXPECT_EQ(search_width(flat, {.distance = {Metric::manhattan}}), 256);
}

// ---- refusals -----------------------------------------------------------------------------------

TEST(RequireMemory, SaysWhatIsMissingAndWhatWouldFit) {
  const PlannedPoints points{.n = 1'000'000, .dim = 784};
  const Settings settings{.method = TsneParams{}};
  EXPECT_NO_THROW(require_memory(points, settings, {100 * kGiga, "free memory"}));
  try {
    require_memory(points, settings, {4 * kGiga, "free memory"});
    FAIL();
  } catch (const OutOfMemory& error) {
    const std::string says = error.what();
    for (const char* part : {"1000000 points of 784 columns", "stage knn",
                             "free memory allows 4 GB", "pca(points, 50)", " points ("})
      expect_contains(says, part);
    EXPECT_EQ(error.bytes_asked, plan(points, settings).host_bytes());
    EXPECT_EQ(error.bytes_free, 4 * kGiga);
  }
}

TEST(RequireMemory, OffersNothingThatDoesNotFit) {
  const std::string says = error_of<OutOfMemory>([] {
    require_memory({.n = 1'000'000, .dim = 784}, {}, {10'000'000, "the limit given"});
  });
  EXPECT_EQ(says.find("what would fit"), std::string::npos) << says;
}

TEST(Embed, RefusesARunThatDoesNotFit) {
  const Matrix x = data::blobs(3000, 20, 1);
  Settings settings;
  settings.memory_limit = 1'000'000;
  expect_contains(error_of<OutOfMemory>([&] { embed(x, settings); }), "the limit given allows");
  settings.memory_limit = 100'000'000;
  EXPECT_NO_THROW(embed(x, settings));
}

// ---- how much there is --------------------------------------------------------------------------

class FakeSystem : public io::FolderTest {
 protected:
  void file(const std::string& name, const std::string& text) const {
    std::filesystem::create_directories(std::filesystem::path(path(name)).parent_path());
    make(name, text);
  }
  void expect(std::int64_t bytes, const std::string& by) const {
    const MemoryLimit limit = system_memory(folder_.string());
    EXPECT_EQ(limit.bytes, bytes);
    EXPECT_EQ(limit.by, by);
  }
};

TEST_F(FakeSystem, IsFreeMemoryWithoutControlGroups) {
  file("proc/meminfo", "MemTotal: 9000 kB\nMemFree: 10 kB\nMemAvailable:    5000 kB\n");
  expect(5000 * 1024, "free memory");
}

TEST_F(FakeSystem, IsWhatAControlGroupAboveLeaves) {
  file("proc/meminfo", "MemAvailable: 5000 kB\n");
  file("proc/self/cgroup", "0::/user/job\n");
  file("sys/fs/cgroup/user/job/memory.max", "max\n");
  file("sys/fs/cgroup/user/job/memory.current", "100\n");
  file("sys/fs/cgroup/user/memory.max", "3000000\n");
  file("sys/fs/cgroup/user/memory.current", "1000000\n");
  file("sys/fs/cgroup/user/memory.stat", "anon 5\ninactive_file 400000\n");
  expect(2'400'000, "the control group");
}

TEST_F(FakeSystem, IsWhatAControlGroupOfTheFirstVersionLeaves) {
  file("proc/meminfo", "MemAvailable: 5000 kB\n");
  file("proc/self/cgroup", "5:cpu:/x\n4:memory:/job\n");
  file("sys/fs/cgroup/memory/job/memory.limit_in_bytes", "2000000\n");
  file("sys/fs/cgroup/memory/job/memory.usage_in_bytes", "1500000\n");
  expect(500'000, "the control group");
}

TEST_F(FakeSystem, IsNothingWhereAGroupHasUsedAll) {
  file("proc/meminfo", "MemAvailable: 5000 kB\n");
  file("proc/self/cgroup", "0::/\n");  // a container sees its own group as the top
  file("sys/fs/cgroup/memory.max", "1000\n");
  file("sys/fs/cgroup/memory.current", "2000\n");
  expect(0, "the control group");
}

TEST(AvailableMemory, IsSomethingHere) {
  const MemoryLimit limit = available_memory();
  EXPECT_GT(limit.bytes, 1'000'000);
  EXPECT_FALSE(limit.by.empty());
}

}  // namespace
}  // namespace nearfold
