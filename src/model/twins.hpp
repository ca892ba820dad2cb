// Which of the model's points a new row equals, value for value: -0 is 0.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "core/input_points.hpp"
#include "nearfold/device.hpp"

namespace nearfold {

class Twins {
 public:
  /// `points`, dense or sparse, must live as long. O(n dim) or O(stored).
  Twins(const InputPoints& points, const Cpu& on);
  /// The first of the points that row r of `rows` equals, or -1; `rows` are dense or sparse as the
  /// points are. O(dim + log n).
  std::int32_t of(const InputPoints& rows, std::int64_t r) const;

 private:
  InputPoints points_;
  std::vector<std::pair<std::uint64_t, std::int32_t>> hashes_;  // ascending
};

}  // namespace nearfold
