// A part of a graph: the flags of `nearfold knn` that say which, and the work.
#pragma once

#include <string>
#include "cli/option.hpp"

#include "cli/budget.hpp"
#include "cli/conditions.hpp"
#include "cli/flags.hpp"
#include "cli/inputs.hpp"
#include "nearfold/params.hpp"

namespace nearfold::cli {

struct PartFlags {
  std::string queries, data;      // as BEGIN:END
  std::string cells, save_cells;  // files
  bool reuse = false;

  void add(CLI::App& app, Conditions& conditions);
  bool asked() const { return !queries.empty() || !data.empty() || !cells.empty(); }
  /// Throws InvalidParameter for what is no part, or no cells for parts, or that none can be made
  /// of.
  void check(const PointFlags& points, const IndexFlags& index) const;
};

/// What a part is made by, beside its ranges.
struct PartRun {
  const PartFlags& part;
  const PointFlags& points;
  const BudgetFlags& budget;
  const Common& common;
  const Settings& settings;
  int k;
  const std::string &output, &report;
};

void make_part(const PartRun& run);

}  // namespace nearfold::cli
