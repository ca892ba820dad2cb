// Short vectors whose distances bound the true ones from below, in an order that keeps near points
// together. The first half of exact search; knn_flat.cpp is the other.
#pragma once

#include <cstdint>
#include <vector>

#include "nearfold/matrix.hpp"

namespace nearfold {

/// Row p belongs to point ids[p]. For any two rows, norms[p] + norms[q] - 2 <rows p, q> is at most
/// the squared distance of the points, whatever a float matrix product rounds.
struct KnnFilter {
  Matrix rows;                          // [n, width]
  std::vector<float> norms;             // squared, lowered for rounding
  std::vector<std::int32_t> ids;        // point of a row
  std::vector<std::int32_t> positions;  // row of a point
  bool lossless = true;                 // rows are the centred points themselves
};

/// Projects the points onto the principal axes that carry most of their variance, and adds the norm
/// of what is lost as one coordinate more: |u - v| >= ||u| - |v|| for the lost parts. Points of few
/// dimensions, or without such axes, are only centred. Rows are in the order of the leaves of a
/// k-d tree. Deterministic. Cost O(n dim width).
KnnFilter make_knn_filter(HostMatrix<const float> points, const Cpu& on);

}  // namespace nearfold
