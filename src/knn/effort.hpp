// How hard an index looks, and the least effort that reaches a recall: one search for it, whoever
// tries the efforts.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>

namespace nearfold {

/// Probes or ef, and how many candidates are then measured.
struct Effort {
  int probes_or_ef = 1;
  int candidates = 1;
  double recall = 0;  // on the sample that it was tuned on; unset when it was given
};

/// The efforts worth trying, of which the last one looks at everything.
struct Efforts {
  int least, largest;
};

/// What is tuned: an index of n points, for rows of k neighbours.
struct Tuning {
  std::int64_t n = 0;
  int k = 0;
  double target = 0.95;
  std::optional<int> given = {};                     // probes or ef, where nothing is to be found
  std::function<Efforts(int candidates)> efforts;    // for so many candidates
  std::function<double(const Effort&)> recall_with;  // on the sample
};

/// The smallest effort that reaches the target, from so many candidates on; the given one, when
/// there is one. Efforts are doubled and then bisected, so a few more than 2 log2(largest) are
/// tried.
Effort least_effort(const Tuning& tuning, int candidates);

}  // namespace nearfold
