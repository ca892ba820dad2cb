// The short-range part of t-SNE's repulsion: pairs of points of neighbouring cells.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "math/tsne_kernel.hpp"
#include "nearfold/device.hpp"
#include "tsne/cell_order.hpp"

namespace nearfold {

/// Points of a map in three dimensions in the order of cubic cells. What is summed over is all of
/// the cells around a point's, in a fixed order: the same for any number of threads.
class NearField {
 public:
  explicit NearField(std::int64_t n) : n_(n) {}

  /// y [n, 3], the first corner of the box around it and its widths; cells have sides `reach` > 0.
  void sort(const std::vector<float>& y, const std::array<float, 3>& low,
            const std::array<float, 3>& span, float reach);
  /// Pairs that add() will look at.
  double pairs() const;
  /// Adds to force [n, 3] what is short-ranged of the sum of q w (y_i - y_j); returns that of q
  /// over all ordered pairs. After sort().
  double add(const ShortRange& kernel, std::vector<float>& force, const Cpu& on) const;

 private:
  std::int64_t cells() const { return count_[0] * count_[1] * count_[2]; }
  /// each(first, last) of the points of every row of cells around a cell.
  template <class Each>
  void around(std::int64_t cell, const Each& each) const;
  template <bool StudentT>
  double add_cell(std::int64_t cell, const ShortRange& kernel, std::vector<float>& force,
                  std::vector<float>& room) const;

  std::int64_t n_;
  std::array<std::int64_t, 3> count_{};
  CellOrder order_;
  std::vector<float> at_[3];  // [n], in the order of the cells
};

}  // namespace nearfold
