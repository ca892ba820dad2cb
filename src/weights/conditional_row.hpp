// A point's conditional probabilities at one perplexity, or their mean over several.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <span>
#include <vector>

#include "math/perplexity.hpp"
#include "nearfold/params.hpp"

namespace nearfold {

/// The perplexities of a run that has some: the one, or the several.
inline std::span<const double> perplexities_of(const TsneParams& params) {
  if (params.perplexities.empty()) return {&params.perplexity, 1};
  return params.perplexities;
}

/// Neighbours that a perplexity gives weights to, of k.
inline std::int64_t near_of(double perplexity, std::int64_t k) {
  return std::min(k, static_cast<std::int64_t>(std::floor(3 * perplexity)));
}

/// Of several the mean of each one's row, which sums to 1 as they do: near neighbours keep the
/// weight that the small perplexity gives them, far ones have that of the large. Rows with fewer
/// than 3 perplexity neighbours use all there are. (Not openTSNE's MultiscaleMixture, a mixture of
/// kernels whose bisection starts where that of the scale before ended.)
/// Source: Kobak and Berens, "The art of using t-SNE for single-cell transcriptomics", 2019.
class ConditionalRow {
 public:
  explicit ConditionalRow(std::span<const double> perplexities)
      : perplexities_(perplexities.begin(), perplexities.end()) {
    for (const double one : perplexities) logs_.push_back(static_cast<float>(std::log(one)));
  }

  /// p[k] of distance[k], ascending; with one perplexity perplexity_row() of all k.
  void operator()(const float* distance, std::int64_t k, float* p) const {
    if (logs_.size() == 1) return perplexity_row(distance, k, logs_[0], p);
    std::vector<float> one(static_cast<std::size_t>(k));
    std::vector<double> sum(static_cast<std::size_t>(k));
    for (std::size_t s = 0; s < logs_.size(); ++s) {
      const std::int64_t near = near_of(perplexities_[s], k);
      perplexity_row(distance, near, logs_[s], one.data());
      for (std::int64_t j = 0; j < near; ++j)
        sum[static_cast<std::size_t>(j)] += static_cast<double>(one[static_cast<std::size_t>(j)]);
    }
    for (std::size_t j = 0; j < sum.size(); ++j)
      p[j] = static_cast<float>(sum[j] / static_cast<double>(logs_.size()));
  }

 private:
  std::vector<double> perplexities_;
  std::vector<float> logs_;
};

}  // namespace nearfold
