// Pictures as files, their format chosen by the end of the path.
#pragma once

#include <string>
#include <vector>

#include "io/io.hpp"
#include "nearfold/params.hpp"
#include "plot/picture.hpp"

namespace nearfold::cli {

/// The ends of paths that name a format, for people: ".png, .svg, .pdf or .html".
std::string picture_ends();

/// Whether that is a page for a browser; nothing is thrown for another end.
bool is_page(const std::string& path);

/// Throws InvalidParameter for another end, or for options out of range: what write_picture() would
/// throw, for a check ahead of long work.
void check_picture_path(const std::string& path, const PlotOptions& options = {});

/// Has the panels draw their maps, which lie on such a surface, as flattened() does. What is
/// returned holds these.
std::vector<Matrix> flatten(OutputMetric metric, Picture& picture);

/// Draws and writes a picture.
void write_picture(const std::string& path, const Picture& picture, const PlotOptions& options,
                   io::Overwrite overwrite);

}  // namespace nearfold::cli
