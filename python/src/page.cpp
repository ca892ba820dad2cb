// Maps as pages for browsers, and the colours of their classes.
#include <nanobind/nanobind.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <utility>
#include <vector>

#include "arrays.hpp"
#include "bindings.hpp"
#include "plot/colors.hpp"
#include "plot/page.hpp"

namespace nearfold::python {
namespace {

using Doubles1 = Array<double, 1>;

/// A view is (name, places [n, 2]).
PageView view_of(const nb::tuple& view) {
  const auto places = nb::cast<Floats2>(view[1]);
  const auto from = python::view(places);
  std::vector<float> values(from.data(), from.data() + from.size());
  return {nb::cast<std::string>(view[0]), Matrix(from.rows(), from.cols(), std::move(values))};
}

/// A column is (name, codes, names, labels) or (name, numbers).
PageColumn column_of(const nb::tuple& column) {
  auto name = nb::cast<std::string>(column[0]);
  if (column.size() == 2) {
    const auto numbers = span(nb::cast<Doubles1>(column[1]));
    return {std::move(name), Numbers{{numbers.begin(), numbers.end()}}};
  }
  const auto codes = span(nb::cast<Ints1>(column[1]));
  return {std::move(name), Classes{{codes.begin(), codes.end()},
                                   nb::cast<std::vector<std::string>>(column[2]),
                                   nb::cast<std::vector<std::int32_t>>(column[3])}};
}

std::string page(const std::string& title, const std::string& subtitle, bool dark,
                 const std::vector<nb::tuple>& views, const std::vector<nb::tuple>& columns,
                 int color_by) {
  Page page{.title = title, .subtitle = subtitle, .dark = dark, .color_by = color_by};
  for (const nb::tuple& view : views) page.views.push_back(view_of(view));
  for (const nb::tuple& column : columns) page.columns.push_back(column_of(column));
  return page_text(page);
}

std::string color_of(std::int32_t label) {
  return hex_text(class_color(label, theme(/*dark=*/false)));
}

}  // namespace

void bind_page(nb::module_& m) {
  m.def("page", &page);
  m.def("class_color", &color_of);
}

}  // namespace nearfold::python
