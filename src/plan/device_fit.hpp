// Whether a plan fits a GPU of so much memory, and how.
#pragma once

#include <algorithm>
#include <cstdint>

#include "nearfold/plan.hpp"

namespace nearfold {

enum class DeviceFit { whole, in_tiles, no };

constexpr const char* name(DeviceFit fit) {
  switch (fit) {
    case DeviceFit::whole:
      return "yes";
    case DeviceFit::in_tiles:
      return "in tiles";
    case DeviceFit::no:
      return "no";
  }
  return "";
}

/// Bytes that the largest stage needs on a GPU where the search goes through the points in tiles.
inline std::int64_t device_least_bytes(const Plan& plan) {
  std::int64_t most = 0;
  for (const PlannedStage& stage : plan.stages) most = std::max(most, stage.device_least_bytes);
  return most;
}

inline DeviceFit device_fit(const Plan& plan, std::int64_t bytes) {
  if (plan.device_bytes() <= bytes) return DeviceFit::whole;
  return device_least_bytes(plan) <= bytes ? DeviceFit::in_tiles : DeviceFit::no;
}

/// Memory of cards that are widespread. 10^9 bytes each: what they have beyond that, 7 %, others
/// take.
inline constexpr std::int64_t kCardGigabytes[] = {8, 12, 24};

}  // namespace nearfold
