// nearfold aligned: several data sets in a row, a map of each, related rows near each other.
#include "nearfold/aligned.hpp"

#include <cstdio>
#include <memory>
#include <utility>

#include "cli/aligned_files.hpp"
#include "cli/aligned_options.hpp"
#include "cli/aligned_pictures.hpp"
#include "cli/aligned_plan.hpp"
#include "cli/commands.hpp"
#include "cli/folder.hpp"
#include "cli/inputs.hpp"
#include "cli/json_text.hpp"
#include "cli/progress.hpp"
#include "cli/report.hpp"
#include "cli/terminal.hpp"
#include "core/stopping.hpp"
#include "nearfold/error.hpp"
#include "nearfold/nearfold.hpp"

namespace nearfold::cli {
namespace {

using Json = nlohmann::ordered_json;

/// Everything that is read.
struct Sets {
  std::vector<std::string> warnings;
  std::vector<io::Points> points;
  std::vector<KnnGraph> graphs;  // of distances that are given instead of points
  std::vector<KnnGraphView> views;
  std::vector<io::Labels> labels;
  std::vector<Relation> relations;

  std::vector<AlignedSet> all() const {
    std::vector<AlignedSet> out;
    for (std::size_t s = 0; s < points.size(); ++s)
      out.push_back(views.empty() ? AlignedSet{.points = points[s].view()}
                                  : AlignedSet{.graph = &views[s]});
    return out;
  }
};

Sets read_all(const AlignedCommand& o, const Settings& settings) {
  Sets sets;
  std::vector<std::int64_t> rows;
  for (std::size_t s = 0; s < o.inputs.size(); ++s) {
    const Part part(static_cast<double>(s + 1) / static_cast<double>(o.inputs.size()));
    PointFlags one = o.reading;
    one.points = o.inputs[s];
    if (!o.labels.empty()) one.labels = o.labels[s];
    io::Labels beside;
    sets.points.push_back(
        one.read_points(o.common.cpu(), settings.distance.metric, sets.warnings, "", &beside));
    rows.push_back(sets.points.back().rows());
    beside = one.read_labels(std::move(beside), rows.back(), one.points, sets.warnings);
    if (!beside.ids.empty()) sets.labels.push_back(std::move(beside));
    if (!o.index.precomputed()) continue;
    Inputs distances;
    distances.points = std::move(sets.points.back());
    distances.take_as_distances(neighbors_needed(settings.method, rows.back()), settings.seed);
    sets.graphs.push_back(std::move(distances.graph));
    sets.points.back() = {};
  }
  if (!sets.labels.empty() && sets.labels.size() != rows.size())
    throw InvalidInput("--label-column is in " + std::to_string(sets.labels.size()) + " of " +
                       std::to_string(rows.size()) + " sets; give labels of all, or of none");
  sets.views.assign(sets.graphs.begin(), sets.graphs.end());
  for (std::size_t r = 0; r + 1 < rows.size(); ++r)
    sets.relations.push_back(
        read_relation(o.relations[o.relations.size() == 1 ? 0 : r], rows[r], rows[r + 1]));
  return sets;
}

Json report_of(const AlignedCommand& o, const AlignedResult& result, const Settings& settings) {
  Json report = {{"version", version()},
                 {"status", result.finished() ? "finished" : "interrupted"},
                 {"alignment_regularisation", o.params.alignment_regularisation},
                 {"alignment_window_size", o.params.alignment_window_size},
                 {"sets", Json::array()},
                 {"related", Json::array()}};
  for (std::size_t s = 0; s < result.maps.size(); ++s) {
    Json set = {{"file", o.inputs[s]}};
    if (result.maps[s].layout.rows() > 0) set["map"] = o.map_file(s, result.finished());
    set.update(report_json(result.maps[s].info, settings));
    report["sets"].push_back(std::move(set));
  }
  for (const Relatedness& one : result.related)
    report["related"].push_back(
        {{"rows", one.rows}, {"similarity", one.similarity}, {"distance", one.distance}});
  return report;
}

void print(const AlignedCommand& o, const AlignedResult& result) {
  double seconds = 0;
  for (const Result& map : result.maps) seconds += map.info.total_seconds();
  std::fprintf(stderr, "%s%zu maps in '%s', made in %.2f s\n",
               result.finished() ? "" : "interrupted; ", result.maps.size(),
               for_terminal(o.output).c_str(), seconds);
  for (std::size_t r = 0; r < result.related.size(); ++r)
    std::fprintf(stderr,
                 "%s and %s: %lld related rows, %.3f apart (1: the maps' root mean square "
                 "distance from their centres), neighbours in common %.3f\n",
                 o.stem(r).c_str(), o.stem(r + 1).c_str(),
                 static_cast<long long>(result.related[r].rows), result.related[r].distance,
                 result.related[r].similarity);
}

void write_all(const AlignedCommand& o, AlignedResult&& result, const Sets& sets,
               const Settings& settings) {
  const io::Overwrite overwrite = o.common.overwrite();
  const std::string json = json_text(report_of(o, result, settings));
  const bool finished = result.finished();
  AlignedMaps maps;
  maps.labels = sets.labels;
  maps.relations = sets.relations;
  maps.names = share_names(maps.labels);
  for (std::size_t s = 0; s < result.maps.size(); ++s) {
    Matrix& map = result.maps[s].layout;
    if (map.rows() == 0) continue;
    io::write_npy(o.map_file(s, finished), map, finished ? overwrite : io::Overwrite::yes);
    maps.maps.push_back(std::move(map));
    maps.titles.push_back(o.stem(s));
  }
  io::write_file(o.output + "/report.json", json, finished ? overwrite : io::Overwrite::yes);
  if (o.common.json) std::fputs(json.c_str(), stdout);
  if (!finished) return;
  draw_aligned(o.picture_file(), maps, o.picture(), overwrite);
  if (o.frames == 0) return;
  draw_frames(o.output + "/frames", maps, o.frames, o.frame(), overwrite);
}

void run(const AlignedCommand& o) {
  o.check();
  const Settings settings = o.settings();
  if (o.budget.dry_run) return print_aligned_plan(o, settings);
  std::vector<std::string> written = {o.output + "/report.json", o.picture_file()};
  for (std::size_t s = 0; s < o.inputs.size(); ++s) written.push_back(o.map_file(s, true));
  std::vector<std::string> read = o.inputs;
  read.insert(read.end(), o.labels.begin(), o.labels.end());
  ProgressPrinter progress(o.common.progress, o.common.quiet);
  Sets sets;
  progress.run("read", [&] { sets = read_all(o, settings); });
  make_folder(o.output);
  check_outputs(written, read, o.common.overwrite());
  print_warnings(sets.warnings, o.common);
  const StopScope to_the_end({});
  const std::vector<AlignedSet> all = sets.all();
  AlignedResult result =
      embed_aligned(all, sets.relations, settings, o.params, progress.callback());
  progress.finish();
  std::vector<std::string> warnings;
  for (std::size_t s = 0; s < result.maps.size(); ++s)
    for (const std::string& text : result.maps[s].info.warnings)
      warnings.push_back(o.stem(s) + ": " + text);
  print_warnings(warnings, o.common);
  if (!o.common.quiet) print(o, result);
  write_all(o, std::move(result), sets, settings);
}

}  // namespace

void add_aligned(CLI::App& app) {
  CLI::App& command = subcommand(app, "aligned", "Make maps of several sets, related rows near");
  const auto o = std::make_shared<AlignedCommand>();
  o->add(command);
  on_run(command, o, run);
}

}  // namespace nearfold::cli
