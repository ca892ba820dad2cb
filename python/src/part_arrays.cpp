#include "part_arrays.hpp"

#include <nanobind/stl/pair.h>

#include <algorithm>
#include <utility>

#include "arrays.hpp"
#include "knn/part_cover.hpp"
#include "nearfold/error.hpp"

namespace nearfold::python {
namespace {

using Bytes1 = Array<std::uint8_t, 1>;

template <class Values>
Values array(const nb::dict& part, const char* name) {
  return nb::cast<Values>(part[name], false);  // a copy would not live as long
}

template <class T>
nb::object table(std::vector<T>&& values, std::int64_t rows, std::int64_t width) {
  return to_numpy(std::move(values),
                  {static_cast<std::size_t>(rows), static_cast<std::size_t>(width)});
}

}  // namespace

nb::dict to_python(KnnPart&& part) {
  const std::int64_t rows = part.queries.rows(), width = part.width();
  nb::dict out;
  out["indices"] = table(std::move(part.neighbors), rows, width);
  out["distances"] = table(std::move(part.distances), rows, width);
  out["tied"] = to_numpy(std::move(part.tied));
  out["repeats"] = to_numpy(std::move(part.repeats));
  if (std::holds_alternative<FlatKnn>(part.knn)) return out;
  const std::int64_t exact = std::ssize(part.exact.queries);
  out["exact_queries"] = to_numpy(std::move(part.exact.queries));
  out["exact_indices"] = table(std::move(part.exact.neighbors), exact, part.exact_width());
  out["exact_distances"] = table(std::move(part.exact.distances), exact, part.exact_width());
  if (part.candidates == 0) return out;
  out["measures"] = table(std::move(part.measures), rows, width);
  out["places"] = table(std::move(part.rows), rows, width);
  return out;
}

RowsOfPart rows_of(const nb::dict& part, const RowRange& queries, int k, std::int64_t candidates) {
  const RowRange data = range_of(nb::cast<Range>(part["data"]));
  const KnnPart shape{.k = k, .queries = queries, .data = data, .candidates = candidates};
  bool fits = true;
  const auto require = [&](const auto& values, std::int64_t rows, std::int64_t width) {
    fits = fits && std::cmp_equal(values.shape(0), rows) &&
           std::cmp_equal(values.size(), rows * width);
    return span(values);
  };
  RowsOfPart rows{queries, data, shape.width()};
  rows.neighbors = require(array<Ints2>(part, "indices"), queries.rows(), rows.width);
  rows.distances = require(array<Floats2>(part, "distances"), queries.rows(), rows.width);
  rows.tied = require(array<Bytes1>(part, "tied"), queries.rows(), 1);
  rows.repeats = require(array<Bytes1>(part, "repeats"), queries.rows(), 1);
  if (part.contains("exact_queries")) {
    const auto exact = array<Ints1>(part, "exact_queries");
    const auto count = static_cast<std::int64_t>(exact.size());
    rows.exact_width = shape.exact_width();
    rows.exact_queries = span(exact);
    rows.exact_neighbors = require(array<Ints2>(part, "exact_indices"), count, rows.exact_width);
    rows.exact_distances =
        require(array<Floats2>(part, "exact_distances"), count, rows.exact_width);
  }
  if (part.contains("measures")) {
    rows.measures = require(array<Floats2>(part, "measures"), queries.rows(), rows.width);
    rows.places = require(array<Ints2>(part, "places"), queries.rows(), rows.width);
  }
  if (!fits)
    throw InvalidInput("the arrays of a part do not fit its ranges " + text_of(queries) + " and " +
                       text_of(data) + ": the part is damaged, make it again");
  return rows;
}

}  // namespace nearfold::python
