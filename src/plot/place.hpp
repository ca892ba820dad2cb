// From layout units to pixels: the window that is shown, and where in it every point falls.
#pragma once

#include <cstdint>
#include <vector>

#include "nearfold/matrix.hpp"
#include "plot/geometry.hpp"

namespace nearfold {

/// Every point's place in the picture.
struct Places {
  std::vector<Spot> at;      ///< [n], all inside the box
  std::int64_t outside = 0;  ///< how many were moved to the border because they are far outliers
};

/// Places `layout` [n, 2 or 3] in `box`, column `across` to the right and the second one upwards,
/// centred, `inset` pixels from the edges. All columns have one scale, and it is the same whichever
/// of them is across. What is shown is the extent of `shown_rows` [any, as many columns], which may
/// be the layout itself. Throws InvalidInput if a value is not finite.
Places place_points(HostMatrix<const float> layout, HostMatrix<const float> shown_rows,
                    const Box& box, float inset, int across = 0);
inline Places place_points(HostMatrix<const float> layout, const Box& box, float inset,
                           int across = 0) {
  return place_points(layout, layout, box, inset, across);
}

}  // namespace nearfold
