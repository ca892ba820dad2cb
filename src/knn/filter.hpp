// Short vectors whose distances bound the true ones from below. The first half of exact search;
// filtered_search.cpp is the other.
#pragma once

#include <cstdint>
#include <vector>

#include "knn/bound_panels.hpp"
#include "knn/equal_rows.hpp"
#include "knn/projected_rows.hpp"

namespace nearfold {

/// Row p belongs to point ids[p]; it is the point's KnnRows row with the norm of what the
/// projection lost as one coordinate more: |u - v| >= ||u| - |v|| for the lost parts. For any two
/// rows, the norms of p and q less 2 <rows p, q> is at most the squared distance of the points,
/// whatever the order and the rounding of a float product.
struct KnnFilter {
  Projection projection;
  BoundPanels rows;               // [n, width], with squared norms, lowered for rounding
  std::vector<std::int32_t> ids;  // point of a row; in the order of KnnRows

  /// A row of KnnRows, with its square, as such a row. Returns its lowered norm.
  float make_row(const float* knn_row, float square, float* row) const;
  /// Where the rows nearest to such a row begin, about: the leaf whose middle one is nearest.
  std::int64_t surroundings(const float* row) const;
};

/// From rows made with `projection` under l2: those of the first of every kind of point.
/// O(n width).
KnnFilter make_knn_filter(const KnnRows& rows, const Projection& projection, const EqualRows& equal,
                          const Cpu& on);

}  // namespace nearfold
