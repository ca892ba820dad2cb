// Parts of a graph: what has to be known of all points, the neighbours among some of them, and what
// several parts know together.
#include <nanobind/nanobind.h>
#include <nanobind/stl/pair.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <algorithm>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "arrays.hpp"
#include "bindings.hpp"
#include "callback.hpp"
#include "core/device.hpp"
#include "knn/part_cover.hpp"
#include "knn/part_merge.hpp"
#include "nearfold/knn_parts.hpp"
#include "settings.hpp"

namespace nearfold::python {
namespace {

using Range = std::pair<std::int64_t, std::int64_t>;
using Bytes1 = Array<std::uint8_t, 1>;

RowRange range_of(const Range& range) {
  return {range.first, range.second};
}

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

AllPoints all_points(const Floats2& rows, std::int64_t n, double longest) {
  return {n, static_cast<std::int64_t>(rows.shape(1)), longest};
}

/// "indices" and "distances" [queries, width], "tied" and "repeats" [queries]
nb::dict rows_of(std::vector<std::int32_t>&& ids, std::vector<float>&& distances,
                 std::vector<std::uint8_t>&& tied, std::vector<std::uint8_t>&& repeats) {
  const std::size_t rows = tied.size(), width = ids.size() / rows;
  nb::dict out;
  out["indices"] = to_numpy(std::move(ids), {rows, width});
  out["distances"] = to_numpy(std::move(distances), {rows, width});
  out["tied"] = to_numpy(std::move(tied));
  out["repeats"] = to_numpy(std::move(repeats));
  return out;
}

/// A shard and the array of its rows, which have to stay.
struct PythonShard {
  Floats2 rows;
  Shard shard;
};

PythonShard make_shard(const Floats2& rows, const Range& range, std::int64_t n, double longest,
                       int k, const nb::dict& how, const nb::object& callback) {
  const Settings s = settings_of(how);
  return {rows, with_progress(callback, [&](const Progress& progress) {
            return Shard({range_of(range), view(rows)}, all_points(rows, n, longest), k, s.knn,
                         require_cpu(s.device), s.seed, s.distance, progress);
          })};
}

nb::dict part_of(const PythonShard& shard, const Floats2& queries, const Range& range,
                 const nb::object& callback) {
  KnnPart part = with_progress(callback, [&](const Progress& progress) {
    return shard.shard.part({range_of(range), view(queries)}, progress);
  });
  return rows_of(std::move(part.neighbors), std::move(part.distances), std::move(part.tied),
                 std::move(part.repeats));
}

/// What a part says of some queries in a row.
struct SomeRows {
  Ints2 ids;
  Floats2 distances;
  Bytes1 tied, repeats;
  RowRange data;

  RowsOfPart rows(const RowRange& queries) const {
    return {queries,
            data,
            static_cast<std::int64_t>(ids.shape(1)),
            span(ids),
            span(distances),
            span(tied),
            span(repeats)};
  }
};

SomeRows some_rows(const nb::dict& part) {
  return {nb::cast<Ints2>(part["indices"], false), nb::cast<Floats2>(part["distances"], false),
          nb::cast<Bytes1>(part["tied"], false), nb::cast<Bytes1>(part["repeats"], false),
          range_of(nb::cast<Range>(part["data"]))};
}

void require_shapes(const SomeRows& part, const RowRange& queries, int k) {
  const std::int64_t width = std::min<std::int64_t>(k, part.data.rows());
  if (std::cmp_not_equal(part.ids.shape(0), queries.rows()) ||
      std::cmp_not_equal(part.ids.shape(1), width) ||
      std::cmp_not_equal(part.distances.size(), part.ids.size()) ||
      std::cmp_not_equal(part.tied.size(), queries.rows()) ||
      std::cmp_not_equal(part.repeats.size(), queries.rows()))
    throw InvalidInput("the arrays of a part do not fit its ranges " + text_of(queries) + " and " +
                       text_of(part.data) + ": the part is damaged, make it again");
}

/// Columns that no point is there for, -1 and infinity as in a part, and no columns beyond `width`.
void narrow(NeighborRows& rows, const RowRange& queries, const RowRange& data, std::int64_t width) {
  for (std::int64_t row = 0; row < rows.n; ++row) {
    const std::int64_t query = queries.begin + row;
    const bool within = data.begin <= query && query < data.end;
    const std::int64_t others = data.rows() - (within ? 1 : 0);
    for (std::int64_t c = 0; c < width; ++c) {
      const auto to = static_cast<std::size_t>(row * width + c);
      const auto from = static_cast<std::size_t>(row * rows.k + c);
      rows.ids[to] = c < others ? rows.ids[from] : -1;
      rows.distances[to] = c < others ? rows.distances[from] : kInfinity;
    }
  }
  rows.k = width;
  rows.ids.resize(static_cast<std::size_t>(rows.n * width));
  rows.distances.resize(static_cast<std::size_t>(rows.n * width));
}

/// The part of the same queries among the data of all parts, which together are `data`.
nb::dict join(const Range& query_range, const Range& data_range, const std::vector<nb::dict>& parts,
              int k, std::uint64_t seed, const nb::dict& how) {
  const RowRange queries = range_of(query_range), data = range_of(data_range);
  const Cpu on = require_cpu(device_of(how));
  std::vector<SomeRows> all;
  for (const nb::dict& part : parts) all.push_back(some_rows(part));
  NeighborRows rows;
  std::vector<std::uint8_t> repeats(static_cast<std::size_t>(queries.rows()));
  {
    const nb::gil_scoped_release released;
    PartMerge merge(queries, k, seed);
    for (const SomeRows& part : all) {
      require_shapes(part, queries, k);
      merge.add(part.rows(queries), on);
      std::transform(repeats.begin(), repeats.end(), part.repeats.data(), repeats.begin(),
                     std::bit_or<>());
    }
    rows = merge.rows(on);
    narrow(rows, queries, data, std::min<std::int64_t>(k, data.rows()));
  }
  return rows_of(std::move(rows.ids), std::move(rows.distances),
                 {rows.tied.begin(), rows.tied.end()}, std::move(repeats));
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
        nb::arg("longest"), nb::arg("k"), nb::arg("how"), nb::arg("callback").none());
  m.def("join_parts", &join, nb::arg("queries"), nb::arg("data"), nb::arg("parts"), nb::arg("k"),
        nb::arg("seed"), nb::arg("how"));
  m.def("require_cover", &require_all, nb::arg("ranges"), nb::arg("n"), nb::arg("names"));
}

}  // namespace nearfold::python
