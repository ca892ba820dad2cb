// The parts of the module.
#pragma once

#include <nanobind/nanobind.h>

namespace nearfold::python {

void bind_aligned(nanobind::module_& m);
void bind_errors(nanobind::module_& m);
void bind_maps(nanobind::module_& m);
void bind_neighbors(nanobind::module_& m);
void bind_page(nanobind::module_& m);
void bind_cells(nanobind::module_& m);
void bind_part_join(nanobind::module_& m);
void bind_parts(nanobind::module_& m);
void bind_scores(nanobind::module_& m);

}  // namespace nearfold::python
