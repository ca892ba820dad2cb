// What a run did, for people on stderr and for programs as JSON.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "nearfold/embed.hpp"
#include "nearfold/quality.hpp"

namespace nearfold::cli {

/// The JSON report: every field of RunInfo that is set, seconds by stage with their total, and the
/// settings that made the run.
nlohmann::ordered_json report_json(const RunInfo& info, const Settings& settings);

/// The value, or "auto" where it is unset.
template <class T>
nlohmann::ordered_json or_auto(const std::optional<T>& value) {
  return value ? nlohmann::ordered_json(*value) : nlohmann::ordered_json("auto");
}

/// The parameters of a method, by their names.
nlohmann::ordered_json settings_json(const Method& method);

/// Seconds by stage, and their total.
nlohmann::ordered_json seconds_json(const RunInfo& info);

/// The same for people: "0.21: read 0.01, knn 0.20".
std::string seconds_text(const nlohmann::ordered_json& seconds);

/// {"mean", "p1", "p5", "rows"}
nlohmann::ordered_json recall_json(const Recall& recall);

/// "0.9712 (1st, 5th percentile 0.800, 0.867 of 1000 rows)"
std::string recall_text(const Recall& recall);

/// The scores by name: {"knn_recall@10": {"value", "standard_error", "sample"}, ...}
nlohmann::ordered_json quality_json(const QualityReport& report);

/// What is said of something: its name, and the text.
using Line = std::pair<std::string, std::string>;

/// One a line, the texts under each other; those without a text are left out.
std::string aligned(const std::vector<Line>& lines);

/// What was made by what in which time, where it was saved, and the warnings.
std::string summary(const RunInfo& info, const std::vector<Line>& saved);

/// "1.2 GB", "460 kB"
std::string size_text(std::int64_t bytes);

/// For a picture: "UMAP: n_neighbors 15, min_dist 0.1, n_epochs 50; euclidean, flat, 50 iterations,
/// seed 42". The parameters that a grid varies, and those that are not the method's defaults.
std::string subtitle(const RunInfo& info, const Settings& settings);

}  // namespace nearfold::cli
