// The names of classes, written on the map itself.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "plot/scene.hpp"

namespace nearfold {

/// Writes the name of each class of `map`, but of `none`, at the median of its points, or as near
/// as it can be written without touching another one, with a line to the median; the largest
/// classes first; on small maps in smaller type. `names`: one per class. Returns how many had no
/// room.
std::int64_t annotate(Scene& scene, const Map& map, const std::vector<std::string>& names,
                      TextStyle);

}  // namespace nearfold
