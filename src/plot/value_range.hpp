// The ends of a scale of values.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace nearfold {

/// The ends of the scale of values.
struct ValueRange {
  float low = 0.0f;
  float high = 0.0f;
  bool below = false;  ///< there are values below `low`
  bool above = false;  ///< there are values above `high`
};

/// The 2nd and the 98th percentile, as numpy.percentile has them, or the whole range where these
/// are equal; ends that are given stay what they are. Values that are not finite are left out;
/// nothing where there are no others. Throws InvalidParameter where a given end lies beyond the
/// other one.
std::optional<ValueRange> value_range(std::vector<float> values, std::optional<float> low = {},
                                      std::optional<float> high = {});

/// In as few digits as no other float has.
std::string number_text(float value);

}  // namespace nearfold
