#include "cli/knn_part.hpp"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <sstream>
#include <utility>
#include <vector>

#include "cli/folder.hpp"
#include "cli/index_spec.hpp"
#include "cli/json_text.hpp"
#include "cli/progress.hpp"
#include "cli/report.hpp"
#include "cli/terminal.hpp"
#include "core/device.hpp"
#include "core/reported.hpp"
#include "io/part_file.hpp"
#include "io/part_points.hpp"
#include "knn/graph_of.hpp"
#include "knn/kinds.hpp"
#include "knn/part_cover.hpp"
#include "knn/shared_cells.hpp"
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

/// That of a search of the rows that are held. A candidate of shared cells takes twice the memory
/// of a neighbour.
Budget budget_of(const PartRun& run, const Ranges& ranges,
                 const std::optional<io::CellsOfFile>& cells) {
  constexpr std::int64_t kLeast = 4;
  Reading reading = run.points.reading();
  reading.graph_only = true;
  reading.rows = std::max(kLeast, io::rows_held(ranges.queries, ranges.data));
  Settings settings = run.settings;
  std::int64_t k = run.k;
  if (cells) {
    settings.knn = IvfKnn{};
    k = 2 * (std::int64_t{cells->cells.state().effort.candidates} + 1);
  }
  settings.method =
      UmapParams{.n_neighbors = static_cast<int>(std::min<std::int64_t>(k, *reading.rows - 1)) + 1};
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

/// The cells of --cells, which have to be of these points and settings.
std::optional<io::CellsOfFile> cells_of(const PartRun& run, const io::RowFile& file) {
  const std::string& path = run.part.cells;
  if (path.empty()) return {};
  io::CellsOfFile read = io::read_cells(path);
  const SharedCells& cells = read.cells;
  const auto require = [&](const char* flag, const auto& is, const auto& wanted) {
    if (is == wanted) return;
    std::ostringstream said;
    said << flag << " is " << wanted << ", and '" << path << "' was trained with " << is
         << "; give " << flag << " " << is << ", or train other cells";
    throw InvalidParameter(said.str());
  };
  require("-k", cells.k(), run.k);
  require("--seed", cells.seed(), run.settings.seed);
  require("--metric", std::string(name(cells.distance().metric)),
          std::string(name(run.settings.distance.metric)));
  if (cells.distance().params != run.settings.distance.params)
    throw InvalidParameter("'" + path +
                           "' was trained with other parameters of the metric; give the --p and "
                           "--metric-file of then, or train other cells");
  require("--zero-vectors",
          std::string(kZeroVectors[static_cast<std::size_t>(cells.distance().zero_vectors)]),
          std::string(kZeroVectors[static_cast<std::size_t>(run.settings.distance.zero_vectors)]));
  if (read.version != version())
    throw InvalidInput("'" + path + "' was trained by version " + read.version + ", and this is " +
                       version() + "; train the cells again");
  if (cells.all().n != file.rows() || cells.all().dim != file.cols())
    throw InvalidInput("'" + path + "' has cells of other points; train them with these");
  return read;
}

io::PartMeta meta_of(const PartRun& run, const Ranges& ranges, const io::PartPoints& points,
                     const std::optional<io::CellsOfFile>& cells) {
  if (cells) {
    if (cells->fingerprint != points.fingerprint())
      throw InvalidInput(
          "'" + run.part.cells +
          "' has cells of other points, by their fingerprint; train them with these");
    return io::meta_of(cells->cells, ranges.queries, ranges.data, points.fingerprint(), version());
  }
  io::PartMeta meta = io::meta_of(points.all(), run.k, run.settings.distance, run.settings.seed,
                                  ranges.queries, ranges.data, points.fingerprint(), version());
  meta.knn = run.settings.knn;
  return meta;
}

KnnPart find(const PartRun& run, const io::PartPoints& points,
             const std::optional<io::CellsOfFile>& cells, const Progress& progress) {
  const Settings& s = run.settings;
  const Cpu& on = require_cpu(s.device);
  return reported(progress, Stage::knn, points.queries().range.rows(), [&] {
    const auto made = [&] {
      const Part prepared(0.3, 6);
      return cells ? Shard(points.data(), cells->cells, on)
                   : Shard(points.data(), points.all(), run.k, s.knn, on, s.seed, s.distance);
    };
    const Shard shard = made();
    const Part searched(1);
    return shard.part(points.queries());
  });
}

void print(const PartRun& run, const io::PartMeta& of, const std::string& index, bool kept,
           const Json& seconds, const std::vector<std::string>& warnings) {
  const Json report = {{"version", of.version},
                       {"n", of.queries.rows()},
                       {"k", of.k},
                       {"seed", of.seed},
                       {"metric", of.metric},
                       {"index", index},
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
      text_of(of.data) + " of " + std::to_string(of.n) + ", " + of.metric + ", index " + index +
      (kept ? ": the part is there already, and kept" : "") + "\n" +
      aligned({{"seconds", seconds_text(seconds)}, {"part", run.output}, {"report", run.report}});
  std::fputs(for_terminal(said).c_str(), stderr);
}

}  // namespace

void make_part(const PartRun& run) {
  const auto overwrite = run.part.reuse ? io::Overwrite::yes : run.common.overwrite();
  if (!run.budget.dry_run) {
    const std::string &points = run.points.points, &cells = run.part.cells;
    check_outputs({run.output}, {points, cells}, overwrite);
    check_outputs({run.report}, {points, cells, run.output}, run.common.overwrite());
  }
  const Cpu& on = require_cpu(run.settings.device);
  io::RowFile file = file_of(run.points);
  const Ranges ranges = ranges_of(run.part, file);
  const std::optional<io::CellsOfFile> cells = cells_of(run, file);
  const Budget budget = budget_of(run, ranges, cells);
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
  const io::PartMeta meta = meta_of(run, ranges, *points, cells);
  const bool kept = is_there(run, meta);
  seconds["read"] = read.seconds();
  if (!kept) {
    const Stopwatch search;
    io::write_part(run.output, find(run, *points, cells, progress.callback()), meta, overwrite);
    seconds["knn"] = search.seconds();
  }
  seconds["total"] = read.seconds();
  progress.finish();
  print(run, meta, cells ? cells->cells.description() : index_spec(meta.knn), kept, seconds,
        warnings);
}

}  // namespace nearfold::cli
