#include "cli/knn_part.hpp"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>
#include <variant>
#include <vector>

#include "cli/folder.hpp"
#include "cli/json_text.hpp"
#include "cli/progress.hpp"
#include "cli/report.hpp"
#include "cli/terminal.hpp"
#include "core/device.hpp"
#include "io/part_file.hpp"
#include "io/part_points.hpp"
#include "knn/graph_of.hpp"
#include "knn/part_cover.hpp"
#include "nearfold/error.hpp"
#include "nearfold/nearfold.hpp"

namespace nearfold::cli {
namespace {

using Json = nlohmann::ordered_json;

/// "0:1000", or all of n points where nothing is given.
RowRange range_of(const std::string& flag, const std::string& text, std::int64_t n) {
  if (text.empty()) return {0, n};
  const std::size_t colon = text.find(':');
  const auto begin = number_in<std::int64_t>(text.substr(0, colon));
  const auto end =
      colon == std::string::npos ? std::nullopt : number_in<std::int64_t>(text.substr(colon + 1));
  if (!begin || !end || *begin < 0 || *end <= *begin)
    throw InvalidParameter(flag + " is '" + text +
                           "', and must be BEGIN:END, rows from BEGIN to before END, as 0:1000");
  if (*end > n)
    throw InvalidParameter(flag + " is " + text + ", and there are " + std::to_string(n) +
                           " points; end with " + std::to_string(n) + " at most");
  return {*begin, *end};
}

io::RowFile file_of(const PointFlags& points) {
  if (auto file = points.row_file()) return std::move(*file);
  throw InvalidParameter("'" + points.points +
                         "' cannot be read in parts; make a file that can with nearfold convert, "
                         ".npy, or give .npy in C order, .fbin, .u8bin or .i8bin");
}

struct Ranges {
  RowRange queries, data;
};

Ranges ranges_of(const PartFlags& part, const io::RowFile& file) {
  return {range_of("--queries", part.queries, file.rows()),
          range_of("--data", part.data, file.rows())};
}

/// That of a search of the rows that are held.
Budget budget_of(const PartRun& run, const Ranges& ranges) {
  constexpr std::int64_t kLeast = 4;
  Reading reading = run.points.reading();
  reading.graph_only = true;
  reading.rows = std::max(kLeast, io::rows_held(ranges.queries, ranges.data));
  Settings settings = run.settings;
  settings.method = UmapParams{
      .n_neighbors = static_cast<int>(std::min<std::int64_t>(run.k, *reading.rows - 1)) + 1};
  return {run.budget, reading, settings};
}

/// Whether the output is this part already. Throws InvalidInput when it is another one.
bool is_there(const PartRun& run, const io::PartMeta& wanted) {
  if (!run.part.reuse || !std::filesystem::exists(run.output)) return false;
  try {
    const std::string other = io::difference(io::PartFile(run.output).meta(), wanted, true);
    if (!other.empty()) throw InvalidInput("'" + run.output + "' is another part: " + other);
    io::check_part(run.output);
    return true;
  } catch (const InvalidInput& error) {
    if (run.common.force) return false;
    throw InvalidInput(std::string(error.what()) + "; use --force to replace it");
  }
}

void print(const PartRun& run, const io::PartMeta& of, bool kept, const Json& seconds,
           const std::vector<std::string>& warnings) {
  const Json report = {{"version", of.version},
                       {"n", of.queries.rows()},
                       {"k", of.k},
                       {"seed", of.seed},
                       {"metric", of.metric},
                       {"index", "flat"},
                       {"queries", text_of(of.queries)},
                       {"data", text_of(of.data)},
                       {"kept", kept},
                       {"warnings", warnings},
                       {"seconds", seconds}};
  const std::string text = json_text(report);
  if (!run.report.empty()) io::write_file(run.report, text, run.common.overwrite());
  if (run.common.json) std::fputs(text.c_str(), stdout);
  if (run.common.quiet) return;
  const std::string said =
      std::to_string(of.k) + " neighbours of points " + text_of(of.queries) + " among " +
      text_of(of.data) + " of " + std::to_string(of.n) + ", " + of.metric +
      (kept ? ": the part is there already, and kept" : "") + "\n" +
      aligned({{"seconds", seconds_text(seconds)}, {"part", run.output}, {"report", run.report}});
  std::fputs(for_terminal(said).c_str(), stderr);
}

}  // namespace

void PartFlags::add(CLI::App& app, Conditions& conditions) {
  constexpr const char* kGroup = "Parts of a graph";
  text(app, "--queries", queries,
       "Make a part of the graph: of these points alone, rows BEGIN to before END (all unless "
       "given)")
      ->type_name("BEGIN:END")
      ->group(kGroup);
  text(app, "--data", data,
       "Make a part of the graph: the neighbours among these points alone (all unless given); "
       "nearfold knn-merge makes the graph of all parts")
      ->type_name("BEGIN:END")
      ->group(kGroup);
  conditions.add(
      app,
      [this] {
        return unless(asked(),
                      "keeps a part, and the whole graph is made; leave it out, or give "
                      "--queries and --data");
      },
      [&] {
        flag(app, "--reuse", reuse,
             "Keep the output where it is whole and of exactly this part, and end well")
            ->group(kGroup);
      });
}

void PartFlags::check(const PointFlags& points, const IndexFlags& index) const {
  if (index.precomputed())
    throw InvalidParameter(
        "--metric precomputed has all distances; leave --queries and --data out");
  if (!std::holds_alternative<FlatKnn>(index.params()))
    throw InvalidParameter(
        "--index is " + index.index +
        ", and parts are exact; leave it out, or leave --queries and --data out");
  if (points.pca || !points.as_is())
    throw InvalidParameter(
        "parts are made of a file as it is; leave out --pca and how it is to be read, and write "
        "such points with nearfold convert first");
}

void make_part(const PartRun& run) {
  const auto overwrite = run.part.reuse ? io::Overwrite::yes : run.common.overwrite();
  if (!run.budget.dry_run) {
    check_outputs({run.output}, {run.points.points}, overwrite);
    check_outputs({run.report}, {run.points.points, run.output}, run.common.overwrite());
  }
  const Cpu& on = require_cpu(run.settings.device);
  io::RowFile file = file_of(run.points);
  const Ranges ranges = ranges_of(run.part, file);
  const Budget budget = budget_of(run, ranges);
  if (run.budget.dry_run) return budget.print(run.common.json);
  budget.require();
  ProgressPrinter progress(run.common.progress, run.common.quiet);
  Json seconds;
  const Stopwatch read;
  std::optional<io::PartPoints> points;
  std::vector<std::string> warnings;
  progress.run("read", [&] {
    points.emplace(file, ranges.queries, ranges.data, run.settings.distance, on);
  });
  file.warn(warnings);
  print_warnings(warnings, run.common);
  const io::PartMeta meta =
      io::meta_of(points->all(), run.k, run.settings.distance, run.settings.seed, ranges.queries,
                  ranges.data, points->fingerprint(), version());
  const bool kept = is_there(run, meta);
  seconds["read"] = read.seconds();
  if (!kept) {
    const Stopwatch search;
    io::write_part(run.output,
                   find_part(points->queries(), points->data(), points->all(), run.k, on,
                             run.settings.seed, run.settings.distance, progress.callback()),
                   meta, overwrite);
    seconds["knn"] = search.seconds();
  }
  seconds["total"] = read.seconds();
  progress.finish();
  print(run, meta, kept, seconds, warnings);
}

}  // namespace nearfold::cli
