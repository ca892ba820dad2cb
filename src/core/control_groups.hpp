// The control groups that this process is in, of either version: what containers and job managers
// limit memory and processors by.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace nearfold {

/// visit(folder, second_version) for the group of this process that has `controller` ("memory",
/// "cpu"), and all those above it. Files are looked for below `root`, "" for the system's own. In a
/// container the folder of the group may be the top one.
void for_each_group(const std::string& root, std::string_view controller,
                    const std::function<void(const std::string&, bool)>& visit);

/// The first whole number >= 0 after `key` at the beginning of a line, or of the file when the key
/// is empty; nothing where there is none.
std::optional<std::int64_t> number_in_file(const std::string& path, std::string_view key);

/// Processors that the groups allow, rounded up: cpu.max, or cpu.cfs_quota_us of the first version.
/// INT_MAX where they set no limit.
int processors_of_groups(const std::string& root);

}  // namespace nearfold
