#include "cli/report.hpp"

#include <algorithm>
#include <array>
#include <cstdarg>
#include <cstdio>

#include "cli/json_text.hpp"
#include "cli/method_words.hpp"
#include "cli/target_flags.hpp"
#include "cli/wording.hpp"
#include "method.hpp"
#include "plot/text.hpp"

namespace nearfold::cli {
namespace {

using Json = nlohmann::ordered_json;

/// printf into a string.
[[gnu::format(printf, 1, 2)]] std::string printed(const char* format, ...) {
  char line[128];
  std::va_list values;
  va_start(values, format);
  std::vsnprintf(line, sizeof line, format, values);
  va_end(values);
  return line;
}

std::string text_of(const Json& value) {
  if (value.is_string()) return value.get<std::string>();
  return value.is_number_float() ? printed("%.9g", value.get<double>()) : short_json(value);
}

/// "UMAP: n_neighbors 15, min_dist 0.1"
template <class Params>
std::string parameters_text(const Params& params) {
  const Json usual = parameters(Params{}), given = parameters(params);
  const GridFlags<Params> grid;
  std::string text;
  for (const auto& [key, value] : given.items())
    if (value != usual[key] || key == grid.rows({}).name || key == grid.columns().name)
      text += (text.empty() ? "" : ", ") + key + " " + text_of(value);
  return title(params) + (": " + text);
}

}  // namespace

Json seconds_json(const RunInfo& info) {
  Json out;
  for (const auto& [stage, seconds] : info.seconds) out[stage] = seconds;
  out["total"] = info.total_seconds();
  return out;
}

std::string seconds_text(const Json& seconds) {
  std::string stages;
  for (const auto& [stage, took] : seconds.items())
    if (stage != "total")
      stages += (stages.empty() ? ": " : ", ") + stage + " " + printed("%.2f", took.get<double>());
  return printed("%.2f", seconds.at("total").get<double>()) + stages;
}

Json settings_json(const Method& method) {
  return std::visit([](const auto& p) { return parameters(p); }, method);
}

Json recall_json(const Recall& recall) {
  return {{"mean", recall.mean}, {"p1", recall.p1}, {"p5", recall.p5}, {"rows", recall.rows}};
}

std::string recall_text(const Recall& recall) {
  return printed("%.4f (1st, 5th percentile %.3f, %.3f of %lld rows)", recall.mean, recall.p1,
                 recall.p5, static_cast<long long>(recall.rows));
}

Json quality_json(const QualityReport& report) {
  Json scores;
  for (const Score& score : report.scores)
    scores[score.name] = {
        {"value", score.value}, {"standard_error", score.standard_error}, {"sample", score.sample}};
  return scores;
}

Json report_json(const RunInfo& info, const Settings& settings) {
  Json out;
  out["version"] = info.version;
  out["status"] = info.finished ? "finished" : "interrupted";
  out["method"] = info.method;
  out["n"] = info.n;
  if (info.distinct) out["distinct"] = *info.distinct;
  out["dim"] = info.dim;
  if (!info.dtype.empty()) out["dtype"] = info.dtype;
  out["n_components"] = settings.dims;
  out["device"] = info.device;
  out["threads"] = info.threads;
  out["seed"] = info.seed;
  out["metric"] = info.metric;
  out["index"] = info.index;
  if (info.recall) out["recall"] = recall_json(*info.recall);
  if (info.tied_rows) out["tied_rows"] = *info.tied_rows;
  if (info.duplicates) out["duplicates"] = *info.duplicates;
  out["k"] = info.k;
  out["edges"] = info.edges;
  out["init"] = info.init;
  out["iterations"] = info.iterations;
  if (std::visit([](const auto& p) { return has_early_phase(p); }, settings.method))
    out["early_iterations"] = info.early_iterations;
  if (info.kl_divergence) out["kl_divergence"] = *info.kl_divergence;
  if (info.force_error)
    out["force_error"] = {{"relative", info.force_error->relative},
                          {"points", info.force_error->points}};
  out["seconds"] = seconds_json(info);
  out["peak_bytes"] = info.peak_bytes;
  out["warnings"] = info.warnings;
  out["settings"] = settings_json(settings.method);
  if (!settings.targets.empty()) out["targets"] = targets_json(settings.targets);
  return out;
}

std::string aligned(const std::vector<Line>& lines) {
  std::size_t width = 0;
  for (const auto& [name, text] : lines)
    if (!text.empty()) width = std::max(width, name.size());
  std::string out;
  for (const auto& [name, text] : lines)
    if (!text.empty())
      out.append("  ").append(name).append(width + 2 - name.size(), ' ').append(text).append("\n");
  return out;
}

std::string summary(const RunInfo& info, const std::vector<Line>& saved) {
  std::vector<Line> lines = {
      {"seconds", seconds_text(seconds_json(info))},
      {"device", info.device},
      {"distinct rows", info.distinct ? with_commas(*info.distinct) : ""},
      {"neighbours", std::to_string(info.k) + " by " + info.metric + ", index " + info.index},
      {"recall", info.recall ? recall_text(*info.recall) : ""},
      {"initialization", info.init},
      {"iterations", std::to_string(info.iterations)},
      {"KL divergence", info.kl_divergence ? printed("%.4f", *info.kl_divergence) : ""},
      {"force error", info.force_error ? printed("%.2g %%", 100 * info.force_error->relative) : ""},
      {"memory", size_text(info.peak_bytes) + " at most"}};
  lines.insert(lines.end(), saved.begin(), saved.end());
  std::string text = info.method + " of " + with_commas(info.n) + " points\n" + aligned(lines);
  for (const std::string& warning : info.warnings) text += "warning: " + in_flags(warning) + "\n";
  return text;
}

std::string size_text(std::int64_t bytes) {
  constexpr std::array kUnits = {"bytes", "kB", "MB", "GB", "TB"};
  auto value = static_cast<double>(bytes);
  std::size_t unit = 0;
  while (value >= 999.5 && unit + 1 < kUnits.size()) {
    value /= 1000;
    ++unit;
  }
  return (unit > 0 && value < 9.95 ? printed("%.1f", value) : printed("%.0f", value)) + " " +
         kUnits[unit];
}

std::string subtitle(const RunInfo& info, const Settings& settings) {
  return std::visit([](const auto& p) { return parameters_text(p); }, settings.method) + "; " +
         info.metric + ", " + info.index + ", " + info.init + " initialization, " +
         std::to_string(info.iterations) + " iterations, seed " + std::to_string(info.seed);
}

}  // namespace nearfold::cli
