// What the library returns, as dicts of numbers, texts and numpy arrays.
#pragma once

#include <nanobind/nanobind.h>

#include <optional>

#include "nearfold/embed.hpp"
#include "nearfold/knn_graph.hpp"
#include "nearfold/quality.hpp"

namespace nearfold::python {

namespace nb = nanobind;

nb::object to_python(const std::optional<Recall>& recall);
/// "indices" and "distances" [n, k], "metric", "index", "recall", "tied_rows", "duplicates",
/// "seconds"
nb::dict to_python(KnnGraph&& graph);
nb::dict to_python(const RunInfo& info);
nb::dict to_python(const Score& score);
nb::dict to_python(const Agreement& both);
/// Scores by name.
nb::dict to_python(const QualityReport& report);

/// Of such a dict, of which "indices", "distances" and "metric" are read; it must live as long.
KnnGraphView graph_view(const nb::dict& graph, std::string& metric);

}  // namespace nearfold::python
