// Searches for new rows and puts them on a model's map; one per device.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "core/input_points.hpp"
#include "nearfold/model.hpp"

namespace nearfold {

/// What becomes of new rows, of each by itself.
struct Placed {
  Matrix map;                         // [m, dims]
  std::vector<std::int32_t> nearest;  // [m], of the model's points
  std::vector<float> distances;       // [m], to it
  std::optional<Recall> recall = {};  // of the search, where it was through an index
};

class Placer {
 public:
  virtual ~Placer() = default;
  /// rows [m >= 1, dim], dense or sparse as the model's points, which check_queries() has seen.
  virtual Placed place(const InputPoints& rows) const = 0;
};

/// Of a model that was checked and lives as long. On a GPU the same bytes, where
/// require_placed_on_gpu() lets it pass.
std::unique_ptr<Placer> make_placer(const Model& model, const Cpu& on);
std::unique_ptr<Placer> make_placer(const Model& model, const Cuda& on);

/// Whether a GPU places points on its map.
bool is_placed_on_gpu(const Model& model);
/// Throws Unsupported unless it does.
void require_placed_on_gpu(const Model& model);

}  // namespace nearfold
