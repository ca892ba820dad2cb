// What a grid varies: two parameters of its method, the usual ones or those of --vary.
#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "cli/grid_folder.hpp"
#include "cli/method_flags.hpp"

namespace nearfold::cli {

/// A parameter, and its value as text.
using Setting = std::pair<std::string, std::string>;

/// What a grid makes: methods row by row.
struct MethodGrid {
  std::vector<Method> methods;
  GridAxis rows, columns;
  std::vector<Setting> fixed = {};  // what would vary but for --vary, and has one value
};

/// --vary as it was given, and whether another flag was.
struct Varying {
  std::vector<std::string> axes;  // "spread=0.5,1,2"
  std::function<bool(const std::string& flag)> is_given;
};

/// --vary names what is in the columns; given twice, what is in the rows and in the columns.
/// `usual` are those without it: one value may be given of what they would vary. Throws
/// InvalidParameter for what is no parameter of the method, for values that its flag does not take
/// or that would have no effect, and for axes that are the same.
MethodGrid grid_of(const MethodFlags& method, const MethodGrid& usual, const Varying& asked);

}  // namespace nearfold::cli
