// Parts of the same queries among data that follow each other, as one part; and the rows of the
// graph that a part of all data has.
#include <nanobind/nanobind.h>
#include <nanobind/stl/pair.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <iterator>
#include <utility>
#include <vector>

#include "arrays.hpp"
#include "bindings.hpp"
#include "cells.hpp"
#include "core/device.hpp"
#include "core/parallel.hpp"
#include "knn/part_merge.hpp"
#include "knn/recall.hpp"
#include "knn/shared_cells.hpp"
#include "part_arrays.hpp"
#include "results.hpp"
#include "settings.hpp"

namespace nearfold::python {
namespace {

using Parts = std::vector<RowsOfPart>;

/// The row of the nearest, -1 and infinity where there are fewer.
void write(const Nearest& nearest, std::int64_t row, std::int64_t width,
           std::vector<std::int32_t>& ids, std::vector<float>& distances) {
  auto at = static_cast<std::size_t>(row * width);
  for (const Candidate c : nearest.sorted()) {
    ids[at] = id_of(c);
    distances[at++] = value_of(c);
  }
}

/// By distance.
void join_nearest(const Parts& parts, KnnPart& joined, const Cpu& on) {
  PartMerge merge(joined.queries, static_cast<int>(joined.k), joined.seed);
  for (const RowsOfPart& part : parts) merge.add(part, on);
  const NeighborRows rows = merge.rows(on);
  joined.tied.assign(rows.tied.begin(), rows.tied.end());
  const std::int64_t width = joined.width();
  for (std::int64_t row = 0; row < rows.n; ++row) {
    const std::int64_t query = joined.queries.begin + row;
    const bool within = joined.data.contains({query, query + 1});
    const auto count = std::min(width, joined.data.rows() - (within ? 1 : 0));
    std::copy_n(rows.ids.begin() + row * rows.k, count, joined.neighbors.begin() + row * width);
    std::copy_n(rows.distances.begin() + row * rows.k, count,
                joined.distances.begin() + row * width);
  }
}

/// One query's candidates through shared cells.
struct Found {
  Candidate at;  // (measure, place)
  std::int32_t id;
  float distance;
};

void join_candidates(const Parts& parts, KnnPart& joined, std::int64_t row) {
  const std::int64_t query = joined.queries.begin + row, width = joined.width();
  std::vector<Found> all;
  for (const RowsOfPart& part : parts) {
    const auto ids = row_of(part.neighbors, row, part.width);
    const auto distances = row_of(part.distances, row, part.width);
    const auto measures = row_of(part.measures, row, part.width);
    const auto places = row_of(part.places, row, part.width);
    for (std::size_t c = 0; c < ids.size() && ids[c] >= 0; ++c)
      all.push_back({candidate(measures[c], places[c]), ids[c], distances[c]});
  }
  std::sort(all.begin(), all.end(), [](const Found& a, const Found& b) { return a.at < b.at; });
  std::int64_t kept = 0;
  auto at = static_cast<std::size_t>(row * width);
  for (Found& one : all) {
    const bool found = value_of(one.at) < kInfinity && kept < joined.candidates;
    if (!found && one.id != query) continue;
    kept += found ? 1 : 0;
    joined.neighbors[at] = one.id;
    joined.distances[at] = one.distance;
    joined.measures[at] = found ? value_of(one.at) : kInfinity;
    joined.rows[at++] = id_of(one.at);
  }
}

void join_exact_rows(const Parts& parts, KnnPart& joined) {
  const auto& queries = parts[0].exact_queries;
  for (const RowsOfPart& part : parts)
    if (!std::ranges::equal(part.exact_queries, queries))
      throw InvalidInput("parts of the same queries have exact rows of others: one is damaged");
  const std::int64_t width = joined.exact_width();
  joined.exact.queries.assign(queries.begin(), queries.end());
  joined.exact.neighbors.assign(queries.size() * static_cast<std::size_t>(width), -1);
  joined.exact.distances.assign(joined.exact.neighbors.size(), kInfinity);
  for (std::int64_t row = 0; row < std::ssize(queries); ++row) {
    const std::int32_t query = queries[static_cast<std::size_t>(row)];
    Nearest nearest(static_cast<int>(joined.k), TieOrder(joined.seed, query));
    for (const RowsOfPart& part : parts) {
      const auto ids = row_of(part.exact_neighbors, row, part.exact_width);
      const auto distances = row_of(part.exact_distances, row, part.exact_width);
      for (std::size_t c = 0; c < ids.size() && ids[c] >= 0; ++c)
        nearest.offer(distances[c], ids[c]);
    }
    write(nearest, row, width, joined.exact.neighbors, joined.exact.distances);
  }
}

KnnPart joined_part(const Parts& parts, KnnPart joined, const Cpu& on) {
  const auto cells = static_cast<std::size_t>(joined.queries.rows() * joined.width());
  joined.neighbors.assign(cells, -1);
  joined.distances.assign(cells, kInfinity);
  joined.repeats.assign(static_cast<std::size_t>(joined.queries.rows()), 0);
  for (const RowsOfPart& part : parts)
    std::transform(joined.repeats.begin(), joined.repeats.end(), part.repeats.begin(),
                   joined.repeats.begin(), std::bit_or<>());
  if (joined.candidates == 0) {
    join_nearest(parts, joined, on);
  } else {
    joined.tied.assign(joined.repeats.size(), 0);
    joined.measures.assign(cells, kInfinity);
    joined.rows.assign(cells, -1);
    parallel_for(on.threads, joined.queries.rows(), kGrain,
                 [&](std::int64_t begin, std::int64_t end) {
                   for (std::int64_t row = begin; row < end; ++row)
                     join_candidates(parts, joined, row);
                 });
  }
  if (!std::holds_alternative<FlatKnn>(joined.knn)) join_exact_rows(parts, joined);
  return joined;
}

/// The part of the same queries among the data of all parts, which together are `data`.
nb::dict join(const Range& queries, const Range& data, const std::vector<nb::dict>& parts, int k,
              std::int64_t candidates, const nb::dict& how) {
  const Settings s = settings_of(how);
  const Cpu on = require_cpu(s.device);
  Parts rows;
  for (const nb::dict& part : parts)
    rows.push_back(rows_of(part, range_of(queries), k, candidates));
  KnnPart of{.k = k,
             .seed = s.seed,
             .queries = range_of(queries),
             .data = range_of(data),
             .knn = s.knn,
             .candidates = candidates};
  KnnPart joined = [&] {
    const nb::gil_scoped_release released;
    return joined_part(rows, std::move(of), on);
  }();
  return to_python(std::move(joined));
}

/// Rows of the graph of n points, of parts that together have all of them as data: "indices",
/// "distances", "tied_rows", "duplicates", and "shares" of the exact neighbours where parts are
/// approximate.
nb::dict merge(const Range& query_range, std::int64_t n, const std::vector<nb::dict>& parts, int k,
               std::int64_t candidates, const nb::object& cells, const nb::dict& how) {
  const Settings s = settings_of(how);
  const Cpu on = require_cpu(s.device);
  const RowRange queries = range_of(query_range);
  const bool exact = std::holds_alternative<FlatKnn>(s.knn);
  const SharedCells* const shared = cells_of(cells);
  Parts rows;
  for (const nb::dict& part : parts) rows.push_back(rows_of(part, queries, k, candidates));
  NeighborRows merged;
  std::vector<double> shares;
  std::int64_t tied = 0, duplicates = 0;
  {
    const nb::gil_scoped_release released;
    PartMerge merge(queries, {n, k, s.seed, exact, shared != nullptr ? &shared->state() : nullptr});
    for (const RowsOfPart& part : rows) merge.add(part, on);
    merged = merge.rows(on);
    if (!exact) shares = merge.shares(merged);
    tied = merge.tied_rows();
    duplicates = merge.duplicates();
  }
  const auto count = static_cast<std::size_t>(merged.n), width = static_cast<std::size_t>(merged.k);
  nb::dict out;
  out["indices"] = to_numpy(std::move(merged.ids), {count, width});
  out["distances"] = to_numpy(std::move(merged.distances), {count, width});
  out["tied_rows"] = tied;
  out["duplicates"] = duplicates;
  out["shares"] = to_numpy(std::move(shares));
  return out;
}

nb::object recall(const Array<double, 1>& shares) {
  return python::to_python(
      std::optional(recall_of_shares({shares.data(), shares.data() + shares.size()})));
}

nb::dict index_with(const nb::dict& how) {
  return nb::cast<nb::dict>(to_python(settings_of(how))["knn"]);
}

std::string index_named(const std::string& kind, const nb::object& cells,
                        const std::vector<Range>& data) {
  std::vector<RowRange> ranges;
  for (const Range& range : data) ranges.push_back(range_of(range));
  nb::dict how;
  how["kind"] = kind;
  const SharedCells* const shared = cells_of(cells);
  const MergeRules rules{.cells = shared != nullptr ? &shared->state() : nullptr};
  return index_of_parts(knn_params(how), rules, ranges);
}

}  // namespace

void bind_part_join(nb::module_& m) {
  m.def("join_parts", &join, nb::arg("queries"), nb::arg("data"), nb::arg("parts"), nb::arg("k"),
        nb::arg("candidates"), nb::arg("how"));
  m.def("merge_rows", &merge, nb::arg("queries"), nb::arg("n"), nb::arg("parts"), nb::arg("k"),
        nb::arg("candidates"), nb::arg("cells").none(), nb::arg("how"));
  m.def("index_with", &index_with, nb::arg("how"));
  m.def("index_of_parts", &index_named, nb::arg("kind"), nb::arg("cells").none(), nb::arg("data"));
  m.def("recall_of", &recall, nb::arg("shares").noconvert());
}

}  // namespace nearfold::python
