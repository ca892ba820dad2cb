// nearfold plot: one map or several in, a picture out.
#include <algorithm>
#include <cmath>
#include <filesystem>
#include <memory>
#include <optional>

#include "cli/commands.hpp"
#include "cli/flags.hpp"
#include "cli/folder.hpp"
#include "cli/inputs.hpp"
#include "cli/map_metric.hpp"
#include "cli/picture_file.hpp"
#include "cli/picture_flags.hpp"
#include "cli/terminal.hpp"
#include "core/dims.hpp"
#include "io/io.hpp"
#include "method.hpp"
#include "nearfold/error.hpp"
#include "nearfold/model.hpp"
#include "nearfold/surface.hpp"

namespace nearfold::cli {
namespace {

struct PlotCommand {
  std::vector<std::string> inputs;
  ReadFlags reading;
  std::string output, graph;
  std::optional<int> columns;
  OutputMetric map_metric = OutputMetric::euclidean;
  PictureFlags picture;
  bool force = false;

  int columns_or_square() const;
  UsualPicture usual(std::int64_t dims) const;
  void check() const;
};

std::string stem(const std::string& path) {
  return for_terminal(std::filesystem::path(path).stem().string());
}

int PlotCommand::columns_or_square() const {
  return columns.value_or(static_cast<int>(std::ceil(std::sqrt(inputs.size()))));
}

UsualPicture PlotCommand::usual(std::int64_t dims) const {
  const int across = columns_or_square();
  const int down = (static_cast<int>(inputs.size()) - 1) / across + 1;
  constexpr int kOne = 1200, kOfSeveral = 600;  // pixels a side
  if (inputs.size() == 1)
    return {.title = stem(inputs[0]), .width = kOne, .height = picture.height_of_map(kOne, dims)};
  return {.width = kOfSeveral * across, .height = picture.height_of_map(kOfSeveral, dims) * down};
}

void PlotCommand::check() const {
  picture.check(output, !reading.labels.empty(), reading.has_values());
  if (columns && *columns < 1)
    throw InvalidParameter("--columns is " + std::to_string(*columns) + ", and must be >= 1");
  if (picture.edges && graph.empty())
    throw InvalidParameter("--edges draws the lines of a graph; give it with --knn");
  if (!picture.edges && !graph.empty())
    throw InvalidParameter("--knn is the graph whose lines --edges draws; give both, or neither");
  check_picture_path(output, picture.options(usual(2)));
  std::vector<std::string> read = inputs;
  read.insert(read.end(), {reading.labels, reading.values, graph, picture.hover_data});
  check_outputs({output}, read, force ? io::Overwrite::yes : io::Overwrite::no);
}

/// All maps are of the same points, which labels, values and a graph are of, too.
void check_rows(const std::vector<Matrix>& maps, const PlotCommand& o, std::int64_t labels,
                const Lines& lines) {
  for (std::size_t i = 0; i < maps.size(); ++i) {
    const std::int64_t n = maps[i].rows();
    const auto other = [&](std::int64_t count, const std::string& file, const char* what) {
      if (!file.empty() && count != n)
        throw InvalidInput("'" + file + "' has " + std::to_string(count) + what + ", and '" +
                           o.inputs[i] + "' " + std::to_string(n) + "; one a point is needed");
    };
    other(labels, o.reading.labels, " labels");
    other(lines.n, o.graph, " points");
    other(maps[0].rows(), o.reading.values, " values");
  }
}

void run(const PlotCommand& o) {
  o.check();
  std::vector<std::string> warnings;
  io::Labels labels;
  Lines lines;
  if (!o.graph.empty()) {
    const KnnGraph graph = io::read_graph(o.graph);
    lines = lines_of(graph, graph.k);
  }
  std::vector<Matrix> maps;
  std::int64_t dims = kMostDims;  // of all maps
  for (const std::string& input : o.inputs) {
    OutputMetric metric = o.map_metric;
    io::Table map;
    if (io::is_model(input)) {
      Model model = io::read_model(input);
      metric = output_metric_of(model.settings.method);
      map.points = std::move(model.map);
    } else {
      map = o.reading.read(input, Metric::inner_product, warnings);
    }
    if (map.points.cols() > kMostDims)
      throw InvalidInput("'" + input + "' has " + std::to_string(map.points.cols()) +
                         " columns, and a map has at most " + std::to_string(kMostDims) +
                         "; make one with nearfold embed");
    dims = std::min(dims, map.points.cols());
    if (metric != OutputMetric::euclidean) map.points = flattened(metric, map.points);
    o.picture.check_columns(map.points.cols());
    if (map.points.cols() > 3 && o.picture.map_columns.empty())
      warnings.push_back("'" + input + "' has " + std::to_string(map.points.cols()) +
                         " columns, and the first two are drawn: --map-columns picks others, and "
                         "nearfold embed makes a map of 2");
    maps.push_back(std::move(map.points));
    if (labels.ids.empty()) labels = std::move(map.labels);
  }
  labels = o.reading.read_labels(std::move(labels), maps[0].rows(), o.inputs[0], warnings);
  print_warnings(warnings, {});
  const std::vector<float> values = o.reading.read_values(maps[0].rows(), o.inputs[0]);
  check_rows(maps, o, std::ssize(labels.ids), lines);
  o.picture.check_labels(!labels.ids.empty());

  const std::vector<PageColumn> hover_data = o.picture.read_hover_data(maps[0].rows());
  Picture picture{
      .columns = o.columns_or_square(), .names = labels.names, .hover_data = hover_data};
  for (std::size_t i = 0; i < maps.size(); ++i) {
    picture.panels.push_back({.layout = maps[i],
                              .labels = labels.ids,
                              .values = values,
                              .title = maps.size() > 1 ? stem(o.inputs[i]) : "",
                              .lines = o.graph.empty() ? nullptr : &lines});
  }
  write_picture(o.output, picture, o.picture.options(o.usual(dims)),
                o.force ? io::Overwrite::yes : io::Overwrite::no);
}

}  // namespace

void add_plot(CLI::App& app) {
  CLI::App& command = subcommand(app, "plot", "Draw a map, or several side by side");
  const auto o = std::make_shared<PlotCommand>();
  texts(command, "input", o->inputs, "Maps, or models (.nfm)")->type_name(kFile)->required();
  file_path(command, "-o,--output", o->output,
            "Picture, or page of a map to explore (.html): " + picture_ends())
      ->required();
  text(command, "--array", o->reading.array, "The array of an .npz that holds the map");
  o->reading.add_labels(command);
  file_path(command, "--knn", o->graph, "Graph of the points, whose lines --edges draws");
  number(command, "--columns", o->columns, "Maps side by side; auto is about square");
  add_map_metric(command, "--map-metric", o->map_metric,
                 "Where the maps lie; those of models where these say. A sphere is drawn as two "
                 "hemispheres of equal area, a torus as the square of its angles, the "
                 "hyperboloid as Poincare's disc");
  o->picture.add(command);
  o->reading.add_colors(command);
  o->reading.add_table(command, /*with_columns=*/false);
  o->reading.add_label_column(command);
  flag(command, "--force", o->force, "Overwrite an existing file");
  on_parsed(command, [o] { run(*o); });
}

}  // namespace nearfold::cli
