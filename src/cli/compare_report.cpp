#include "cli/compare_report.hpp"

#include <algorithm>
#include <cstdarg>
#include <cstdio>

#include "cli/report.hpp"
#include "plot/text.hpp"

namespace nearfold::cli {
namespace {

using Json = nlohmann::ordered_json;

/// printf into a string.
[[gnu::format(printf, 1, 2)]] std::string text(const char* format, ...) {
  char line[512];
  std::va_list values;
  va_start(values, format);
  std::vsnprintf(line, sizeof line, format, values);
  va_end(values);
  return line;
}

double seconds_of(const Compared& c, const std::string& stage) {
  for (const auto& [name, seconds] : c.info.seconds)
    if (name == stage) return seconds;
  return 0;
}

/// The first score whose name begins so, as a cell of the table.
std::string score_cell(const QualityReport& quality, const std::string& begin) {
  for (const Score& score : quality.scores)
    if (score.name.starts_with(begin)) return text("%7.4f", score.value);
  return "      -";
}

std::string row_of(const std::string& name, const Compared& c) {
  const double total = c.total_seconds();
  const Recall exact;
  const Recall& recall = c.info.recall ? *c.info.recall : exact;
  std::string row =
      text("%-24s %7.2f %7.2f %7.2f %6.2f %7.2f %7.2f %4.0f%% %7.4f %6.3f", name.c_str(),
           c.build_seconds, c.search_seconds, seconds_of(c, "weights"), seconds_of(c, "init"),
           seconds_of(c, "optimize"), total, 100 * c.knn_seconds() / total, recall.mean, recall.p5);
  row += c.info.kl_divergence ? text(" %7.4f", *c.info.kl_divergence) : "       -";
  row += " " + score_cell(c.quality, "knn_recall") + " " + score_cell(c.quality, "trustworthiness");
  const std::string none = "       -";
  row += c.agreement ? text(" %7.4f", c.agreement->overlap.value) : none;
  row += c.agreement && c.agreement->procrustes ? text(" %7.4f", *c.agreement->procrustes) : none;
  return row + "\n";
}

/// From how many points on the approximate search pays for itself; one size tells nothing of
/// others.
std::string break_even_text(const std::string& name, const BreakEven& at) {
  if (at.times.size() < 2)
    return name + ": timed at " + with_commas(at.times.back().n) +
           " points only, so the size from which it is faster than flat is unknown\n";
  const std::string least = with_commas(at.times.front().n), most = with_commas(at.times.back().n);
  if (at.n)
    return name + " finds neighbours faster than flat from about " + with_commas(*at.n) +
           " points on\n";
  if (at.pays_at_most())
    return name + " finds neighbours faster than flat at every size measured, " + least + " to " +
           most + " points\n";
  return name + " finds neighbours slower than flat up to the largest size measured, " + most +
         " points\n";
}

Json times_json(const BreakEven& at) {
  Json out = Json::array();
  for (const SearchTimes& t : at.times)
    out.push_back({{"n", t.n}, {"exact", t.exact}, {"approximate", t.approximate}});
  return out;
}

Json row_json(const std::string& name, const Compared& c) {
  Json out{{"index", name}, {"description", c.info.index}, {"init", c.info.init}};
  if (c.info.recall) out["recall"] = recall_json(*c.info.recall);
  out["seconds"] = {{"build", c.build_seconds}, {"search", c.search_seconds}};
  for (const auto& [stage, seconds] : c.info.seconds)
    if (stage != "knn") out["seconds"][stage] = seconds;
  out["seconds"]["total"] = c.total_seconds();
  out["neighbors_share"] = c.knn_seconds() / c.total_seconds();
  if (c.info.kl_divergence) out["kl_divergence"] = *c.info.kl_divergence;
  out["scores"] = quality_json(c.quality);
  if (c.agreement) {
    out["agreement"] = {{c.agreement->overlap.name, c.agreement->overlap.value}};
    if (c.agreement->procrustes) out["agreement"]["procrustes"] = *c.agreement->procrustes;
  }
  out["warnings"] = c.info.warnings;
  return out;
}

}  // namespace

std::string Experiment::title() const {
  return data + ", " + with_commas(n()) + " points, " + name(metric);
}

/// What the columns are. Names of scores have their number of neighbours: knn_recall@10.
std::string legend(const Experiment& e) {
  const auto score = [&](const std::string& begin) {
    for (const Score& one : e.compared[0].quality.scores)
      if (one.name.starts_with(begin)) return one.name;
    return begin;
  };
  const auto overlap = std::find_if(e.compared.begin(), e.compared.end(),
                                    [](const Compared& c) { return c.agreement.has_value(); });
  std::vector<Line> lines = {
      {"build..total", "seconds; share: of them for neighbours (build, search)"},
      {"recall, p5", "true neighbours in the graph: mean, and 5th percentile, of points"},
      {"KL", e.compared[0].info.kl_divergence ? "divergence of t-SNE's map from its graph" : ""},
      {"kept, trust", score("knn_recall") + " and " + score("trustworthiness") + " of the map"}};
  if (overlap != e.compared.end()) {
    lines.push_back({"overlap", overlap->agreement->overlap.name +
                                    ": neighbours in the map that flat's map has, too"});
    lines.push_back({"Procr.", overlap->agreement->procrustes
                                   ? "Procrustes: squared distance from flat's map, both of norm "
                                     "1, after the best shift, turn and scale; 0 is the same"
                                   : ""});
  }
  return aligned(lines);
}

std::string table(const Experiment& e) {
  std::string out = e.title() + ", " + std::to_string(e.k) + " neighbours\n";
  out += text("%-24s %7s %7s %7s %6s %7s %7s %5s %7s %6s %7s %7s %7s %7s %7s\n", "index", "build",
              "search", "weights", "init", "optim.", "total", "share", "recall", "p5", "KL", "kept",
              "trust", "overlap", "Procr.");
  for (std::size_t c = 0; c < e.compared.size(); ++c) out += row_of(e.names[c], e.compared[c]);
  if (e.compared.empty()) return out;
  const Compared& exact = e.compared[0];
  const double share = exact.knn_seconds() / exact.total_seconds();
  out += legend(e);
  out += text(
      "here neighbours are %.0f %% of the time with flat: a search that took none would make it "
      "%.2f times as fast\n",
      100 * share, 1 / (1 - share));
  for (std::size_t b = 0; b < e.breaks.size(); ++b)
    out += break_even_text(e.names[b + 1], e.breaks[b]);
  return out;
}

Json experiment_json(const Experiment& e) {
  Json rows = Json::array();
  for (std::size_t c = 0; c < e.compared.size(); ++c) {
    rows.push_back(row_json(e.names[c], e.compared[c]));
    if (c == 0 || c > e.breaks.size()) continue;
    const BreakEven& at = e.breaks[c - 1];
    rows.back()["break_even"] = {{"n", at.n ? Json(*at.n) : Json()},
                                 {"faster_at_most", at.pays_at_most()},
                                 {"seconds", times_json(at)}};
  }
  return {{"data", e.data}, {"n", e.n()}, {"metric", name(e.metric)}, {"k", e.k}, {"rows", rows}};
}

Picture panels_of(const std::vector<Experiment>& experiments,
                  const std::vector<std::string>& names) {
  Picture picture;
  picture.names = names;
  std::size_t columns = 1;
  bool one_metric = true;
  for (const Experiment& e : experiments) {
    columns = std::max(columns, e.compared.size());
    one_metric = one_metric && e.metric == experiments[0].metric;
  }
  picture.columns = static_cast<int>(columns);
  for (const Experiment& e : experiments) {
    picture.row_titles.push_back(with_commas(e.n()) + " points" +
                                 (one_metric ? "" : std::string(", ") + name(e.metric)));
    for (std::size_t c = 0; c < columns; ++c) {
      if (c >= e.compared.size()) {
        picture.panels.push_back({});
        continue;
      }
      const Compared& one = e.compared[c];
      const double recall = one.info.recall ? one.info.recall->mean : 1.0;
      picture.panels.push_back(
          {.layout = one.layout,
           .labels = e.labels,
           .title = e.names[c] + text("\nneighbours %.2f of %.2f s, recall %.3f", one.knn_seconds(),
                                      one.total_seconds(), recall)});
    }
  }
  return picture;
}

}  // namespace nearfold::cli
