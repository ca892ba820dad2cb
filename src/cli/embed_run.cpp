#include "cli/embed_run.hpp"

#include <chrono>
#include <cstdio>
#include <filesystem>
#include <span>
#include <utility>

#include "cli/folder.hpp"
#include "cli/json_text.hpp"
#include "cli/picture_file.hpp"
#include "cli/terminal.hpp"
#include "core/stopping.hpp"
#include "core/take_rows.hpp"
#include "io/io.hpp"
#include "io/row_output.hpp"
#include "method.hpp"
#include "nearfold/error.hpp"
#include "run/embedder_state.hpp"

namespace nearfold::cli {
namespace {

using Clock = std::chrono::steady_clock;
using Json = nlohmann::ordered_json;

double seconds_since(Clock::time_point began) {
  return std::chrono::duration<double>(Clock::now() - began).count();
}

/// The map in the folder for temporary files, where its own place has no room or is taken by now.
[[noreturn]] void rescue(const std::string& path, const Matrix& layout, const std::string& why) {
  namespace fs = std::filesystem;
  std::string place;
  try {
    place = fs::temp_directory_path() / fs::path(path).filename();
    io::write_rows(place, layout, io::Overwrite::no);
  } catch (const std::exception& error) {
    throw IoError(why + "; nor is there another place for the map: " + error.what());
  }
  throw IoError(why + "; the map is in '" + place + "'");
}

void write_map(const std::string& path, const Matrix& layout, io::Overwrite overwrite) {
  try {
    io::write_rows(path, layout, overwrite);
  } catch (const Error& error) {
    rescue(path, layout, error.what());
  }
}

}  // namespace

void EmbedOptions::check() const {
  inputs.check();
  inputs.check_mmap(inputs.points.empty() ? "there is only a graph"
                    : index.precomputed() ? "--metric precomputed reads distances"
                                          : "");
  keep.check();
  io::row_format_of(output);
  if (output == io::kStandardOutput && common.json)
    throw InvalidParameter("-o - and --json both write to standard output; name a file for one");
  picture.check(plot, !inputs.labels.empty(), inputs.has_values());
  picture.check_columns(method.dims);
  if (!plot.empty()) check_picture_path(plot, picture.options({}));
  if (!model.empty()) check_model();
  if (!radii.empty()) io::require_ending(radii, ".npy", "radii");
  if (method.unique) inputs.check_unique(index);
}

void EmbedOptions::check_model() const {
  io::require_ending(model, ".nfm", "models");
  if (inputs.points.empty())
    throw InvalidParameter(
        "--save-model compares new points with the old ones, and there is only a graph; give the "
        "points beside --knn");
  if (index.precomputed())
    throw InvalidParameter(
        "--save-model compares new points with the old ones, and --metric precomputed has only "
        "distances; leave one of them out");
  if (!inputs.one_hot.empty())
    throw InvalidParameter(
        "--one-hot makes a column for each text in a file, and other files have other texts; with "
        "--save-model leave it out, or encode the columns before");
}

Json EmbedOptions::made_from() const {
  Json made{{"version", version()},
            {"method", method.method},
            {"settings", settings_json(method.params())},
            {"n_components", method.dims},
            {"init", method.init},
            {"seed", common.seed},
            {"unique", method.unique},
            {"neighbors", index.json()},
            {"knn", inputs.graph.empty() ? "searched" : "given"},
            {"array", inputs.array},
            {"missing", inputs.missing},
            {"pca", or_auto(inputs.pca)}};
  if (!method.targets.files.empty()) made["targets"] = method.targets.json();
  return made;
}

EmbedRun::EmbedRun(const EmbedOptions& o, const Settings& settings, const Budget& budget)
    : o_(o), settings_(settings), budget_(budget), progress_(o.common.progress, o.common.quiet) {
  if (!o.keep.checkpoint.empty())
    folder_.emplace(o.keep.checkpoint, o.made_from(), o.keep.resume, o.common.overwrite());
}

void EmbedRun::run() {
  Result result;
  try {
    read();
    open_checkpoints();
    result = optimize();
  } catch (const Stopped&) {  // before there was anything to keep
    result.info.version = version();
  } catch (const Cancelled&) {  // within the search
    result.info.version = version();
  } catch (const DeviceFailure& error) {
    if (!folder_) throw;
    throw DeviceFailure(std::string(error.what()) +
                        "; the same command with --resume --device cpu continues from the last "
                        "checkpoint");
  }
  if (stage_.empty()) stage_ = progress_.phase();
  progress_.run(
      "write", [&] { write(result); }, /*stoppable=*/false);
  progress_.finish();
  if (!o_.common.quiet) tell(result);
}

void EmbedRun::read() {
  const auto began = Clock::now();
  progress_.run("read", [&] {
    in_ = o_.inputs.read(o_.common.cpu(), o_.index, budget_.disk_beside(o_.output),
                         /*takes_sparse=*/true, o_.keeps_type(settings_));
    if (o_.index.precomputed())
      in_.take_as_distances(neighbors_needed(settings_.method, in_.points.rows()), settings_.seed);
    o_.picture.check_labels(!in_.labels.ids.empty());
    values_ = o_.inputs.read_values(in_.n(), o_.inputs.points);
    hover_data_ = o_.picture.read_hover_data(in_.n());
    settings_.targets = o_.method.targets.read(in_.n(), in_.warnings);
  });
  settings_.memory_limit = budget_.left_beside(in_.as_input());
  read_ = seconds_since(began);
}

/// Where there are checkpoints, the graph is the first of them.
void EmbedRun::open_checkpoints() {
  if (!folder_) return;
  const std::string data =
      in_.has_points() ? in_.fingerprint()
                       : io::fingerprint({in_.graph.distances.data(), in_.graph.n, in_.graph.k});
  folder_->begin(data + fingerprint_of(settings_.targets));
  from_ = folder_->state();
  if (in_.graph.n > 0) return;
  if (auto kept = folder_->graph()) in_.graph = std::move(*kept);
}

/// The door of every run (run/embedder_state.hpp). Settings were validated, and a plan made where
/// the file has a header, before anything was read.
Embedder EmbedRun::begin() {
  Source source{
      .points = in_.as_input(), .validated = true, .planned = budget_.known() && !settings_.unique};
  const KnnGraphView given = in_.graph;
  const bool kept = !o_.model.empty() || !o_.radii.empty();
  if (given.n > 0) source.graph = &given;
  if (given.n > 0 && !kept) source.given_up = &in_.graph;
  if (from_) source.checkpoint = &*from_;
  const auto draw_later = [this](const KnnGraphView& graph) {
    lines_ = lines_of(graph, neighbors_needed(settings_.method, graph.n));
  };
  if (o_.picture.edges && given.n > 0) draw_later(given);
  if (folder_ || o_.picture.edges || kept)
    source.keep_graph = [this, draw_later, kept](const KnnGraph& graph) {
      if (kept) graph_ = graph;
      if (folder_) folder_->keep(graph, settings_.seed);
      if (o_.picture.edges) draw_later(graph);
    };
  auto state = Embedder::State::begin(source, settings_, progress_.callback());
  unique_ = state->unique;
  if (!unique_.of.empty()) join_firsts();
  return Embedder(std::move(state));
}

/// Lines between distinct rows become those between the first points of them.
void EmbedRun::join_firsts() {
  lines_.n = std::ssize(unique_.of);
  for (auto& pair : lines_.pairs)
    for (std::int32_t& id : pair)
      id = static_cast<std::int32_t>(unique_.rows[static_cast<std::size_t>(id)]);
}

/// The array that a run by landmarks begins with; a checkpoint has gone past it.
void EmbedRun::make_landmarks() {
  if (!o_.method.by_landmarks() || from_) return;
  if (!in_.has_points())
    throw InvalidParameter(
        "--init landmarks draws some of the points, and there is only a graph; give the points "
        "beside --knn, or use another init");
  const auto began = Clock::now();
  const Progress progress = progress_.callback();
  settings_.init = ArrayInit{in_.as_input().use_stored(
      [&](const auto& points) { return landmark_init(points, settings_, {}, progress); })};
  landmarks_ = seconds_since(began);
}

Result EmbedRun::optimize() {
  make_landmarks();
  Embedder run = begin();
  stage_ = progress_.phase();
  in_.points.check_unchanged();
  if (o_.model.empty()) {
    in_.points = {};
    in_.sparse.reset();
  }
  const StopScope to_the_end({});  // from here on there is something to keep
  const Progress progress = progress_.callback();
  Keeper keeper(o_.keep, folder_ ? &*folder_ : nullptr, map_columns(settings_));
  while (progress({Stage::optimize, run.iteration(), run.iterations()}) &&
         run.iteration() < run.iterations()) {
    run.advance(keeper.until_due(run.iteration(), run.block()));
    keeper.look(run);
  }
  Result result = run.result();
  if (result.layout.rows() > 0) {
    iteration_ = run.iteration();
    total_ = run.iterations();
  }
  if (result.layout.rows() > 0 && !result.info.finished) keeper.stop(run);
  auto& warnings = result.info.warnings;
  warnings.insert(warnings.begin(), in_.warnings.begin(), in_.warnings.end());
  if (budget_.on_disk()) warnings.push_back(budget_.why_on_disk());
  warnings.insert(warnings.end(), keeper.warnings().begin(), keeper.warnings().end());
  return result;
}

void EmbedRun::write(Result& result) {
  const auto began = Clock::now();
  const bool partial = !result.info.finished, any = result.layout.rows() > 0;
  const io::Overwrite overwrite = partial ? io::Overwrite::yes : o_.common.overwrite();
  if (any) {
    const std::string map = partial ? partial_of(o_.output) : o_.output;
    write_map(map, result.layout, overwrite);
    saved_.emplace_back("map", map);
  }
  if (any && !partial && !o_.model.empty()) {
    const KnnGraph& graph = in_.graph.n > 0 ? in_.graph : graph_;
    Model model = in_.as_input().use(
        [&](const auto& points) { return make_model(points, graph, result.layout, settings_); });
    model.preparation = std::move(in_.preparation);
    io::write_model(o_.model, model, overwrite);
    saved_.emplace_back("model", o_.model);
  }
  if (any && !partial && !o_.radii.empty()) {
    write_radii(result.layout, overwrite);
    saved_.emplace_back("radii", o_.radii);
  }
  if (any && !o_.plot.empty()) {
    const std::string plot = partial ? partial_of(o_.plot) : o_.plot;
    draw(result, plot, overwrite);
    saved_.emplace_back("picture", plot);
  }
  auto& seconds = result.info.seconds;
  if (landmarks_ > 0) {
    seconds.insert(seconds.begin(), {"landmarks", landmarks_});
    result.info.init = "landmarks";
  }
  seconds.insert(seconds.begin(), {"read", read_});
  seconds.emplace_back("write", seconds_since(began));
  write_report(result.info);
  if (!o_.report.empty()) saved_.emplace_back("report", o_.report);
  if (folder_ && !partial) folder_->remove();
}

void EmbedRun::write_radii(const Matrix& layout, io::Overwrite overwrite) const {
  const auto& params = std::get<UmapParams>(settings_.method);
  const Cpu on = o_.common.cpu();
  const bool shared = !unique_.of.empty();
  const Matrix map = shared ? take_rows(layout, unique_.rows) : layout;
  const KnnGraph in_map =
      find_neighbors(map, neighbors_needed(params, map.rows()), FlatKnn{}, on, settings_.seed);
  const std::vector<float> of_points =
      local_radii(in_.graph.n > 0 ? in_.graph : graph_, params, on);
  const std::vector<float> of_map = local_radii(in_map, params, on);
  Matrix both(layout.rows(), 2);
  for (std::int64_t i = 0; i < both.rows(); ++i) {
    const auto row = static_cast<std::size_t>(i);
    const auto at = shared ? static_cast<std::size_t>(unique_.of[row]) : row;
    both.row(i)[0] = of_points[at];
    both.row(i)[1] = of_map[at];
  }
  io::write_npy(o_.radii, both, overwrite);
}

void EmbedRun::draw(const Result& result, const std::string& path, io::Overwrite overwrite) const {
  const int width = UsualPicture{}.width;
  const Matrix drawn = flattened(output_metric_of(settings_.method), result.layout);
  const UsualPicture usual{.title = o_.inputs.name(),
                           .subtitle = subtitle(result.info, settings_),
                           .width = width,
                           .height = o_.picture.height_of_map(width, result.layout.cols())};
  const bool by_value = !values_.empty();
  const Picture picture{
      .panels = {{.layout = drawn,
                  .labels = by_value ? std::span<const std::int32_t>() : std::span(in_.labels.ids),
                  .values = values_,
                  .lines = o_.picture.edges ? &lines_ : nullptr}},
      .names = in_.labels.names,
      .hover_data = hover_data_};
  write_picture(path, picture, o_.picture.options(usual), overwrite);
}

void EmbedRun::tell(const Result& result) const {
  std::string text;
  if (!result.info.finished) text = how_it_ended() + "\n";
  text += result.layout.rows() > 0 ? summary(result.info, saved_) : aligned(saved_);
  std::fputs(for_terminal(text).c_str(), stderr);
}

/// "interrupted at iteration 380 of 750; map so far in 'y.partial.npy'; ..."
std::string EmbedRun::how_it_ended() const {
  std::string text = total_ > 0 ? "interrupted at iteration " + std::to_string(iteration_) +
                                      " of " + std::to_string(total_)
                                : "interrupted in stage " + stage_ + ", before there was a map";
  for (const auto& [what, path] : saved_)
    if (what != "report") text.append("; ").append(what).append(" so far in '").append(path) += "'";
  return text + (folder_ ? "; the same command with --resume continues from here"
                         : "; with --checkpoint FOLDER a run can be resumed (--resume)");
}

void EmbedRun::write_report(const RunInfo& info) const {
  Json json = report_json(info, settings_);
  if (budget_.known()) json["planned_bytes"] = budget_.bytes();
  if (from_) json["resumed_at"] = from_->iteration;
  const std::string report = json_text(json);
  if (!o_.report.empty()) io::write_file(o_.report, report, o_.common.overwrite());
  if (o_.common.json) std::fputs(report.c_str(), stdout);
}

}  // namespace nearfold::cli
