// nearfold grid: one graph, every combination of two parameters; a map for each, and one picture.
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <limits>
#include <memory>
#include <utility>

#include "cli/commands.hpp"
#include "cli/flags.hpp"
#include "cli/folder.hpp"
#include "cli/grid_account.hpp"
#include "cli/grid_folder.hpp"
#include "cli/inputs.hpp"
#include "cli/json_text.hpp"
#include "cli/method_flags.hpp"
#include "cli/picture_file.hpp"
#include "cli/picture_flags.hpp"
#include "cli/progress.hpp"
#include "cli/report.hpp"
#include "cli/terminal.hpp"
#include "cli/vary.hpp"
#include "core/stopping.hpp"
#include "core/taken_rows.hpp"
#include "method.hpp"
#include "nearfold/error.hpp"
#include "nearfold/nearfold.hpp"

namespace nearfold::cli {
namespace {

using Json = GridFolder::Json;
using Clock = std::chrono::steady_clock;

constexpr int kGridMap = 420;  // pixels of one map and its gap

struct GridCommand {
  Conditions conditions;
  Common common;
  IndexFlags index;
  InputFlags inputs;
  BudgetFlags budget;
  MethodFlags method;
  OneOfEach<GridFlags, Method> axes;
  SharedAxes shared_axes;
  LookFlags look;
  std::string output, plot;
  Varying varied;
  bool time_recomputing = false;

