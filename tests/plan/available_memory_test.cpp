// How much memory there is, and what says so.
#include "plan/available_memory.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <limits>
#include <string>
#include <tuple>

#include "nearfold/plan.hpp"
#include "support/io_files.hpp"

namespace nearfold {
namespace {

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

TEST_F(FakeSystem, IsAllThatThereIsWhereNothingSaysHowMuch) {
  expect(std::numeric_limits<std::int64_t>::max(), "nothing");
}

/// Pages of this process, as a field of its statm says.
std::int64_t pages_in(int field) {
  std::ifstream file("/proc/self/statm");
  std::int64_t pages = 0;
  for (int f = 0; f <= field; ++f) file >> pages;
  return pages;
}

TEST(AvailableMemory, IsWhatALimitOfTheProcessLeaves) {
  constexpr std::int64_t kLeft = 200'000'000;
  for (const auto& [which, field, by] : {std::tuple{RLIMIT_AS, 0, "the limit on address space"},
                                         std::tuple{RLIMIT_DATA, 5, "the limit on data"}}) {
    rlimit before{};
    ASSERT_EQ(getrlimit(which, &before), 0);
    rlimit less = before;
    less.rlim_cur = static_cast<rlim_t>(pages_in(field) * sysconf(_SC_PAGESIZE) + kLeft);
    ASSERT_EQ(setrlimit(which, &less), 0);
    const MemoryLimit found = available_memory();
    ASSERT_EQ(setrlimit(which, &before), 0);
    EXPECT_EQ(found.by, by);
    EXPECT_NEAR(static_cast<double>(found.bytes), static_cast<double>(kLeft), 4e6);
  }
}

TEST(AvailableMemory, IsSomethingHere) {
  const MemoryLimit limit = available_memory();
  EXPECT_GT(limit.bytes, 1'000'000);
  EXPECT_FALSE(limit.by.empty());
}

}  // namespace
}  // namespace nearfold
