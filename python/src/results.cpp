#include "results.hpp"

#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <utility>

#include "arrays.hpp"

namespace nearfold::python {

nb::object to_python(const std::optional<Recall>& recall) {
  if (!recall) return nb::none();
  nb::dict out;
  out["mean"] = recall->mean;
  out["p1"] = recall->p1;
  out["p5"] = recall->p5;
  out["rows"] = recall->rows;
  return std::move(out);
}

nb::dict to_python(KnnGraph&& graph) {
  const auto n = static_cast<std::size_t>(graph.n), k = static_cast<std::size_t>(graph.k);
  nb::dict out;
  out["indices"] = to_numpy(std::move(graph.neighbors), {n, k});
  out["distances"] = to_numpy(std::move(graph.distances), {n, k});
  out["metric"] = graph.metric;
  out["index"] = graph.index;
  out["recall"] = to_python(graph.recall);
  out["tied_rows"] = nb::cast(graph.tied_rows);
  out["duplicates"] = nb::cast(graph.duplicates);
  out["seconds"] = graph.seconds();
  return out;
}

nb::dict to_python(const RunInfo& info) {
  nb::dict out, seconds;
  for (const auto& [stage, took] : info.seconds) seconds[stage.c_str()] = took;
  out["version"] = info.version;
  out["method"] = info.method;
  out["device"] = info.device;
  out["threads"] = info.threads;
  out["metric"] = info.metric;
  out["index"] = info.index;
  out["recall"] = to_python(info.recall);
  out["init"] = info.init;
  out["seed"] = info.seed;
  out["n"] = info.n;
  if (info.distinct) out["distinct"] = *info.distinct;
  out["dim"] = info.dim;
  if (!info.dtype.empty()) out["dtype"] = info.dtype;
  out["k"] = info.k;
  out["edges"] = info.edges;
  out["iterations"] = info.iterations;
  out["early_iterations"] = info.early_iterations;
  out["finished"] = info.finished;
  out["kl_divergence"] = nb::cast(info.kl_divergence);
  if (info.force_error) out["force_error"] = info.force_error->relative;
  out["seconds"] = seconds;
  out["peak_bytes"] = info.peak_bytes;
  out["warnings"] = nb::cast(info.warnings);
  return out;
}

nb::dict to_python(const Score& score) {
  nb::dict out;
  out["value"] = score.value;
  out["standard_error"] = score.standard_error;
  out["sample"] = score.sample;
  return out;
}

nb::dict to_python(const Agreement& both) {
  nb::dict out;
  out[both.overlap.name.c_str()] = to_python(both.overlap);
  if (both.procrustes) out["procrustes"] = *both.procrustes;
  return out;
}

nb::dict to_python(const QualityReport& report) {
  nb::dict out;
  for (const Score& score : report.scores) out[score.name.c_str()] = to_python(score);
  return out;
}

KnnGraphView graph_view(const nb::dict& graph, std::string& metric) {
  const auto indices = nb::cast<Ints2>(graph["indices"], false);  // a copy would not live as long
  const auto distances = nb::cast<Floats2>(graph["distances"], false);
  metric = nb::cast<std::string>(graph["metric"]);
  return {span(indices), span(distances), static_cast<std::int64_t>(indices.shape(0)),
          static_cast<std::int64_t>(indices.shape(1)), metric};
}

}  // namespace nearfold::python
