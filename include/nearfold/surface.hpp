// Maps that lie on a surface (UmapParams::output_metric): how far their points are apart, and how
// they are drawn.
#pragma once

#include "nearfold/export.hpp"
#include "nearfold/matrix.hpp"
#include "nearfold/params.hpp"

namespace nearfold {

/// The distance of two points of a map: a and b have `columns` entries, which are those that the
/// metric's maps have. float32 arithmetic, relative error about 1e-6 (between nearly opposite
/// points of the sphere 1e-4).
NEARFOLD_EXPORT float map_distance(OutputMetric metric, const float* a, const float* b,
                                   int columns);

/// Throws InvalidInput unless a map [n, columns] can be one on such a surface: unit vectors (within
/// 1e-3) for the sphere, angles in [0, 2 pi) for the torus, the right number of columns. O(n).
NEARFOLD_EXPORT void check_map(OutputMetric metric, HostMatrix<const float> map);

/// The map [n, 2] as it is drawn. Sphere: both hemispheres side by side by Lambert's equal-area
/// projection, each a disc of radius 1, that of z >= 0 around (-1.1, 0), the other, turned over
/// about the y axis, around (1.1, 0). Torus: the square of both angles. Hyperboloid: Poincare's
/// disc, (x, y) / (1 + z). Flat maps: themselves. Throws what check_map() does.
NEARFOLD_EXPORT Matrix flattened(OutputMetric metric, HostMatrix<const float> map);

/// Latitude and longitude in radians [n, 2] of a map on the sphere [n, 3]: asin(z) in
/// [-pi/2, pi/2] and atan2(y, x) in [-pi, pi], as scikit-learn's haversine distance takes them.
/// By the processor's own asin and atan2, whose last bits may differ from one to another. Throws
/// what check_map() does.
NEARFOLD_EXPORT Matrix to_latitude_longitude(HostMatrix<const float> map);

}  // namespace nearfold
