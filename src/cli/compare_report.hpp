// What `compare` found on each data set: a table for people, JSON for programs, a picture.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "nearfold/compare.hpp"
#include "plot/picture.hpp"

namespace nearfold::cli {

/// One subset under one metric.
struct Experiment {
  std::string data;  // its name
  Metric metric = Metric::euclidean;
  int k = 0;                            // neighbours of each graph
  std::vector<std::string> names = {};  // of the methods, as asked for; the exact one first
  std::vector<Compared> compared = {};  // in their order
  std::vector<BreakEven> breaks = {};   // of all but the first; may be empty
  std::vector<std::int32_t> labels = {};

  std::int64_t n() const { return compared.empty() ? 0 : compared[0].info.n; }
  /// "mnist, 10,000 points, cosine"
  std::string title() const;
};

/// A table, then what it says: how much of the time the neighbours are, and from how many points on
/// an approximate search is faster.
std::string table(const Experiment& experiment);

nlohmann::ordered_json experiment_json(const Experiment& experiment);

/// A row for each experiment, a column for each method, the timing above each map. Refers to the
/// layouts and labels.
Picture panels_of(const std::vector<Experiment>& experiments,
                  const std::vector<std::string>& names);

}  // namespace nearfold::cli
