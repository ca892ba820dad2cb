// What Cairo's SVG lacks: text that can be selected, searched for and read aloud, and numbers that
// depend on nothing but the picture.
#pragma once

#include <string>
#include <vector>

#include "plot/text.hpp"

namespace nearfold {

/// Cairo writes letters as outlines, which look the same wherever they are shown, and say nothing:
/// adds the same lines as transparent text over them. Images are numbered anew.
std::string finished_svg(std::string svg, const std::vector<TextLine>& lines);

}  // namespace nearfold
