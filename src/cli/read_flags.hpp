// How files are read that hold points, labels and values: the flags of every command that does.
#pragma once

#include <string>
#include <vector>
#include "cli/option.hpp"

#include "io/io.hpp"
#include "nearfold/model.hpp"

namespace nearfold::cli {

/// How files of points are read: which array of an .npz, which columns of a table, how missing
/// values and scales are handled. And where labels come from.
struct ReadFlags {
  std::string array, missing = "error", header = "auto", standardize = "no";
  std::vector<std::string> columns, drop, one_hot;
  std::string label_column;  // of `labels` where that is given
  std::string labels;        // a file; empty: none
  std::string value_column;  // of `values` where that is given
  std::string values;        // a file of what a picture shows by colour; empty: none

  /// All but those of labels and colours.
  void add_reading(CLI::App& app);
  /// --array and --missing.
  void add_values(CLI::App& app);
  /// The columns of a table; maps have no --columns and --one-hot.
  void add_table(CLI::App& app, bool with_columns = true);
  void add_labels(CLI::App& app);
  void add_label_column(CLI::App& app);
  /// --values and --value-column.
  void add_colors(CLI::App& app);
  bool has_values() const { return !values.empty() || !value_column.empty(); }

  /// What a table of points is read with.
  io::TableOptions table() const;
  /// Whether a file is taken as it is.
  bool as_is() const;
  /// Points of a file, less offsets where the metric does not see them, and the labels beside them.
  /// What was done to them is put into `done`, where that is asked for.
  io::Table read(const std::string& path, Metric metric, std::vector<std::string>& warnings,
                 Preparation* done = nullptr) const;
  /// Labels of n points: those of the file, else those `beside` the points of `path`.
  io::Labels read_labels(io::Labels beside, std::int64_t n, const std::string& path,
                         std::vector<std::string>& warnings) const;
  /// Values of n points, of the file of values or else of `path`; none without the flags. Throws
  /// InvalidInput for another number.
  std::vector<float> read_values(std::int64_t n, const std::string& path) const;
};

}  // namespace nearfold::cli
