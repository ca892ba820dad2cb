// Scores of maps, comparisons of graphs, plans.
#include <nanobind/nanobind.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <optional>
#include <utility>
#include <vector>

#include "arrays.hpp"
#include "bindings.hpp"
#include "callback.hpp"
#include "nearfold/compare.hpp"
#include "nearfold/plan.hpp"
#include "results.hpp"
#include "settings.hpp"

namespace nearfold::python {
namespace {

std::span<const std::int32_t> labels_of(const std::optional<Ints1>& labels) {
  return labels ? span(*labels) : std::span<const std::int32_t>{};
}

QualityParams quality_params(const std::vector<int>& ks, std::uint64_t seed, const nb::dict& how) {
  const Settings s = settings_of(how);
  QualityParams params;
  params.ks = ks;
  params.seed = seed;
  params.distance = s.distance;
  if (how.contains("map_metric"))
    params.map_metric = output_metric_named(nb::cast<std::string>(how["map_metric"]));
  params.device = s.device;
  return params;
}

nb::dict score(const nb::object& points, const Floats2& map, const std::optional<Ints1>& labels,
               const std::vector<int>& ks, std::uint64_t seed, const nb::dict& how,
               const nb::object& callback) {
  const QualityParams params = quality_params(ks, seed, how);
  const AnyPoints held(points);
  return to_python(with_progress(callback, [&](const Progress& progress) {
    return held.use([&](const auto& rows) {
      return evaluate(rows, view(map), labels_of(labels), params, progress);
    });
  }));
}

/// Both kinds of points are dense, or both sparse.
nb::dict score_new(const nb::object& points, const Floats2& map, const std::optional<Ints1>& labels,
                   const nb::object& new_points, const Floats2& new_map,
                   const std::optional<Ints1>& new_labels, const std::vector<int>& ks,
                   std::uint64_t seed, const nb::dict& how, const nb::object& callback) {
  const QualityParams params = quality_params(ks, seed, how);
  const AnyPoints held(points), rows(new_points);
  return to_python(with_progress(callback, [&](const Progress& progress) {
    if (held.get().sparse)
      return evaluate_new(
          *held.get().sparse, view(map), labels_of(labels),
          PlacedSparsePoints{rows.get().sparse.value(), view(new_map), labels_of(new_labels)},
          params, progress);
    return evaluate_new(
        held.get().host.floats(), view(map), labels_of(labels),
        PlacedPoints{rows.get().host.floats(), view(new_map), labels_of(new_labels)}, params,
        progress);
  }));
}

nb::dict agreement(const Floats2& a, const Floats2& b, int k, std::uint64_t seed,
                   const nb::dict& how, const nb::object& callback) {
  const QualityParams params = quality_params({k}, seed, how);
  const Agreement both = with_progress(callback, [&](const Progress& progress) {
    return compare_layouts(view(a), view(b), k, params, progress);
  });
  return to_python(both);
}

nb::dict to_python(const Compared& one) {
  nb::dict out;
  out["build_seconds"] = one.build_seconds;
  out["search_seconds"] = one.search_seconds;
  out["total_seconds"] = one.total_seconds();
  out["info"] = python::to_python(one.info);
  out["embedding"] = to_numpy(Matrix(one.layout));
  out["quality"] = python::to_python(one.quality);
  out["agreement"] = one.agreement ? nb::object(python::to_python(*one.agreement)) : nb::none();
  return out;
}

nb::list compare(const nb::object& points, const std::optional<Ints1>& labels, int k,
                 const std::vector<nb::dict>& indexes, const nb::dict& how,
                 const nb::object& callback) {
  const Settings settings = settings_of(how);
  std::vector<KnnParams> methods;
  for (const nb::dict& index : indexes) methods.push_back(knn_params(index));
  const AnyPoints held(points);
  Callback asked(callback);
  const std::vector<Compared> all = [&] {
    const nb::gil_scoped_release released;
    return held.use([&](const auto& rows) {
      return compare_graphs(rows, labels_of(labels), k, methods, settings, {}, {},
                            asked.progress());
    });
  }();
  asked.rethrow();
  nb::list out;
  for (const Compared& one : all) out.append(to_python(one));
  return out;
}

nb::dict plan_of(std::int64_t n, std::int64_t dim, bool has_graph, const nb::dict& how,
                 std::int64_t stored, const std::string& dtype, bool mapped) {
  const Plan need = plan({.n = n,
                          .dim = dim,
                          .counted = !mapped,
                          .has_graph = has_graph,
                          .stored = stored,
                          .type = value_type_named(dtype)},
                         settings_of(how));
  nb::list stages;
  for (const PlannedStage& stage : need.stages) {
    nb::dict one;
    one["name"] = stage.name;
    one["host_bytes"] = stage.host_bytes;
    one["device_bytes"] = stage.device_bytes;
    one["seconds"] = stage.seconds;
    stages.append(one);
  }
  nb::dict out;
  out["host_bytes"] = need.host_bytes();
  out["device_bytes"] = need.device_bytes();
  out["seconds"] = need.seconds();
  out["stages"] = stages;
  return out;
}

}  // namespace

void bind_scores(nb::module_& m) {
  m.def("evaluate", &score, nb::arg("points"), nb::arg("map").noconvert(),
        nb::arg("labels").noconvert().none(), nb::arg("ks"), nb::arg("seed"), nb::arg("how"),
        nb::arg("callback").none());
  m.def("evaluate_new", &score_new, nb::arg("points"), nb::arg("map").noconvert(),
        nb::arg("labels").noconvert().none(), nb::arg("new_points"), nb::arg("new_map").noconvert(),
        nb::arg("new_labels").noconvert().none(), nb::arg("ks"), nb::arg("seed"), nb::arg("how"),
        nb::arg("callback").none());
  m.def("compare_layouts", &agreement, nb::arg("a").noconvert(), nb::arg("b").noconvert(),
        nb::arg("k"), nb::arg("seed"), nb::arg("how"), nb::arg("callback").none());
  m.def("compare_graphs", &compare, nb::arg("points"), nb::arg("labels").noconvert().none(),
        nb::arg("k"), nb::arg("indexes"), nb::arg("how"), nb::arg("callback").none());
  m.def("plan", &plan_of, nb::arg("n"), nb::arg("dim"), nb::arg("has_graph"), nb::arg("how"),
        nb::arg("stored") = -1, nb::arg("dtype") = "float32", nb::arg("mapped") = false);
}

}  // namespace nearfold::python
