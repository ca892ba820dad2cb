#include "core/control_groups.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <limits>
#include <sstream>
#include <system_error>

namespace nearfold {
namespace {

/// "cpu,cpuacct" has "cpu".
bool lists(std::string_view kinds, std::string_view controller) {
  std::istringstream parts{std::string(kinds)};
  for (std::string part; std::getline(parts, part, ',');)
    if (part == controller) return true;
  return false;
}

/// The quota of a group per period, in processors; nothing where it has none.
std::optional<double> quota_of(const std::string& folder, bool second_version) {
  const auto text_of = [&](const char* name) {
    std::ifstream file(folder + "/" + name);
    std::string text;
    std::getline(file, text);
    return text;
  };
  std::istringstream both(second_version
                              ? text_of("cpu.max")
                              : text_of("cpu.cfs_quota_us") + " " + text_of("cpu.cfs_period_us"));
  double quota = 0, period = 0;  // "max 100000" and -1 are none
  if (!(both >> quota >> period) || quota <= 0 || period <= 0) return {};
  return quota / period;
}

}  // namespace

std::optional<std::int64_t> number_in_file(const std::string& path, std::string_view key) {
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

void for_each_group(const std::string& root, std::string_view controller,
                    const std::function<void(const std::string&, bool)>& visit) {
  std::ifstream file(root + "/proc/self/cgroup");
  for (std::string line; std::getline(file, line);) {  // 4:cpu,cpuacct:/job, or 0::/job
    const std::size_t begin = line.find(':'), end = line.find(':', begin + 1);
    if (end == std::string::npos) continue;
    const std::string kinds = line.substr(begin + 1, end - begin - 1);
    const bool second_version = kinds.empty();
    if (!second_version && !lists(kinds, controller)) continue;
    std::string top = root + "/sys/fs/cgroup";
    if (!second_version) {
      std::error_code none;
      const bool together = std::filesystem::is_directory(top + "/" + kinds, none);
      top += "/" + (together ? kinds : std::string(controller));
    }
    for (std::string path = line.substr(end + 1);;) {
      visit(top + path, second_version);
      const std::size_t slash = path.rfind('/');
      if (path == "/" || slash == std::string::npos) break;
      path.resize(slash);
    }
  }
}

int processors_of_groups(const std::string& root) {
  constexpr int kNoLimit = std::numeric_limits<int>::max();
  double least = kNoLimit;
  for_each_group(root, "cpu", [&](const std::string& folder, bool second_version) {
    least = std::min(least, quota_of(folder, second_version).value_or(least));
  });
  return least >= kNoLimit ? kNoLimit : static_cast<int>(std::ceil(least));
}

}  // namespace nearfold
