// What is known of points and steers their map: supervised UMAP.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "cli/conditions.hpp"
#include "cli/option.hpp"
#include "nearfold/params.hpp"

namespace nearfold::cli {

struct TargetFlags {
  std::vector<std::string> files, metrics = {"categorical"};
  std::string column;
  double weight = 0.5;
  std::optional<int> neighbors;
  bool propagate = false;

  void add(CLI::App& app, Conditions& conditions);
  /// The targets without their entries, for checks before a file is read. Throws InvalidParameter
  /// for flags that do not go together.
  std::vector<Target> params() const;
  /// The same with the entries of n points, from the files.
  std::vector<Target> read(std::int64_t n, std::vector<std::string>& warnings) const;
  /// What a map depends on, but the entries.
  nlohmann::ordered_json json() const;

 private:
  const std::string& metric(std::size_t which) const {
    return metrics[metrics.size() == 1 ? 0 : which];
  }
};

/// Of the entries, to tell whether a run may be resumed with them; empty without targets.
std::string fingerprint_of(const std::vector<Target>& targets);

/// [{"target_metric": "categorical", "target_weight": 0.5, "known": 1000, "classes": 10, ...}]
nlohmann::ordered_json targets_json(const std::vector<Target>& targets);

}  // namespace nearfold::cli
