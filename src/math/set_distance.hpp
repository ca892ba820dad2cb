// The distances of two sets, by how many elements are in both and in one of them.
#pragma once

#include <cstdint>

#include "math/host_device.hpp"

namespace nearfold {

/// By the names of params.hpp, where the formulas are.
enum class SetDistance { matching, jaccard, dice, russellrao, rogerstanimoto, sokalsneath, yule };

/// 0 / 0 is 0: two empty sets are equal. Counts below 2^24 are exact in float.
NEARFOLD_HD inline float ratio_or_zero(float above, float below) {
  return above / (below > 0 ? below : 1.0f);
}

/// `both`, in the first alone, in the second alone, of all.
template <class Int>
NEARFOLD_HD inline float set_distance(SetDistance form, Int both, Int first, Int second, Int all) {
  const Int one = first + second;
  const auto share = [](Int above, Int below) {
    return ratio_or_zero(static_cast<float>(above), static_cast<float>(below));
  };
  switch (form) {
    case SetDistance::matching:
      return share(one, all);
    case SetDistance::jaccard:
      return share(one, both + one);
    case SetDistance::dice:
      return share(one, 2 * both + one);
    case SetDistance::russellrao:
      return share(all - both, all);
    case SetDistance::rogerstanimoto:
      return share(2 * one, all + one);
    case SetDistance::sokalsneath:
      return share(2 * one, both + 2 * one);
    case SetDistance::yule: {  // products of counts are beyond what a float counts
      const auto crossed = static_cast<double>(first) * static_cast<double>(second);
      const auto same = static_cast<double>(both) * static_cast<double>(all - both - one);
      return crossed > 0 ? static_cast<float>(2 * crossed / (same + crossed)) : 0.0f;
    }
  }
  return 0;
}

}  // namespace nearfold
