// Pictures as files: PNG or SVG, by the end of the path.
#pragma once

#include <cstdint>
#include <string>

#include "io/io.hpp"
#include "plot/picture.hpp"

namespace nearfold::cli {

/// Throws what write_picture() would throw for such a picture of `n` points in all: for a check
/// ahead of long work, also before n is known. InvalidParameter: another end than .png or .svg, or
/// options that the format cannot honour. InvalidInput: too many points.
void check_picture_path(const std::string& path, const PlotOptions& options = {},
                        std::int64_t n = 0);

/// Draws and writes a picture.
void write_picture(const std::string& path, const Picture& picture, const PlotOptions& options,
                   io::Overwrite overwrite);

}  // namespace nearfold::cli
