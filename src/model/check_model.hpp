// Whether the parts of a model fit together.
#pragma once

#include "nearfold/model.hpp"

namespace nearfold {

/// Throws InvalidInput naming the part that does not fit the others, InvalidParameter for settings
/// that no model has. O(n (dim + k)).
void check_model(const Model& model, const Cpu& on);

/// Throws InvalidInput unless rows have the columns of the model's points.
void require_columns_of(const Model& model, HostMatrix<const float> rows);

}  // namespace nearfold
