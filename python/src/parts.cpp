// Parts of a graph: what has to be known of all points, and the neighbours among some of them.
#include <nanobind/nanobind.h>
#include <nanobind/stl/pair.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <string>
#include <utility>
#include <vector>

#include "arrays.hpp"
#include "bindings.hpp"
#include "callback.hpp"
#include "cells.hpp"
#include "core/device.hpp"
#include "knn/part_cover.hpp"
#include "nearfold/knn_parts.hpp"
#include "part_arrays.hpp"
#include "settings.hpp"

namespace nearfold::python {
namespace {

PointsScan scan(std::int64_t n, std::int64_t dim, const nb::dict& how) {
  const Settings s = settings_of(how);
  return {n, dim, s.distance, require_cpu(s.device)};
}

void add(PointsScan& scan, const Floats2& rows) {
  const nb::gil_scoped_release released;
  scan.add(view(rows));
}

/// The length of the longest point, where the metric asks for it.
double finish(const PointsScan& scan) {
  return scan.finish().longest;
}

/// A shard and the array of its rows, which have to stay.
struct PythonShard {
  Floats2 rows;
  Shard shard;
};

PythonShard make_shard(const Floats2& rows, const Range& range, std::int64_t n, double longest,
                       int k, const nb::object& cells, const nb::dict& how,
                       const nb::object& callback) {
  const Settings s = settings_of(how);
  const Cpu on = require_cpu(s.device);
  const PointRows data{range_of(range), view(rows)};
  const AllPoints all{n, data.rows.cols(), longest};
  const SharedCells* const shared = cells_of(cells);
  return {rows, with_progress(callback, [&](const Progress& progress) {
            return shared != nullptr ? Shard(data, *shared, on, progress)
                                     : Shard(data, all, k, s.knn, on, s.seed, s.distance, progress);
          })};
}

nb::dict part_of(const PythonShard& shard, const Floats2& queries, const Range& range,
                 const nb::object& callback) {
  return to_python(with_progress(callback, [&](const Progress& progress) {
    return shard.shard.part({range_of(range), view(queries)}, progress);
  }));
}

void require_all(const std::vector<std::pair<Range, Range>>& ranges, std::int64_t n,
                 const std::vector<std::string>& names) {
  std::vector<PartRanges> all;
  for (const auto& [queries, data] : ranges) all.push_back({range_of(queries), range_of(data)});
  require_cover(all, n, [&](std::size_t part) { return names[part]; });
}

}  // namespace

void bind_parts(nb::module_& m) {
  nb::class_<PointsScan>(m, "PointsScan")
      .def("add", &add, nb::arg("rows").noconvert())
      .def("finish", &finish);
  m.def("scan_points", &scan, nb::arg("n"), nb::arg("dim"), nb::arg("how"));
  nb::class_<PythonShard>(m, "Shard")
      .def("part", &part_of, nb::arg("queries").noconvert(), nb::arg("range"),
           nb::arg("callback").none());
  m.def("make_shard", &make_shard, nb::arg("rows").noconvert(), nb::arg("range"), nb::arg("n"),
        nb::arg("longest"), nb::arg("k"), nb::arg("cells").none(), nb::arg("how"),
        nb::arg("callback").none());
  m.def("require_cover", &require_all, nb::arg("ranges"), nb::arg("n"), nb::arg("names"));
  bind_part_join(m);
  bind_cells(m);
}

}  // namespace nearfold::python
