// Graphs: found, given, weighted; and an index that is asked again and again.
#include <nanobind/nanobind.h>
#include <nanobind/stl/string.h>

#include <algorithm>
#include <numeric>
#include <string>
#include <utility>

#include "arrays.hpp"
#include "bindings.hpp"
#include "callback.hpp"
#include "knn/metric_table.hpp"
#include "nearfold/density.hpp"
#include "nearfold/knn.hpp"
#include "nearfold/weights.hpp"
#include "results.hpp"
#include "settings.hpp"

namespace nearfold::python {
namespace {

nb::dict find(const Floats2& points, int k, const nb::dict& how, const nb::object& callback) {
  const Settings s = settings_of(how);
  return to_python(with_progress(callback, [&](const Progress& progress) {
    return find_neighbors(view(points), k, s.knn, s.device, s.seed, s.distance, progress);
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

nb::dict search(const Floats2& queries, const Floats2& points, int k, const nb::dict& how,
                const nb::object& callback) {
  const Settings s = settings_of(how);
  return to_python(with_progress(callback, [&](const Progress& progress) {
    return find_neighbors(view(queries), view(points), k, s.knn, s.device, s.seed, s.distance,
                          progress);
  }));
}

nb::dict search_index(const KnnIndex& index, const Floats2& queries, const Floats2& points, int k,
                      const nb::dict& how, const nb::object& callback) {
  const Device device = device_of(how);
  return to_python(with_progress(callback, [&](const Progress& progress) {
    return find_neighbors(view(queries), view(points), k, index, device, progress);
  }));
}

KnnIndex build(const Floats2& points, const nb::dict& how, const nb::object& callback) {
  const Settings s = settings_of(how);
  return with_progress(callback, [&](const Progress& progress) {
    return build_index(view(points), s.knn, s.device, s.seed, s.distance, progress);
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

nb::tuple weigh(const nb::dict& graph, const nb::dict& how) {
  std::string metric;
  const KnnGraphView neighbors = graph_view(graph, metric);
  const Settings s = settings_of(how);
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
  m.def("find_neighbors", &find, nb::arg("points").noconvert(), nb::arg("k"), nb::arg("how"),
        nb::arg("callback").none());
  m.def("search", &search, nb::arg("queries").noconvert(), nb::arg("points").noconvert(),
        nb::arg("k"), nb::arg("how"), nb::arg("callback").none());
  m.def("build_index", &build, nb::arg("points").noconvert(), nb::arg("how"),
        nb::arg("callback").none());
  m.def("graph_from", &from_arrays, nb::arg("ids").noconvert(), nb::arg("distances").noconvert(),
        nb::arg("squared"), nb::arg("has_self"), nb::arg("metric"), nb::arg("index"));
  m.def("graph_from_distances", &from_distances, nb::arg("distances").noconvert(), nb::arg("k"),
        nb::arg("seed"));
  m.def("edge_weights", &weigh, nb::arg("graph"), nb::arg("how"));
  m.def("local_radii", &radii, nb::arg("graph"), nb::arg("how"));
  nb::class_<KnnIndex>(m, "Index")
      .def("search", &search_index, nb::arg("queries").noconvert(), nb::arg("points").noconvert(),
           nb::arg("k"), nb::arg("how"), nb::arg("callback").none());
}

}  // namespace nearfold::python
