// Which of the model's points a new row equals, value for value: -0 is 0.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "nearfold/matrix.hpp"

namespace nearfold {

class Twins {
 public:
  /// `points` must live as long. O(n dim).
  Twins(HostMatrix<const float> points, const Cpu& on);
  /// The first of the points that the row equals, or -1. O(dim + log n).
  std::int32_t of(const float* row) const;

 private:
  HostMatrix<const float> points_;
  std::vector<std::pair<std::uint64_t, std::int32_t>> hashes_;  // ascending
};

}  // namespace nearfold
