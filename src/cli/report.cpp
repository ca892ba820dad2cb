#include "cli/report.hpp"

#include <cstdio>

#include "cli/method_words.hpp"
#include "method.hpp"

namespace nearfold::cli {
namespace {

using Json = nlohmann::ordered_json;

std::string text_of(const Json& value) {
  if (value.is_string()) return value.get<std::string>();
  if (!value.is_number_float()) return value.dump();
  char text[32];
  std::snprintf(text, sizeof text, "%.9g", value.get<double>());
  return text;
}

/// "UMAP: n_neighbors 15, min_dist 0.1"
template <class Params>
std::string parameters_text(const Params& params) {
  const Json usual = parameters(Params{}), given = parameters(params);
  const MethodGrid grid = GridFlags<Params>().of(params);
  std::string text;
  for (const auto& [key, value] : given.items())
    if (value != usual[key] || key == grid.rows.name || key == grid.columns.name)
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

Json settings_json(const Method& method) {
  return std::visit([](const auto& p) { return parameters(p); }, method);
}

Json recall_json(const Recall& recall) {
  return {{"mean", recall.mean}, {"p1", recall.p1}, {"p5", recall.p5}, {"rows", recall.rows}};
}

std::string recall_text(const Recall& recall) {
  char text[96];
  std::snprintf(text, sizeof text, "recall %.4f (1st, 5th percentile %.3f, %.3f of %lld rows)",
                recall.mean, recall.p1, recall.p5, static_cast<long long>(recall.rows));
  return text;
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
  out["dim"] = info.dim;
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
  return out;
}

std::string summary(const RunInfo& info) {
  char line[256];
  std::snprintf(line, sizeof line, "%s of %lld points in %.2f s on %s, index %s, start %s",
                info.method.c_str(), static_cast<long long>(info.n), info.total_seconds(),
                info.device.c_str(), info.index.c_str(), info.init.c_str());
  std::string text = line;
  if (info.recall) text += ", " + recall_text(*info.recall);
  if (info.kl_divergence) {
    std::snprintf(line, sizeof line, ", KL divergence %.4f", *info.kl_divergence);
    text += line;
  }
  if (info.force_error) {
    std::snprintf(line, sizeof line, ", force error %.2g %%", 100 * info.force_error->relative);
    text += line;
  }
  std::snprintf(line, sizeof line, ", peak %.2f GB", static_cast<double>(info.peak_bytes) * 1e-9);
  text += line;
  for (const std::string& warning : info.warnings) text += "\nwarning: " + warning;
  return text;
}

std::string subtitle(const RunInfo& info, const Settings& settings) {
  return std::visit([](const auto& p) { return parameters_text(p); }, settings.method) + "; " +
         info.metric + ", " + info.index + ", " + info.init + " initialization, " +
         std::to_string(info.iterations) + " iterations, seed " + std::to_string(info.seed);
}

}  // namespace nearfold::cli
