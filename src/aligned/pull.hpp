// The alignment term: related rows of several maps move towards each other.
#pragma once

#include <cstddef>
#include <vector>

#include "aligned/ties.hpp"
#include "nearfold/device.hpp"
#include "nearfold/matrix.hpp"

namespace nearfold {

/// How often umap-learn moves a vertex in an epoch, on average: at both ends of its edges that
/// fire, and for each negative sample.
double moves_of_epoch(const EdgeGraph& graph, const UmapParams& params);

class AlignmentPull {
 public:
  /// `moves` of each set; the mean of both counts in a tie, so that both ends are pulled alike.
  /// Sets that are `held` pull and are not moved.
  AlignmentPull(const std::vector<Tie>& ties, const std::vector<double>& moves,
                const std::vector<bool>& held, double regularisation);

  bool acts_on(std::size_t set) const { return !of_[set].empty(); }

  /// y_i + sum s_o (y_o - y_i) / (1 + 2 sum s_o) for every row of `set`, s_o = rate * strength * J,
  /// from the maps as they are. What is added has a sum of weights below 1/2: with all rows moving
  /// at once the distances between them never change sign, whatever the strength. Sums are in
  /// double, nearest sets behind first, then those before: the same on any number of threads.
  void move(const std::vector<Matrix>& maps, std::size_t set, double rate, Matrix& next,
            const Cpu& on) const;

 private:
  struct Link {
    std::size_t other;
    const std::vector<std::int32_t>* counterpart;  // of each row of this set
    const Tie* tie;
    double strength;
  };
  std::vector<std::vector<Link>> of_;  // of each set that is not held
};

}  // namespace nearfold
