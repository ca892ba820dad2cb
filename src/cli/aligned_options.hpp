// The command line of `nearfold aligned`.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "cli/budget.hpp"
#include "cli/flags.hpp"
#include "cli/inputs.hpp"
#include "cli/method_words.hpp"
#include "cli/picture_flags.hpp"
#include "nearfold/aligned.hpp"

namespace nearfold::cli {

struct AlignedCommand {
  Conditions conditions;
  Common common;
  PointFlags reading;
  IndexFlags index;
  BudgetFlags budget;
  LookFlags look;
  SharedFlags shared;
  UmapParams umap;
  AlignedParams params;
  std::vector<std::string> inputs, relations, labels;
  std::string output, plot, init = "spectral";
  int dims = 2, frames = 0;

  void add(CLI::App& command);
  Settings settings() const;
  void check() const;
  PlotOptions picture() const;
  PlotOptions frame() const;
  std::string stem(std::size_t set) const;
  /// "FOLDER/1-name.npy", or where the run was interrupted "FOLDER/1-name.partial.npy"
  std::string map_file(std::size_t set, bool finished) const;
  std::string picture_file() const { return plot.empty() ? output + "/aligned.png" : plot; }
};

}  // namespace nearfold::cli
