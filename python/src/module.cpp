// The extension module: the library's functions over numpy arrays and dicts. The package around it,
// nearfold/*.py, is what users call.
#include <nanobind/nanobind.h>

#include "bindings.hpp"
#include "nearfold/embed.hpp"

#define NEARFOLD_PYTHON_MODULE(name, m) NB_MODULE(name, m)  // its name is a macro itself

NEARFOLD_PYTHON_MODULE(NEARFOLD_MODULE_NAME, m) {
  using namespace nearfold;
  nanobind::set_leak_warnings(false);  // of objects that a traceback keeps until the process ends
  python::bind_errors(m);
  python::bind_neighbors(m);
  python::bind_maps(m);
  python::bind_aligned(m);
  python::bind_scores(m);
  python::bind_page(m);
  python::bind_parts(m);
  m.def("version", &version);
  m.def("cuda_version", &cuda_version);
}
