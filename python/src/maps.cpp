// Maps: embedding, grids of them, models with new points, growth and the way back.
#include <nanobind/nanobind.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <algorithm>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "arrays.hpp"
#include "bindings.hpp"
#include "callback.hpp"
#include "nearfold/error.hpp"
#include "nearfold/grid.hpp"
#include "nearfold/model.hpp"
#include "results.hpp"
#include "run/embedder_state.hpp"
#include "settings.hpp"

namespace nearfold::python {
namespace {

/// (map or None, report, the graph that was made or None, the exception that stopped it or None)
nb::tuple embed_either(const std::optional<nb::dict>& graph, const nb::object& points,
                       const nb::dict& how, const nb::object& callback) {
  std::string metric;
  KnnGraphView given;
  if (graph) given = graph_view(*graph, metric);
  std::optional<KnnGraph> made;
  std::optional<AnyPoints> held;
  if (!points.is_none()) held.emplace(points);
  Source source{.points = held ? held->get() : InputPoints(), .graph = graph ? &given : nullptr};
  source.keep_graph = [&](const KnnGraph& found) { made = found; };
  const Settings settings = settings_of(how);
  Callback asked(callback);
  Result result = [&] {
    const nb::gil_scoped_release released;
    const Progress progress = asked.progress();
    const auto state = Embedder::State::begin(source, settings, progress);
    Run run(state->info, progress);
    return state->run_to_end(run);
  }();
  const bool has_map = result.layout.rows() > 0;
  return nb::make_tuple(
      has_map ? to_numpy(std::move(result.layout)) : nb::none(), to_python(result.info),
      made ? nb::object(to_python(*std::move(made))) : nb::none(), asked.raised());
}

/// (start or None, the exception that stopped it or None)
nb::tuple landmarks_of(const nb::object& points, const nb::dict& how, const nb::object& callback) {
  const AnyPoints held(points);
  const Settings settings = settings_of(how);
  Callback asked(callback);
  std::optional<Matrix> start;
  try {
    const nb::gil_scoped_release released;
    start = held.get().use_stored(
        [&](const auto& rows) { return landmark_init(rows, settings, {}, asked.progress()); });
  } catch (const Cancelled&) {
    start.reset();
  }
  return nb::make_tuple(start ? to_numpy(*std::move(start)) : nb::none(), asked.raised());
}

/// on_map(which, map, report) for each that is ready; how many there were.
std::size_t embed_all(const nb::dict& graph, const nb::object& points,
                      const std::vector<nb::dict>& methods, const nb::dict& how,
                      const nb::callable& on_map, const nb::object& callback) {
  std::string metric;
  const KnnGraphView neighbors = graph_view(graph, metric);
  const Settings settings = settings_of(how);
  std::vector<Method> all;
  for (const nb::dict& method : methods) all.push_back(method_params(method));
  const AnyPoints held = points.is_none() ? AnyPoints() : AnyPoints(points);
  Callback asked(callback);
  const OnMap hand_over = [&](std::size_t which, Result&& result) {
    const nb::gil_scoped_acquire gil;
    on_map(which, to_numpy(std::move(result.layout)), to_python(result.info));
  };
  const std::size_t made = [&] {
    const nb::gil_scoped_release released;
    return held.use([&](const auto& rows) {
      return embed_grid(neighbors, rows, all, settings, hand_over, asked.progress());
    });
  }();
  asked.rethrow();
  return made;
}

/// A model and what places new points on it, which is made when it is first asked.
class PythonModel {
 public:
  explicit PythonModel(Model&& model) : model_(std::make_unique<Model>(std::move(model))) {}

  static PythonModel make(const nb::object& points, const nb::dict& graph, const Floats2& map,
                          const nb::dict& how, const nb::object& callback) {
    const AnyPoints held(points);
    std::string metric;
    const KnnGraphView neighbors = graph_view(graph, metric);
    const Settings settings = settings_of(how);
    Matrix copy(static_cast<std::int64_t>(map.shape(0)), static_cast<std::int64_t>(map.shape(1)));
    std::copy_n(map.data(), map.size(), copy.data());
    Model made = with_progress(callback, [&](const Progress& progress) {
      return held.use([&](const auto& rows) {
        return make_model(rows, neighbors, std::move(copy), settings, progress);
      });
    });
    made.steered = nb::cast<bool>(how["steered"]);
    return PythonModel(std::move(made));
  }

