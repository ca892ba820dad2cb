#include "knn/effort.hpp"

#include <algorithm>

namespace nearfold {

Effort least_effort(const Tuning& tuning, int candidates) {
  constexpr int kMaxSlack = 8;  // doublings of the candidates beyond k
  const double target = tuning.target;
  const auto try_effort = [&](int value, int count) {
    return Effort{value, count, tuning.recall_with({value, count, 0})};
  };
  for (int more = 0;; ++more) {
    const auto [least, largest] = tuning.efforts(candidates);
    if (tuning.given) return {std::max(*tuning.given, least), candidates, 0};
    Effort high = try_effort(least, candidates);
    while (high.recall < target && high.probes_or_ef < largest)
      high = try_effort(std::min(largest, 2 * high.probes_or_ef), candidates);
    // Candidates in the wrong order, not missing ones, are what keeps it below the target.
    if (high.recall < target && candidates < tuning.n && more < kMaxSlack) {
      candidates = static_cast<int>(std::min<std::int64_t>(tuning.n, 2 * candidates - tuning.k));
      continue;
    }
    int low = std::max(least - 1, high.probes_or_ef / 2);  // does not reach, or is none
    while (high.probes_or_ef - low > std::max(1, high.probes_or_ef / 8)) {
      const Effort middle = try_effort((low + high.probes_or_ef) / 2, candidates);
      if (middle.recall >= target)
        high = middle;
      else
        low = middle.probes_or_ef;
    }
    return high;
  }
}

}  // namespace nearfold