  PlotOptions picture(const GridAxis& rows, const GridAxis& columns) const;
};

/// The rows and columns that vary where --vary does not say what does.
MethodGrid usual_grid(const GridCommand& o) {
  return std::visit(
      [&]<class Params>(const Params&) {
        const auto& axes = std::get<GridFlags<Params>>(o.axes);
        return MethodGrid{{}, axes.rows(o.shared_axes), axes.columns()};
      },
      o.method.params());
}

/// All that the bytes of the maps depend on, but for the axes.
Json made_from(const GridCommand& o, const Inputs& in, const Settings& s, const MethodGrid& grid) {
  Json out = {{"version", version()},      {"seed", s.seed},
              {"method", o.method.method}, {"settings", settings_json(s.method)},
              {"n_components", s.dims},    {"init", o.method.init}};
  if (!s.targets.empty()) {
    out["targets"] = o.method.targets.json();
    out["target_entries"] = fingerprint_of(s.targets);
  }
  for (const auto& [name, value] : grid.fixed) out["fixed"][name] = value;
  if (s.unique) out["unique"] = true;
  if (s.init)
    if (const auto* start = std::get_if<ArrayInit>(&*s.init))
      out["start"] = io::fingerprint(start->start);
  if (in.has_points()) out["points"] = in.fingerprint();
  if (in.graph.n > 0) {
    const KnnGraph& g = in.graph;
    out["graph"] = io::fingerprint({g.distances.data(), g.n, g.k});
  } else {
    out["index"] = o.index.json();
  }
  return out;
}

/// What a graph is made of by --unique; nothing without.
std::optional<TakenRows> distinct_rows(const Inputs& in, const Settings& s, const Cpu& on) {
  if (!s.unique) return {};
  const InputPoints all = in.as_input();
  return TakenRows(all, all.use([&](const auto& rows) { return unique_rows(rows, on).rows; }));
}

std::string fingerprint_of_points(const InputPoints& points) {
  return points.use([](const auto& some) { return io::fingerprint(some); });
}

/// The graph: given, or of the run before, or made now of `points` and kept for the next.
KnnGraph graph_for(Inputs& in, const InputPoints& points, int k, const Settings& s,
                   GridFolder& folder, ProgressPrinter& progress) {
  if (in.graph.n > 0) return std::move(in.graph);
  const std::string file = folder.file("graph.npz"), data = fingerprint_of_points(points);
  if (folder.resumed() && std::filesystem::exists(file)) {
    io::GraphMeta meta;
    KnnGraph graph = io::read_graph(file, &meta);
    if (meta.fingerprint == data && graph.k == k) return graph;
  }
  KnnGraph graph = points.use([&](const auto& some) {
    return find_neighbors(some, k, s.knn, s.device, s.seed, s.distance, progress.callback());
  });
  io::write_graph(file, graph, {io::GraphFormat::nearfold, s.seed, data, version()},
                  io::Overwrite::yes);
  folder.manifest()["graph"]["seconds"] = graph.seconds();
  return graph;
}

void describe(const KnnGraph& graph, Json& out) {
  out["k"] = graph.k;
  out["metric"] = graph.metric;
  out["index"] = graph.index;
  if (graph.recall) out["recall"] = recall_json(*graph.recall);
}

/// Makes the maps that are missing, those of the same edges one after the other. False when the
/// caller stopped it.
bool make_maps(const KnnGraph& graph, const Inputs& in, const std::vector<Method>& methods,
               const Settings& s, GridFolder& folder, ProgressPrinter& progress) {
  std::vector<std::size_t> cell;
  for (std::size_t m = 0; m < methods.size(); ++m)
    if (!folder.has(m)) cell.push_back(m);
  std::stable_sort(
      cell.begin(), cell.end(),
      [edges = edges_of(methods)](std::size_t a, std::size_t b) { return edges[a] < edges[b]; });
  std::vector<Method> missing;
  missing.reserve(cell.size());
  for (const std::size_t m : cell) missing.push_back(methods[m]);
  std::size_t at = 0;
  const auto tell = [&](const ProgressInfo& info) {
    const std::string map =
        "map " + std::to_string(cell[at] + 1) + "/" + std::to_string(methods.size());
    const bool optimizes = info.stage == Stage::optimize;
    progress.update(optimizes ? map : map + ", " + name(info.stage), info.done, info.total);
    return stop_signal() == 0;
  };
  const auto keep = [&](std::size_t m, Result&& result) {
    folder.keep(cell[m], std::move(result));
    at = std::min(m + 1, cell.size() - 1);
  };
  return in.as_input().use([&](const auto& points) {
    return embed_grid(graph, points, missing, s, keep, tell);
  }) == missing.size();
}

PlotOptions GridCommand::picture(const GridAxis& rows, const GridAxis& columns) const {
  const int across = static_cast<int>(columns.values.size());
  const int wide = look.width.value_or(kGridMap * across + 100);
  const int high =
      look.height_of_map(wide, method.dims) * static_cast<int>(rows.values.size()) / across;
  return look.options({.title = std::string(method.title()) + " of " + inputs.name() + ", " +
                                std::to_string(rows.values.size() * columns.values.size()) +
                                " settings, one graph",
                       .width = wide,
                       .height = high});
}

void draw_all(const GridCommand& o, const std::vector<Method>& methods, const Inputs& in,
              const GridFolder& folder) {
  Picture picture;
  std::vector<Matrix> drawn;
  const GridAxis &rows = folder.rows(), &columns = folder.columns();
  picture.columns = static_cast<int>(columns.values.size());
  picture.names = in.labels.names;
  for (std::size_t r = 0; r < rows.values.size(); ++r) picture.row_titles.push_back(rows.label(r));
  for (std::size_t c = 0; c < columns.values.size(); ++c)
    picture.column_titles.push_back(columns.label(c));
  for (std::size_t m = 0; m < folder.cells(); ++m)
    drawn.push_back(flattened(output_metric_of(methods[m]), folder.map(m)));
  for (const Matrix& map : drawn)
    picture.panels.push_back({.layout = map, .labels = in.labels.ids});
  const PlotOptions look = o.picture(rows, columns);
  if (o.plot.empty())
    write_picture(folder.file("grid.png"), picture, look, io::Overwrite::yes);
  else
    write_picture(o.plot, picture, look, o.common.overwrite());
}

void print(const Json& account, const GridFolder& folder, double total) {
  const double together = account["together"], apart = account["one_by_one"];
  std::fprintf(
      stderr,
      "%zu maps in '%s' in %.1f s: graph %.1f, optimisation %.1f, weights and initialization %.1f\n"
      "one by one, each with its own graph, weights and initialization: %s%.1f s, %.1f times as "
      "long\n",
      folder.cells(), for_terminal(folder.file("")).c_str(), total, account["graph"].get<double>(),
      account["optimize"].get<double>(),
      together - account["graph"].get<double>() - account["optimize"].get<double>(),
      account["searches_timed"].get<bool>() ? "" : "at most ", apart, apart / together);
}

/// The map that needs most memory: that of most neighbours.
Settings largest_of(const std::vector<Method>& methods, Settings settings) {
  settings.method =
      *std::max_element(methods.begin(), methods.end(), [](const Method& a, const Method& b) {
        const std::int64_t many = std::numeric_limits<std::int32_t>::max();
        return neighbors_needed(a, many) < neighbors_needed(b, many);
      });
  return settings;
}

void run(const GridCommand& o) {
  const Clock::time_point began = Clock::now();
  o.inputs.check();
  if (o.method.unique) o.inputs.check_unique(o.index);
  o.look.check(o.plot.empty() ? "grid.png" : o.plot);
  const MethodGrid grid = grid_of(o.method, usual_grid(o), o.varied);
  const std::vector<Method>& methods = grid.methods;
  check_picture_path(o.plot.empty() ? "grid.png" : o.plot, o.picture(grid.rows, grid.columns));
  check_outputs({o.plot}, {o.inputs.points, o.inputs.labels}, o.common.overwrite());
  if (o.time_recomputing && (o.inputs.points.empty() || o.index.precomputed()))
    throw InvalidParameter("--time-recomputing searches for neighbours; give the points");
  Settings settings = o.method.settings(o.common, o.index.params(), o.index.distance());
  for (const Method& method : methods) {
    Settings one = settings;
    one.method = method;
    validate(one);
  }
  Reading reading = o.inputs.reading();
  reading.sparse = !o.index.precomputed();
  const Budget budget(o.budget, reading, largest_of(methods, settings));
  if (o.budget.dry_run) return budget.print(o.common.json);
  budget.require();
  ProgressPrinter progress(o.common.progress, o.common.quiet);
  Inputs in;
  progress.run("read", [&] {
    in = o.inputs.read(o.common.cpu(), o.index, budget.disk_beside(o.output),
                       /*takes_sparse=*/true);
  });
  o.look.check_labels(!in.labels.ids.empty());
  o.look.check_columns(o.method.dims);
  settings.targets = o.method.targets.read(in.n(), in.warnings);
  print_warnings(in.warnings, o.common);
  const std::optional<TakenRows> distinct = distinct_rows(in, settings, o.common.cpu());
  const InputPoints searched = distinct ? distinct->points() : in.as_input();
  const int k = neighbors_needed(methods, distinct ? searched.rows() : in.n());
  if (o.index.precomputed()) in.take_as_distances(k, settings.seed);
  GridFolder folder(o.output, grid.rows, grid.columns, made_from(o, in, settings, grid),
                    o.common.overwrite());
  const KnnGraph graph = graph_for(in, searched, k, settings, folder, progress);
  describe(graph, folder.manifest()["graph"]);
  const StopScope to_the_end({});
  const bool finished = make_maps(graph, in, methods, settings, folder, progress);
  folder.manifest()["status"] = finished ? "finished" : "interrupted";
  if (finished) {
    progress.run(
        "plot", [&] { draw_all(o, methods, in, folder); }, /*stoppable=*/false);
    folder.manifest()["seconds"] =
        account(methods, searched, settings, folder.manifest(), o.time_recomputing);
  }
  folder.save();
  progress.finish();
  if (o.common.json) std::fputs(json_text(folder.manifest()).c_str(), stdout);
  if (o.common.quiet) return;
  if (finished)
    print(folder.manifest()["seconds"], folder,
          std::chrono::duration<double>(Clock::now() - began).count());
  else
    std::fprintf(
        stderr, "interrupted at map %zu of %zu; maps so far in '%s'; the same command goes on\n",
        folder.manifest()["cells"].size() + 1, folder.cells(), for_terminal(o.output).c_str());
}

}  // namespace

void add_grid(CLI::App& app) {
  CLI::App& command = subcommand(app, "grid", "Make a map for every combination of settings");
  const auto o = std::make_shared<GridCommand>();
  o->method.method = "umap";
  GridCommand& g = *o;
  o->inputs.add_points_and_graph(command, g.conditions);
  o->inputs.add_labels(command);
  folder_path(command, "-o,--output", o->output,
              "Folder: a map for each cell, manifest.json, grid.png")
      ->required();
  file_path(command, "--plot", o->plot, "Picture instead of grid.png, " + picture_ends());
  g.conditions.add(
      command,
      [&g] {
        return g.method.is_another({UmapParams{}, PacmapParams{}, LocalmapParams{}});
      },
      [&] {
        numbers(command, "--n-neighbors", g.shared_axes.n_neighbors,
                "Rows: 5,15,50 of umap, 5,10,20 of pacmap and localmap")
            ->group("Grid");
      });
  const auto add_axes = [&]<class Params>(const Params& params) {
    g.conditions.add(
        command, [&g, &params] { return g.method.is_another(params); },
        [&] { std::get<GridFlags<Params>>(g.axes).add(command); });
  };
  std::apply([&](const auto&... params) { (add_axes(params), ...); }, g.method.params_of_each);
  texts(command, "--vary", g.varied.axes,
        "Columns of any parameter instead, as spread=0.5,1,2; given twice: rows and columns")
      ->type_name("NAME=VALUE,...")
      ->allow_extra_args(false)
      ->group("Grid");
  g.varied.is_given = [&command](const std::string& name) {
    return flag_named(command, name).count() > 0;
  };
  flag(command, "--time-recomputing", o->time_recomputing,
       "Also time the searches that the shared graph saved");
  o->look.add(command);
  o->index.add(command, g.conditions, [&g] {
    const bool made = !g.inputs.graph.empty() && !g.time_recomputing;
    return made ? "--knn" : "";
  });
  o->budget.add(command);
  o->common.add(command, g.conditions);
  o->method.add(command, g.conditions, Varied::grid);
  o->method.add_targets(command, g.conditions);
  o->method.add_unique(command);
  on_run(command, o, run);
}

}  // namespace nearfold::cli