  nb::dict transform(const nb::object& given, const nb::dict& how, const nb::object& callback) {
    const AnyPoints held(given);
    const Device device = device_of(how);
    Transformed placed = with_progress(callback, [&](const Progress& progress) {
      return held.use([&](const auto& rows) { return transformer(device).place(rows, progress); });
    });
    nb::dict out;
    out["map"] = to_numpy(std::move(placed.map));
    out["remoteness"] = to_numpy(std::move(placed.remoteness));
    out["recall"] = to_python(placed.recall);
    return out;
  }

  float remote(const nb::dict& how) {
    const Device device = device_of(how);
    const nb::gil_scoped_release released;
    return transformer(device).remote();
  }

  nb::dict update(const nb::object& given, bool fixed, std::optional<int> iterations,
                  const nb::dict& how, const nb::object& callback) const {
    const AnyPoints held(given);
    const UpdateParams params{fixed ? OldPoints::fixed : OldPoints::free, iterations};
    const Device device = device_of(how);
    Updated updated = with_progress(callback, [&](const Progress& progress) {
      return held.use([&](const auto& rows) {
        return nearfold::update(*model_, rows, params, device, progress);
      });
    });
    nb::dict out;
    out["map"] = to_numpy(Matrix(updated.model.map));
    out["graph"] = to_python(KnnGraph(updated.model.graph));
    out["info"] = to_python(updated.info);
    out["moved"] = to_numpy(std::move(updated.moved));
    out["model"] = nb::cast(PythonModel(std::move(updated.model)));
    return out;
  }

  nb::dict inverse(const Floats2& positions, const nb::dict& how, const nb::object& callback) {
    const Device device = device_of(how);
    Inverted made = with_progress(callback, [&](const Progress& progress) {
      return inverter(device).rows(view(positions), progress);
    });
    nb::dict out;
    out["rows"] = to_numpy(std::move(made.rows));
    out["remoteness"] = to_numpy(std::move(made.remoteness));
    return out;
  }

  nb::dict settings() const {
    nb::dict out = python::to_python(model_->settings);
    if (model_->steered) out["steered"] = true;
    return out;
  }

 private:
  const Transformer& transformer(const Device& device) {
    const std::lock_guard lock(*making_);
    if (!transformer_) transformer_.emplace(*model_, TransformParams{}, device);
    return *transformer_;
  }

  const Inverter& inverter(const Device& device) {
    const std::lock_guard lock(*making_);
    if (!inverter_) inverter_.emplace(*model_, device);
    return *inverter_;
  }

  std::unique_ptr<Model> model_;                                         // which both refer to
  std::unique_ptr<std::mutex> making_ = std::make_unique<std::mutex>();  // without the GIL
  std::optional<Transformer> transformer_;
  std::optional<Inverter> inverter_;
};

}  // namespace

void bind_maps(nb::module_& m) {
  m.def("embed", &embed_either, nb::arg("graph").none(), nb::arg("points").none(), nb::arg("how"),
        nb::arg("callback").none());
  m.def("landmark_init", &landmarks_of, nb::arg("points").noconvert(), nb::arg("settings"),
        nb::arg("callback").none());
  m.def("embed_grid", &embed_all, nb::arg("graph"), nb::arg("points").none(), nb::arg("methods"),
        nb::arg("how"), nb::arg("on_map"), nb::arg("callback").none());
  m.def(
      "neighbors_needed",
      [](const nb::dict& method, std::int64_t n) {
        const Settings settings{.method = method_params(method)};
        validate(settings);
        return neighbors_needed(settings.method, n);
      },
      nb::arg("method"), nb::arg("n"));
  nb::class_<PythonModel>(m, "Model")
      .def_static("make", &PythonModel::make, nb::arg("points"), nb::arg("graph"),
                  nb::arg("map").noconvert(), nb::arg("how"), nb::arg("callback").none())
      .def("transform", &PythonModel::transform, nb::arg("rows"), nb::arg("how"),
           nb::arg("callback").none())
      .def("remote", &PythonModel::remote, nb::arg("how"))
      .def("update", &PythonModel::update, nb::arg("rows"), nb::arg("fixed"),
           nb::arg("iterations").none(), nb::arg("how"), nb::arg("callback").none())
      .def("inverse", &PythonModel::inverse, nb::arg("positions").noconvert(), nb::arg("how"),
           nb::arg("callback").none())
      .def("settings", &PythonModel::settings);
}

}  // namespace nearfold::python
