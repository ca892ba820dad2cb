// A LocalMAP of six points, which the fuzzer of checkpoints resumes.
#pragma once

#include "nearfold/params.hpp"

namespace nearfold::fuzz {

inline LocalmapParams few_pairs() {
  return {{.n_neighbors = 1, .MN_ratio = 0, .FP_ratio = 2, .num_iters = {2, 2, 20}}};
}

}  // namespace nearfold::fuzz
