#include "plan/available_memory.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <fstream>
#include <limits>
#include <optional>
#include <string_view>

namespace nearfold {
namespace {

using Bytes = std::optional<std::int64_t>;

/// The first number after `key` at the beginning of a line, or of the file when the key is empty.
Bytes number_in(const std::string& path, std::string_view key) {
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    if (!line.starts_with(key)) continue;
    const std::size_t digits = line.find_first_of("0123456789", key.size());
    std::int64_t value = 0;
    if (digits == std::string::npos) return {};
    const char* const end = line.data() + line.size();
    if (std::from_chars(line.data() + digits, end, value).ec != std::errc{}) return {};
    return value;
  }
  return {};
}

/// What a control group leaves: its limit less what it uses and cannot give back.
Bytes left_in_group(const std::string& folder, bool second_version) {
  const Bytes most =
      number_in(folder + (second_version ? "/memory.max" : "/memory.limit_in_bytes"), "");
  const Bytes used =
      number_in(folder + (second_version ? "/memory.current" : "/memory.usage_in_bytes"), "");
  if (!most || !used) return {};
  const Bytes cached = number_in(folder + "/memory.stat",
                                 second_version ? "inactive_file " : "total_inactive_file ");
  return std::max<std::int64_t>(0, *most - *used + cached.value_or(0));
}

/// Of a group and all those above it. `path` is as the process sees it; in a container its folder
/// may be the top one.
void take_groups(const std::string& top, std::string path, bool second_version,
                 MemoryLimit& least) {
  for (;;) {
    const Bytes left = left_in_group(top + path, second_version);
    if (left && *left < least.bytes) least = {*left, "the control group"};
    if (path.empty() || path == "/") return;
    path.resize(path.rfind('/'));
  }
}

void take_control_groups(const std::string& root, MemoryLimit& least) {
  std::ifstream file(root + "/proc/self/cgroup");
  for (std::string line; std::getline(file, line);) {
    const std::size_t kinds = line.find(':'), path = line.find(':', kinds + 1);
    if (path == std::string::npos) continue;
    const std::string kind = line.substr(kinds + 1, path - kinds - 1);
    if (kind.empty()) take_groups(root + "/sys/fs/cgroup", line.substr(path + 1), true, least);
    if (kind == "memory")
      take_groups(root + "/sys/fs/cgroup/memory", line.substr(path + 1), false, least);
  }
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
  const Bytes free = number_in(root + "/proc/meminfo", "MemAvailable:");
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
