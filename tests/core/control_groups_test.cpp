// Processors that control groups allow, read from folders made up here.
#include "core/control_groups.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <limits>

#include "core/parallel.hpp"
#include "support/io_files.hpp"

namespace nearfold {
namespace {

class Groups : public io::FolderTest {
 protected:
  void file(const std::string& name, const std::string& text) const {
    std::filesystem::create_directories(std::filesystem::path(path(name)).parent_path());
    make(name, text);
  }
  int processors() const { return processors_of_groups(folder_.string()); }
};

constexpr int kNoLimit = std::numeric_limits<int>::max();

TEST_F(Groups, SetNoLimitWhereThereAreNone) {
  EXPECT_EQ(processors(), kNoLimit);
  file("proc/self/cgroup", "0::/job\n");
  file("sys/fs/cgroup/job/cpu.max", "max 100000\n");
  EXPECT_EQ(processors(), kNoLimit);
}

TEST_F(Groups, AllowTheLeastOfAllAbove) {
  file("proc/self/cgroup", "0::/user/job\n");
  file("sys/fs/cgroup/user/job/cpu.max", "400000 100000\n");
  file("sys/fs/cgroup/user/cpu.max", "150000 100000\n");
  EXPECT_EQ(processors(), 2);  // one and a half
  file("sys/fs/cgroup/cpu.max", "50000 100000\n");
  EXPECT_EQ(processors(), 1);
}

TEST_F(Groups, OfAContainerAreTheTopOnes) {
  file("proc/self/cgroup", "0::/\n");
  file("sys/fs/cgroup/cpu.max", "300000 100000\n");
  EXPECT_EQ(processors(), 3);
}

TEST_F(Groups, OfTheFirstVersionAreHeeded) {
  file("proc/self/cgroup", "5:memory:/x\n4:cpu,cpuacct:/docker/abc\n");
  file("sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us", "-1\n");
  file("sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us", "100000\n");
  EXPECT_EQ(processors(), kNoLimit);
  file("sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us", "200000\n");
  EXPECT_EQ(processors(), 2);
}

TEST_F(Groups, OfTheFirstVersionMayBeMountedAlone) {
  file("proc/self/cgroup", "4:cpu,cpuacct:/job\n");
  file("sys/fs/cgroup/cpu/job/cpu.cfs_quota_us", "100000\n");
  file("sys/fs/cgroup/cpu/job/cpu.cfs_period_us", "100000\n");
  EXPECT_EQ(processors(), 1);
}

TEST_F(Groups, ThatSayNothingUsefulSetNoLimit) {
  file("proc/self/cgroup", "rubbish\n0:\n0::job\n");
  for (const char* text : {"", "x y\n", "0 100000\n", "100000 0\n", "100000\n"}) {
    file("sys/fs/cgroup/cpu.max", text);
    EXPECT_EQ(processors(), kNoLimit) << text;
  }
}

TEST(ThreadCount, IsWhatIsAskedForOrAtLeastOne) {
  EXPECT_EQ(thread_count(5), 5);
  EXPECT_GE(thread_count(0), 1);
}

}  // namespace
}  // namespace nearfold
