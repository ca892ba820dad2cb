// The points of part files, and their cells: those that make_seeds.cpp writes, and the targets
// read.
#pragma once

#include "nearfold/knn_parts.hpp"
#include "support/data.hpp"

namespace nearfold::fuzz {

inline Matrix part_points() {
  return data::normals(12, 2, 3);
}

inline PointRows part_rows(const Matrix& points, const RowRange& range) {
  return {range, {points.row(range.begin), range.rows(), points.cols()}};
}

inline SharedCells part_cells() {
  return train_cells(part_points(), 3, {.nlist = 4, .nprobe = 2}, Cpu{1}, 1);
}

}  // namespace nearfold::fuzz
