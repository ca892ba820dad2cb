// Parameters from dicts: the names are those of the library's reports and files.
#pragma once

#include <nanobind/nanobind.h>

#include "nearfold/error.hpp"
#include "nearfold/params.hpp"

namespace nearfold::python {

namespace nb = nanobind;

/// InvalidType in Python: an InvalidInput that is a TypeError, too.
struct WrongType : InvalidInput {
  using InvalidInput::InvalidInput;
};

/// {"kind": "ivf", "target_recall": .95, ...}; what is not there keeps its default, and a name that
/// the kind does not have is a WrongType.
KnnParams knn_params(const nb::dict& given);
/// {"kind": "umap", "n_neighbors": 15, ...}
Method method_params(const nb::dict& given);
/// {"method": {...}, "knn": {...}, "metric", "zero_vectors", "init", "n_components", "seed",
/// "device", "threads", "memory_limit"}
Settings settings_of(const nb::dict& given);
/// The other way: what a model file holds of them, for its JSON.
nb::dict to_python(const Settings& settings);
/// "cpu", "cuda", "cuda:1" or "auto"
Device device_of(const nb::dict& given);

}  // namespace nearfold::python
