// What a picture shows and how it looks: the flags of every command that draws one.
#pragma once

#include <optional>
#include <string>
#include <vector>
#include "cli/option.hpp"

#include "plot/picture.hpp"

namespace nearfold::cli {

/// A picture as a command draws it where no flag says otherwise.
struct UsualPicture {
  std::string title = {}, subtitle = {};
  int width = 1200, height = 1200;
};

/// Flags of how a picture looks.
struct LookFlags {
  std::optional<std::string> title, subtitle;
  std::optional<int> width, height;
  std::string style = "auto";
  bool dark = false, annotate = false;
  std::vector<int> map_columns;

  void add(CLI::App& app);
  /// Throws InvalidParameter for flags that a picture at `path` cannot follow: where that is empty,
  /// none can be.
  void check(const std::string& path) const;
  /// The same once it is known whether there are labels.
  void check_labels(bool has_labels) const;
  /// The same for a map of so many columns.
  void check_columns(std::int64_t dims) const;
  PlotOptions options(const UsualPicture& usual) const;
  /// Pixels of the height of a map of `dims` columns, `across` pixels wide: two views of three
  /// columns lie side by side, and a strip of one is flat.
  int height_of_map(int across, std::int64_t dims) const;

 protected:
  std::vector<Flag> options_ = {};
  std::vector<Flag> drawn_ = {};  // those of these that a page does not have
};

/// These, and those of what a picture of one set of points can show besides.
struct PictureFlags : LookFlags {
  std::optional<float> vmin, vmax;
  bool edges = false;
  std::string hover_data;  // a file; empty: none

  void add(CLI::App& app);
  void check(const std::string& path, bool has_labels, bool has_values) const;
  /// What a page tells of n points; nothing without the flag. Throws InvalidInput for another
  /// number.
  std::vector<PageColumn> read_hover_data(std::int64_t n) const;
  PlotOptions options(const UsualPicture& usual) const;
};

}  // namespace nearfold::cli
