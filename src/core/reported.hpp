// Work that tells a Progress how far it is, for the ways in that are no run of the pipeline.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string>
#include <type_traits>

#include "core/stopping.hpp"
#include "nearfold/error.hpp"
#include "nearfold/progress.hpp"

namespace nearfold {

/// `share` of `total`, in whole ones.
inline std::int64_t share_of(double share, std::int64_t total) {
  return std::clamp<std::int64_t>(std::llround(share * static_cast<double>(total)), 0, total);
}

/// What work() returns, reported as `stage`. Throws Cancelled when `progress` says stop. Without
/// one, whoever is asked around this is asked within work() too.
template <class Work>
std::invoke_result_t<Work> reported(const Progress& progress, Stage stage, std::int64_t total,
                                    const Work& work) {
  if (!progress) return work();
  total = std::max<std::int64_t>(1, total);
  const auto go_on = [&](double share) { return progress({stage, share_of(share, total), total}); };
  const auto cancelled = [&] {
    return Cancelled(std::string("stopped by its progress function, in stage ") + name(stage));
  };
  if (!go_on(0)) throw cancelled();
  try {
    const StopScope scope(go_on);
    if constexpr (std::is_void_v<std::invoke_result_t<Work>>) {
      work();
      if (!go_on(1)) throw Stopped{};
    } else {
      auto result = work();
      if (!go_on(1)) throw Stopped{};
      return result;
    }
  } catch (const Stopped&) {
    throw cancelled();
  }
}

}  // namespace nearfold
