// Cells that parts share.
#pragma once

#include <nanobind/nanobind.h>

#include "nearfold/knn_parts.hpp"

namespace nearfold::python {

/// Null where it is None.
const SharedCells* cells_of(const nanobind::object& cells);

}  // namespace nearfold::python
