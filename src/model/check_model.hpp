// Whether the parts of a model fit together.
#pragma once

#include "nearfold/model.hpp"

namespace nearfold {

/// Throws InvalidInput naming the part that does not fit the others, InvalidParameter for settings
/// that no model has. O(n (dim + k)).
void check_model(const Model& model, const Cpu& on);

}  // namespace nearfold
