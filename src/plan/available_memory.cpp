#include "plan/available_memory.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <limits>
#include <optional>

#include "core/control_groups.hpp"

namespace nearfold {
namespace {

using Bytes = std::optional<std::int64_t>;

/// What a control group leaves: its limit less what it uses and cannot give back.
Bytes left_in_group(const std::string& folder, bool second_version) {
  const Bytes most =
      number_in_file(folder + (second_version ? "/memory.max" : "/memory.limit_in_bytes"), "");
  const Bytes used =
      number_in_file(folder + (second_version ? "/memory.current" : "/memory.usage_in_bytes"), "");
  if (!most || !used) return {};
  const Bytes cached = number_in_file(folder + "/memory.stat",
                                      second_version ? "inactive_file " : "total_inactive_file ");
  return std::max<std::int64_t>(0, *most - *used + cached.value_or(0));
}

void take_control_groups(const std::string& root, MemoryLimit& least) {
  for_each_group(root, "memory", [&](const std::string& folder, bool second_version) {
    const Bytes left = left_in_group(folder, second_version);
    if (left && *left < least.bytes) least = {*left, "the control group"};
  });
}

/// What a limit of the process leaves beside the pages that it has by now: field 0 of statm is all,
/// 5 its data.
void take_rlimit(decltype(RLIMIT_AS) which, int field, const char* by, MemoryLimit& least) {
  rlimit limit{};
  if (getrlimit(which, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) return;
  std::ifstream file("/proc/self/statm");
  std::int64_t pages = 0;
  for (int f = 0; f <= field; ++f) file >> pages;
  const std::int64_t left =
      static_cast<std::int64_t>(limit.rlim_cur) - pages * sysconf(_SC_PAGESIZE);
  if (left < least.bytes) least = {std::max<std::int64_t>(0, left), by};
}

}  // namespace

MemoryLimit system_memory(const std::string& root) {
  MemoryLimit least{std::numeric_limits<std::int64_t>::max(), "nothing"};
  const Bytes free = number_in_file(root + "/proc/meminfo", "MemAvailable:");
  if (free) least = {*free * 1024, "free memory"};
  take_control_groups(root, least);
  return least;
}

MemoryLimit available_memory() {
  MemoryLimit least = system_memory("");
  take_rlimit(RLIMIT_AS, 0, "the limit on address space", least);
  take_rlimit(RLIMIT_DATA, 5, "the limit on data", least);
  return least;
}

}  // namespace nearfold
