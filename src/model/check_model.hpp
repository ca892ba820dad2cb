// Whether the parts of a model fit together.
#pragma once

#include "core/input_points.hpp"
#include "core/take_rows.hpp"
#include "nearfold/model.hpp"

namespace nearfold {

/// Its points, dense or sparse.
inline InputPoints points_of(const Model& model) {
  return model.sparse ? InputPoints(model.sparse->view()) : InputPoints(model.points);
}

/// Throws InvalidInput naming the part that does not fit the others, InvalidParameter for settings
/// that no model has. O(n (dim + k)).
void check_model(const Model& model, const Cpu& on);

/// Throws Unsupported, saying that `what` is not done on surfaces, where the map lies on one.
void require_flat(const Model& model, const char* what);

/// Throws InvalidInput unless rows have the columns of the model's points.
void require_columns_of(const Model& model, const InputPoints& rows);

/// visit(rows) for rows as the model has its points: dense rows among sparse points become sparse;
/// the other way round throws InvalidInput.
template <class Visit>
auto as_points_of(const Model& model, const InputPoints& rows, const Visit& visit) {
  require_columns_of(model, rows);
  if (!model.sparse || rows.sparse) return visit(rows);
  const SparseMatrix sparse = to_sparse(rows.host.floats());
  return visit(InputPoints(sparse.view()));
}

}  // namespace nearfold
