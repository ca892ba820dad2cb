// The pictures of `nearfold aligned`: all maps side by side on one scale, and the frames of a film
// in which related points move from map to map.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "io/io.hpp"
#include "nearfold/aligned.hpp"
#include "plot/picture.hpp"

namespace nearfold::cli {

struct AlignedMaps {
  std::vector<Matrix> maps;
  std::vector<io::Labels> labels;  // of each, or none at all
  std::vector<std::string> names, titles;
  std::span<const Relation> relations;
};

void draw_aligned(const std::string& path, const AlignedMaps& maps, const PlotOptions& options,
                  io::Overwrite overwrite);

/// `between` frames from each map to the next, then the last map: FOLDER/0000.png, ... Related
/// points move, slowly at both ends; halfway the others of the first map give way to those of the
/// next. Returns how many there are.
std::size_t draw_frames(const std::string& folder, const AlignedMaps& maps, int between,
                        const PlotOptions& options, io::Overwrite overwrite);

}  // namespace nearfold::cli
