// Names in lists: their order, and how long ones stay different when they are shortened.
#pragma once

#include <string>
#include <vector>

#include "plot/text.hpp"

namespace nearfold {

/// Numbers by their value and first, then text in which runs of digits count as numbers: 2 before
/// 10, "day 2" before "day 10". A strict weak order in which only equal names are equal.
bool natural_less(const std::string& a, const std::string& b);

/// The names, cleaned, each at most `room` pixels wide: "a long na…", or where several would look
/// the same, "a lo…what differs".
std::vector<std::string> shortened(const std::vector<std::string>& names, float room,
                                   const TextStyle&);

}  // namespace nearfold
