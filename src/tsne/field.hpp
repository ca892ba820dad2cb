// What a t-SNE map leaves to be read of its repulsion on new points (math/tsne_field.hpp), made
// once on the processor, for either device.
#pragma once

#include <cstdint>
#include <memory>

#include "core/dims.hpp"
#include "math/tsne_field.hpp"
#include "nearfold/matrix.hpp"

namespace nearfold {

class TsneGrid;  // whose vectors nvcc does not read

/// By all points; of 2-D maps of many with a dof of 1 by the potential of unit charges at the map's
/// points, on nodes that reach beyond it. Refers to the map.
class TsneField {
 public:
  TsneField(const Matrix& map, const Cpu& on, double dof = 1);
  TsneField(const TsneField&) = delete;
  TsneField& operator=(const TsneField&) = delete;
  ~TsneField();

  AllPairsField<DimCount<kAnyDims>> all_pairs() const;

  bool by_grid() const { return grid_ != nullptr; }
  /// Of a field by_grid(); its nodes are in the host's memory.
  template <class Eight>
  SplineField<Eight> splines() const {
    return {nodes(), stride(), {corner_[0], corner_[1]}, {far_[0], far_[1]}};
  }
  /// Floats from the first node on.
  std::int64_t node_count() const;

 private:
  const float* nodes() const;
  std::int64_t stride() const;
  std::int64_t fit();
  void spread();

  const Matrix* map_;
  TsneKernel kernel_;
  float corner_[2] = {}, far_[2] = {};  // where the grid begins and ends
  std::unique_ptr<TsneGrid> grid_;
};

}  // namespace nearfold
