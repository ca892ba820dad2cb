#include "model/placement.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace nearfold {

void weighted_median(const Model& model, std::span<const std::int32_t> neighbors,
                     std::span<const float> weights, float* out) {
  std::vector<std::pair<float, float>> at(neighbors.size());  // coordinate, weight
  float all = 0;
  for (const float w : weights) all += w;
  for (std::int64_t c = 0; c < model.map.cols(); ++c) {
    for (std::size_t j = 0; j < at.size(); ++j)
      at[j] = {model.map.row(neighbors[j])[c], weights[j]};
    std::sort(at.begin(), at.end());
    float so_far = 0;
    std::size_t j = 0;
    while (j + 1 < at.size() && (so_far += at[j].second) < 0.5f * all) ++j;
    out[c] = at[j].first;
  }
}

}  // namespace nearfold
