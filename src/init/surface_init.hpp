// Where points begin on a surface: no initialization may wrap around it, or points that are far
// apart in the data would begin as neighbours.
#pragma once

#include "nearfold/device.hpp"
#include "nearfold/matrix.hpp"
#include "nearfold/params.hpp"

namespace nearfold {

/// Puts an initialization on the surface of params.output_metric, in place; in flat space nothing.
/// Principal components and eigenvectors: each axis from its mean and by its deviation, jittered by
/// 1e-3 of that, then on the sphere at length 1, on the torus the middle half of each turn, on the
/// hyperboloid a disc of radius 4. Random: evenly over sphere and torus, in such a disc on the
/// hyperboloid. An array: as it is, on the sphere at length 1; jittered where `flat`.
void put_on_surface(Matrix& start, const Init& init, const UmapParams& params, std::uint64_t seed,
                    bool flat, const Cpu& on);

/// Throws InvalidInput for an array that has no place on the surface: a row of zeros on the sphere.
void check_places(const UmapParams& params, const Matrix& start);

}  // namespace nearfold
