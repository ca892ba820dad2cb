// A map with the points that came to it.
#pragma once

#include <span>
#include <string>

#include "cli/picture_flags.hpp"
#include "io/io.hpp"
#include "nearfold/matrix.hpp"
#include "nearfold/params.hpp"

namespace nearfold::cli {

/// Draws the points of a map pale under new ones [m, dims], which are coloured by their labels
/// where there are any. Of `usual` the titles count. Maps on a surface are flattened.
void draw_new_points(const std::string& path, OutputMetric metric, HostMatrix<const float> map,
                     std::span<const float> added, const io::Labels& labels, UsualPicture usual,
                     const LookFlags& look, io::Overwrite overwrite);

}  // namespace nearfold::cli
