// What is done to rows before they are compared: the steps of Preparation one by one.
#pragma once

#include <cstdint>
#include <span>

#include "nearfold/matrix.hpp"

namespace nearfold {

/// Replaces every NaN by the mean of its column; returns how many there were.
std::int64_t replace_missing(Matrix& rows, std::span<const float> means);

/// (x - center) / spread in every column; NaN and infinity stay.
void scale_columns(Matrix& rows, std::span<const double> centers, std::span<const double> spreads);

}  // namespace nearfold
