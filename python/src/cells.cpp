// Cells of IVF that parts share: trained, sent to other machines, and back again.
#include "cells.hpp"

#include <nanobind/stl/string.h>

#include <algorithm>
#include <utility>
#include <variant>
#include <vector>

#include "arrays.hpp"
#include "bindings.hpp"
#include "callback.hpp"
#include "core/device.hpp"
#include "knn/kmeans.hpp"
#include "knn/metric.hpp"
#include "knn/shared_cells.hpp"
#include "nearfold/error.hpp"
#include "settings.hpp"

namespace nearfold::python {
namespace {

SharedCells train(const Floats2& points, int k, const nb::dict& how, const nb::object& callback) {
  const Settings s = settings_of(how);
  const auto* const ivf = std::get_if<IvfKnn>(&s.knn);
  if (ivf == nullptr) throw Unsupported("only ivf has cells that parts can share");
  return with_progress(callback, [&](const Progress& progress) {
    return train_cells(view(points), k, *ivf, require_cpu(s.device), s.seed, s.distance, progress);
  });
}

template <class T>
nb::object copy_of(const std::vector<T>& values) {
  return to_numpy(std::vector<T>(values));
}

/// What `cells_from` takes, beside the settings that they were trained with.
nb::dict arrays_of(const SharedCells& shared) {
  const SharedCells::State& cells = shared.state();
  nb::dict out;
  out["n"] = cells.all.n;
  out["dim"] = cells.all.dim;
  out["longest"] = cells.all.longest;
  out["k"] = cells.k;
  out["nprobe"] = cells.effort.probes_or_ef;
  out["candidates"] = cells.effort.candidates;
  out["mean"] = copy_of(cells.projection.mean);
  out["axes"] = to_numpy(Matrix(cells.projection.axes));
  out["centroids"] = to_numpy(Matrix(cells.centroids.rows));
  out["begin"] = copy_of(cells.begin);
  out["ids"] = copy_of(cells.ids);
  out["equal_begin"] = copy_of(cells.equal.begin);
  out["equal"] = copy_of(cells.equal.members);
  return out;
}

template <class T>
std::vector<T> values_in(const nb::dict& from, const char* name) {
  const auto array = nb::cast<Array<T, 1>>(from[name], false);
  return {array.data(), array.data() + array.size()};
}

Matrix matrix_in(const nb::dict& from, const char* name) {
  const auto array = nb::cast<Floats2>(from[name], false);
  return {static_cast<std::int64_t>(array.shape(0)), static_cast<std::int64_t>(array.shape(1)),
          std::vector<float>(array.data(), array.data() + array.size())};
}

/// From another process of this program: not checked.
SharedCells from_arrays(const nb::dict& from, const nb::dict& how) {
  const Settings s = settings_of(how);
  const auto number = [&](const char* name) { return nb::cast<std::int64_t>(from[name]); };
  SharedCells::State cells;
  cells.all = {number("n"), number("dim"), nb::cast<double>(from["longest"])};
  cells.k = static_cast<int>(number("k"));
  cells.distance = s.distance;
  cells.seed = s.seed;
  cells.params = std::get<IvfKnn>(s.knn);
  cells.effort.probes_or_ef = static_cast<int>(number("nprobe"));
  cells.effort.candidates = static_cast<int>(number("candidates"));
  cells.projection = {values_in<float>(from, "mean"), matrix_in(from, "axes"),
                      require_cpu(s.device)};
  cells.centroids = {norm_of(s.distance.metric), matrix_in(from, "centroids"), {}, {}};
  cells.centroids.squares = squares_of(cells.centroids.rows);
  cells.begin = values_in<std::int64_t>(from, "begin");
  cells.ids = values_in<std::int32_t>(from, "ids");
  cells.equal = {values_in<std::int64_t>(from, "equal_begin"),
                 values_in<std::int32_t>(from, "equal")};
  return shared(std::move(cells));
}

}  // namespace

const SharedCells* cells_of(const nb::object& cells) {
  return cells.is_none() ? nullptr : nb::inst_ptr<SharedCells>(cells);
}

void bind_cells(nb::module_& m) {
  nb::class_<SharedCells>(m, "SharedCells")
      .def("arrays", &arrays_of)
      .def("description", &SharedCells::description)
      .def("fingerprint", &SharedCells::fingerprint)
      .def("candidates", [](const SharedCells& cells) { return cells.state().effort.candidates; });
  m.def("train_cells", &train, nb::arg("points").noconvert(), nb::arg("k"), nb::arg("how"),
        nb::arg("callback").none());
  m.def("cells_from", &from_arrays, nb::arg("arrays"), nb::arg("how"));
}

}  // namespace nearfold::python
