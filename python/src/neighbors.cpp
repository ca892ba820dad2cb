// Graphs: found, given, weighted; and an index that is asked again and again.
#include <nanobind/nanobind.h>
#include <nanobind/stl/string.h>

#include <algorithm>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include "arrays.hpp"
#include "bindings.hpp"
#include "callback.hpp"
#include "knn/metric_table.hpp"
#include "nearfold/density.hpp"
#include "nearfold/knn.hpp"
#include "nearfold/unique.hpp"
#include "nearfold/weights.hpp"
#include "results.hpp"
#include "settings.hpp"
#include "target/target.hpp"

namespace nearfold::python {
namespace {

nb::dict find(const nb::object& points, int k, const nb::dict& how, const nb::object& callback) {
  const Settings s = settings_of(how);
  const AnyPoints held(points);
  return to_python(with_progress(callback, [&](const Progress& progress) {
    return held.get().use_stored([&](const auto& all) {
      return find_neighbors(all, k, s.knn, s.device, s.seed, s.distance, progress);
    });
  }));
}

nb::dict to_python(QueryResult&& found) {
  const auto rows = static_cast<std::size_t>(found.rows), k = static_cast<std::size_t>(found.k);
  nb::dict out;
  out["indices"] = to_numpy(std::move(found.neighbors), {rows, k});
  out["distances"] = to_numpy(std::move(found.distances), {rows, k});
  out["recall"] = python::to_python(found.recall);
  return out;
}

/// Both are dense, or both sparse.
nb::dict search(const nb::object& queries, const nb::object& points, int k, const nb::dict& how,
                const nb::object& callback) {
  const Settings s = settings_of(how);
  const AnyPoints rows(queries), held(points);
  return to_python(with_progress(callback, [&](const Progress& progress) {
    const auto found = [&](const auto& some, const auto& all) {
      return find_neighbors(some, all, k, s.knn, s.device, s.seed, s.distance, progress);
    };
    return held.get().sparse ? found(rows.get().sparse.value(), *held.get().sparse)
                             : found(rows.get().host.floats(), held.get().host);
  }));
}

nb::dict search_index(const KnnIndex& index, const Floats2& queries, const nb::object& points,
                      int k, const nb::dict& how, const nb::object& callback) {
  const Device device = device_of(how);
  const AnyPoints held(points);
  return to_python(with_progress(callback, [&](const Progress& progress) {
    return find_neighbors(view(queries), held.get().host, k, index, device, progress);
  }));
}

KnnIndex build(const nb::object& points, const nb::dict& how, const nb::object& callback) {
  const Settings s = settings_of(how);
  const AnyPoints held(points);
  return with_progress(callback, [&](const Progress& progress) {
    return build_index(held.get().host, s.knn, s.device, s.seed, s.distance, progress);
  });
}

nb::dict from_arrays(const Array<std::int64_t, 2>& ids, const Floats2& distances, bool squared,
                     bool has_self, const std::string& metric, const std::string& index) {
  return python::to_python(
      graph_from(span(ids), span(distances), static_cast<std::int64_t>(ids.shape(0)),
                 static_cast<std::int64_t>(ids.shape(1)), {squared, has_self, metric, index}));
}

nb::dict from_distances(const Floats2& distances, std::int64_t k, std::uint64_t seed) {
  return python::to_python(graph_from_distances(view(distances), k, seed));
}

/// (first point of each distinct row, which of them a point is)
nb::tuple find_unique(const nb::object& points, const nb::dict& how) {
  const AnyPoints held(points);
  const Cpu on{nb::cast<int>(how["threads"])};
  UniqueRows unique = [&] {
    const nb::gil_scoped_release released;
    return held.get().use_stored([&](const auto& rows) { return unique_rows(rows, on); });
  }();
  return nb::make_tuple(to_numpy(std::move(unique.rows)), to_numpy(std::move(unique.of)));
}

nb::tuple weigh(const nb::dict& graph, const nb::dict& how) {
  std::string metric;
  const KnnGraphView neighbors = graph_view(graph, metric);
  Settings s = settings_of(how);
  if (how.contains("unique_rows")) {
    const auto rows = nb::cast<Array<std::int64_t, 1>>(how["unique_rows"]);
    const auto of = nb::cast<Ints1>(how["unique_of"]);
    const UniqueRows unique{{rows.data(), rows.data() + rows.size()},
                            {of.data(), of.data() + of.size()}};
    std::vector<std::string> warned;  // by the run
    s.targets = targets_of_distinct(std::move(s.targets), unique, warned);
  }
  EdgeWeights edges = [&] {
    const nb::gil_scoped_release released;
    return edge_weights(neighbors, s);
  }();
  return nb::make_tuple(to_numpy(std::move(edges.offsets)), to_numpy(std::move(edges.columns)),
                        to_numpy(std::move(edges.weights)));
}

/// One number a point, float32.
nb::object radii(const nb::dict& graph, const nb::dict& how) {
  std::string metric;
  const KnnGraphView neighbors = graph_view(graph, metric);
  const Settings s = settings_of(how);
  const auto* const params = std::get_if<UmapParams>(&s.method);
  if (params == nullptr) throw InvalidParameter("local radii are of UMAP's graph; use method umap");
  std::vector<float> found = [&] {
    const nb::gil_scoped_release released;
    return local_radii(neighbors, *params, Cpu{});
  }();
  return to_numpy(std::move(found));
}

}  // namespace

void bind_neighbors(nb::module_& m) {
  m.def(
      "metric_named", [](const std::string& word) { return name(metric_named(word)); },
      nb::arg("name"));
  m.def(
      "sees_shift", [](const std::string& word) { return sees_shift(metric_named(word)); },
      nb::arg("metric"));
  m.def("find_neighbors", &find, nb::arg("points"), nb::arg("k"), nb::arg("how"),
        nb::arg("callback").none());
  m.def("search", &search, nb::arg("queries"), nb::arg("points"), nb::arg("k"), nb::arg("how"),
        nb::arg("callback").none());
  m.def("build_index", &build, nb::arg("points"), nb::arg("how"), nb::arg("callback").none());
  m.def("graph_from", &from_arrays, nb::arg("ids").noconvert(), nb::arg("distances").noconvert(),
        nb::arg("squared"), nb::arg("has_self"), nb::arg("metric"), nb::arg("index"));
  m.def("graph_from_distances", &from_distances, nb::arg("distances").noconvert(), nb::arg("k"),
        nb::arg("seed"));
  m.def("unique_rows", &find_unique, nb::arg("points"), nb::arg("how"));
  m.def("edge_weights", &weigh, nb::arg("graph"), nb::arg("how"));
  m.def("local_radii", &radii, nb::arg("graph"), nb::arg("how"));
  nb::class_<KnnIndex>(m, "Index")
      .def("search", &search_index, nb::arg("queries").noconvert(), nb::arg("points"), nb::arg("k"),
           nb::arg("how"), nb::arg("callback").none());
}

}  // namespace nearfold::python
