// The folder of a grid: a map for each cell, the graph they share, and manifest.json, which says
// what is there and how it was made. It is written after every map, so that an interrupted grid
// resumes at the first one missing.
#pragma once

#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "io/io.hpp"
#include "nearfold/embed.hpp"

namespace nearfold::cli {

/// One parameter of the two that vary.
struct GridAxis {
  std::string name;                 // "n_neighbors"
  std::vector<std::string> values;  // "5", "50", ...

  std::string label(std::size_t at) const { return name + " = " + values[at]; }
};

/// The values as texts that are read as these values.
template <class T>
GridAxis grid_axis(const char* name, const std::vector<T>& values) {
  GridAxis out{name, {}};
  for (const T value : values) {
    const auto number = static_cast<double>(value);
    char text[32];
    std::snprintf(text, sizeof text, "%.9g", number);
    if (std::strtod(text, nullptr) != number) std::snprintf(text, sizeof text, "%.17g", number);
    out.values.emplace_back(text);
  }
  return out;
}

class GridFolder {
 public:
  using Json = nlohmann::ordered_json;

  /// Opens `path`, or makes it. `made_from` is all that the bytes of the maps depend on beside the
  /// axes. What the folder holds of the same grid is kept; another grid in it is InvalidInput,
  /// unless it may be overwritten.
  GridFolder(std::string path, GridAxis rows, GridAxis columns, Json made_from,
             io::Overwrite overwrite);

  const GridAxis& rows() const { return rows_; }
  const GridAxis& columns() const { return columns_; }
  std::size_t cells() const { return maps_.size(); }
  std::string file(const std::string& name) const { return path_ + "/" + name; }

  /// Whether the folder was begun by an earlier run of the same grid.
  bool resumed() const { return resumed_; }
  bool has(std::size_t cell) const { return maps_[cell].rows() > 0; }
  const Matrix& map(std::size_t cell) const { return maps_[cell]; }

  /// Writes the map of a cell, then the manifest with it.
  void keep(std::size_t cell, Result&& result);
  /// Findings about the whole grid; written with the next save.
  Json& manifest() { return manifest_; }
  void save() const;

 private:
  std::string map_name(std::size_t cell) const;
  void resume();

  std::string path_;
  GridAxis rows_, columns_;
  Json manifest_;
  std::vector<Matrix> maps_;  // empty: missing
  bool resumed_ = false;
};

}  // namespace nearfold::cli
