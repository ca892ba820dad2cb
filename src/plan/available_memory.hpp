// How much memory this process may still use, as the system's own files say.
#pragma once

#include <string>

#include "nearfold/plan.hpp"

namespace nearfold {

/// From the files below `root`, "" for the system's own: proc/meminfo, proc/self/cgroup and the
/// folders of the control groups. What is missing there says nothing.
MemoryLimit system_memory(const std::string& root);

}  // namespace nearfold
