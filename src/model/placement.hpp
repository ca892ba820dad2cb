// How a method puts new points on a map, one by one.
#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "nearfold/model.hpp"

namespace nearfold {

/// New rows beside each other, as the search found them.
struct NewRows {
  std::int64_t count = 0;
  std::int64_t k = 0;
  std::span<const std::int32_t> neighbors;  // [count, k], ids of the model's points
  std::span<const float> distances;         // [count, k], ascending
};

class Placement {
 public:
  virtual ~Placement() = default;
  /// Neighbours of a row that place() takes.
  virtual int neighbors() const = 0;
  /// out [count, dims]. Row r of it depends on row r alone.
  virtual void place(const NewRows& rows, float* out) const = 0;
};

std::unique_ptr<Placement> make_placement(const Model& model, const TsneParams& params,
                                          const Cpu& on);
std::unique_ptr<Placement> make_placement(const Model& model, const UmapParams& params,
                                          const Cpu& on);
std::unique_ptr<Placement> make_placement(const Model& model, const PacmapParams& params,
                                          const Cpu& on);

}  // namespace nearfold
