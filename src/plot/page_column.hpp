// What a page shows of each point besides its place.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace nearfold {

/// A column of texts.
struct Classes {
  std::vector<std::int32_t> of;           ///< [n]: places in names; negative: none
  std::vector<std::string> names = {};    ///< distinct
  std::vector<std::int32_t> labels = {};  ///< what each has its colour by; empty: its place
};

/// A column of numbers; NaN: none.
struct Numbers {
  std::vector<double> of;                    ///< [n]
  std::optional<float> low = {}, high = {};  ///< ends of the scale, see value_range()
};

/// One column of what the page tells of a point.
struct PageColumn {
  std::string name;
  std::variant<Classes, Numbers> values;
};

}  // namespace nearfold
