#include "cli/grid_folder.hpp"

#include <algorithm>
#include <filesystem>
#include <utility>

#include "cli/folder.hpp"
#include "cli/json_text.hpp"
#include "cli/report.hpp"
#include "nearfold/error.hpp"

namespace nearfold::cli {
namespace {

using Json = GridFolder::Json;

Json axis_json(const GridAxis& axis) {
  return {{"name", axis.name}, {"values", axis.values}};
}

}  // namespace

GridFolder::GridFolder(std::string path, GridAxis rows, GridAxis columns, Json made_from,
                       io::Overwrite overwrite)
    : path_(std::move(path)),
      rows_(std::move(rows)),
      columns_(std::move(columns)),
      maps_(rows_.values.size() * columns_.values.size()) {
  make_folder(path_);
  manifest_ = {{"made_from", std::move(made_from)},
               {"rows", axis_json(rows_)},
               {"columns", axis_json(columns_)},
               {"cells", Json::array()}};
  const std::string name = file("manifest.json");
  if (!std::filesystem::exists(name)) return;
  const Json before = json_in(name);
  bool same = !before.is_null();
  for (const char* part : {"made_from", "rows", "columns"})
    same = same && before.value(part, Json()) == manifest_[part];
  if (!same && overwrite == io::Overwrite::no)
    throw IoError("'" + path_ +
                  "' holds a grid of other points or settings; use another folder, or --force "
                  "to replace it");
  if (!same) return;
  manifest_ = before;
  resume();
}

/// Takes the maps that are there as they were written; the others are made again.
void GridFolder::resume() {
  resumed_ = true;
  Json kept = Json::array();
  for (const Json& cell : manifest_["cells"]) {
    const auto at = cell.value("cell", cells());
    const std::string name = at < cells() ? file(map_name(at)) : std::string();
    if (name.empty() || !std::filesystem::exists(name)) continue;
    Matrix map = io::read_matrix(name);
    if (io::fingerprint(map) != cell.value("fingerprint", std::string())) continue;
    maps_[at] = std::move(map);
    kept.push_back(cell);
  }
  manifest_["cells"] = std::move(kept);
}

std::string GridFolder::map_name(std::size_t cell) const {
  const std::size_t width = columns_.values.size();
  return rows_.name + "=" + rows_.values[cell / width] + "," + columns_.name + "=" +
         columns_.values[cell % width] + ".npy";
}

void GridFolder::keep(std::size_t cell, Result&& result) {
  const std::size_t width = columns_.values.size();
  io::write_npy(file(map_name(cell)), result.layout, io::Overwrite::yes);
  Json entry = {{"cell", cell},
                {rows_.name, rows_.values[cell / width]},
                {columns_.name, columns_.values[cell % width]},
                {"file", map_name(cell)},
                {"fingerprint", io::fingerprint(result.layout)},
                {"k", result.info.k},
                {"edges", result.info.edges},
                {"init", result.info.init},
                {"seconds", seconds_json(result.info)},
                {"warnings", result.info.warnings}};
  if (result.info.distinct) entry["distinct"] = *result.info.distinct;
  if (result.info.kl_divergence) entry["kl_divergence"] = *result.info.kl_divergence;
  Json& cells = manifest_["cells"];
  cells.push_back(std::move(entry));
  std::sort(cells.begin(), cells.end(),
            [](const Json& a, const Json& b) { return a["cell"] < b["cell"]; });
  maps_[cell] = std::move(result.layout);
  save();
}

void GridFolder::save() const {
  io::write_file(file("manifest.json"), json_text(manifest_), io::Overwrite::yes);
}

}  // namespace nearfold::cli
