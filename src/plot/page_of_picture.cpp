// What a picture shows, as a page.
#include <algorithm>
#include <string>
#include <utility>

#include "nearfold/error.hpp"
#include "plot/drawn.hpp"
#include "plot/page.hpp"
#include "plot/scene.hpp"

namespace nearfold {
namespace {

Matrix pair_of(const Matrix& layout, std::int64_t across, std::int64_t up) {
  Matrix out(layout.rows(), 2);
  for (std::int64_t i = 0; i < layout.rows(); ++i) {
    out.row(i)[0] = layout.row(i)[across];
    out.row(i)[1] = layout.row(i)[up];
  }
  return out;
}

/// Of a map of three columns, seen along each of them.
void add_views(std::vector<PageView>& views, const Panel& panel, const PlotOptions& options,
               const std::string& name) {
  const std::vector<int> columns = drawn_columns(panel, options);
  Matrix layout = drawn_layout(panel, columns);
  if (columns.size() < 3) return views.push_back({name, std::move(layout)});
  for (const auto& [across, up] : {std::pair{0, 1}, std::pair{2, 1}, std::pair{0, 2}})
    views.push_back({(name.empty() ? "" : name + ": ") + "column " +
                         std::to_string(columns[static_cast<std::size_t>(across)]) + " across, " +
                         std::to_string(columns[static_cast<std::size_t>(up)]) + " up",
                     pair_of(layout, across, up)});
}

/// The panel's own words, or those of its row and column.
std::string name_of(const Picture& picture, std::size_t p) {
  std::string name = picture.panels[p].title;
  std::replace(name.begin(), name.end(), '\n', ' ');
  const auto across = static_cast<std::size_t>(picture.columns);
  for (const auto& [titles, at] :
       {std::pair{&picture.row_titles, p / across}, std::pair{&picture.column_titles, p % across}})
    if (at < titles->size() && !(*titles)[at].empty())
      name += (name.empty() ? "" : ", ") + (*titles)[at];
  return name.empty() && picture.panels.size() > 1 ? "map " + std::to_string(p + 1) : name;
}

Classes classes_of(std::span<const std::int32_t> labels, std::span<const std::string> names) {
  Classes out;
  out.labels.assign(labels.begin(), labels.end());
  std::erase_if(out.labels, [](std::int32_t label) { return label < 0; });
  std::sort(out.labels.begin(), out.labels.end());
  out.labels.erase(std::unique(out.labels.begin(), out.labels.end()), out.labels.end());
  for (const std::int32_t label : out.labels) {
    const auto index = static_cast<std::size_t>(label);
    out.names.push_back(index < names.size() ? names[index] : std::to_string(label));
  }
  for (const std::int32_t label : labels) {
    const auto at = std::lower_bound(out.labels.begin(), out.labels.end(), label);
    out.of.push_back(label < 0 ? -1 : static_cast<std::int32_t>(at - out.labels.begin()));
  }
  return out;
}

}  // namespace

std::string draw_page(const Picture& picture, const PlotOptions& options) {
  check_picture(picture, options);
  if (options.annotate || options.style != PlotOptions::Style::automatic)
    throw InvalidParameter("annotate and style are of a picture; a page has neither");
  Page page{.title = options.title,
            .subtitle = options.subtitle,
            .dark = options.dark,
            .none = picture.none};
  const Panel* first = nullptr;
  for (std::size_t p = 0; p < picture.panels.size(); ++p) {
    const Panel& panel = picture.panels[p];
    if (panel.lines != nullptr)
      throw InvalidParameter("lines between neighbours are of a picture; a page has none");
    if (panel.layout.rows() == 0) continue;
    add_views(page.views, panel, options, name_of(picture, p));
    if (first == nullptr) first = &panel;
  }
  if (first != nullptr && !first->labels.empty())
    page.columns.push_back({"label", classes_of(first->labels, picture.names)});
  if (first != nullptr && !first->values.empty())
    page.columns.push_back(
        {"value",
         Numbers{{first->values.begin(), first->values.end()}, options.vmin, options.vmax}});
  page.color_by = page.columns.empty() ? -1 : 0;
  page.columns.insert(page.columns.end(), picture.hover_data.begin(), picture.hover_data.end());
  return page_text(page);
}

}  // namespace nearfold
