// What of a map is drawn: of many columns some, and of one a strip of stacks.
#pragma once

#include <cstdint>
#include <vector>

#include "nearfold/matrix.hpp"
#include "plot/picture.hpp"

namespace nearfold {

/// The columns of a layout that are drawn, one to three: those asked for; else all of up to three,
/// and of more the first two.
std::vector<int> drawn_columns(const Panel& panel, const PlotOptions& options);

/// The layout [n, 2 or 3] of these columns. Of one column: its points stacked, those near each
/// other in one stack, in the order of their labels; the second column is their height.
Matrix drawn_layout(const Panel& panel, const std::vector<int>& columns);

}  // namespace nearfold
