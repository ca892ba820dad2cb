#include "cli/inputs.hpp"

#include <cstdio>
#include <filesystem>
#include <utility>

#include "cli/flags.hpp"
#include "cli/terminal.hpp"
#include "cli/wording.hpp"
#include "core/stopping.hpp"
#include "nearfold/error.hpp"
#include "nearfold/pca.hpp"

namespace nearfold::cli {

void ReadFlags::add_reading(CLI::App& app) {
  text(app, "--array", array, "The array of an .npz that holds the points");
  choice(app, "--missing", missing, {"error", "mean"},
         "Missing values (nan; in text also NA or nothing): the mean of their column, or an error. "
         "Rows are never dropped: labels and graphs go by row");
}

Matrix ReadFlags::read(const std::string& path, std::vector<std::string>& warnings) const {
  const bool fill = missing == "mean";
  Matrix points =
      io::read_matrix(path, {array, fill ? io::Missing::nan : io::Missing::refuse}, &warnings);
  const std::int64_t filled = fill ? io::fill_missing(points) : 0;
  if (filled > 0)
    warnings.push_back(std::to_string(filled) +
                       " missing values are now the means of their columns");
  return points;
}

CLI::Option* PointFlags::add_points(CLI::App& app) {
  add_reading(app);
  number(app, "--pca", pca, "Take this many principal components instead of the columns")
      ->default_str("no");
  return text(app, "input", points, "Points: .npy .npz .csv .tsv IDX(.gz) .fvecs .bvecs .fbin");
}

io::Points PointFlags::read_points(const Cpu& on, std::vector<std::string>& warnings,
                                   const std::string& disk) const {
  auto file = disk.empty() ? std::nullopt : row_file();
  io::Points found;
  {
    const Part part(pca ? 0.5 : 1.0);
    found = file ? io::Points::on_disk(*file, disk) : io::Points(read(points, warnings));
  }
  if (file) file->warn(warnings);
  return pca ? nearfold::pca(found, *pca, on) : std::move(found);
}

void InputFlags::add_points_and_graph(CLI::App& app, Conditions& conditions) {
  const auto has_points = [this] {
    return unless(!points.empty() || graph.empty(),
                  "says how points are read, and there is only a graph; leave it out");
  };
  conditions.add(app, has_points, [&] { add_points(app); });
  text(app, "--knn", graph, "Neighbour graph made by `nearfold knn`, used instead of a search");
}

void InputFlags::add_labels(CLI::App& app) {
  text(app, "--labels", labels, "One label per point");
}

std::string InputFlags::name() const {
  return for_terminal(std::filesystem::path(points.empty() ? graph : points).stem().string());
}

void InputFlags::check() const {
  if (points.empty() && graph.empty())
    throw InvalidParameter("there is nothing to embed; give a data file, or a graph with --knn");
}

std::optional<io::RowFile> PointFlags::row_file() const {
  if (missing == "mean" || !array.empty()) return {};
  return io::RowFile::open(points);
}

Reading PointFlags::reading() const {
  return {.path = points, .array = array, .pca = pca, .in_blocks = missing != "mean"};
}

Reading InputFlags::reading() const {
  Reading reading = PointFlags::reading();
  reading.has_graph = !graph.empty();
  return reading;
}

Inputs InputFlags::read(const Cpu& on, const MetricFlags& metric, const std::string& disk) const {
  Inputs in;
  if (!labels.empty()) in.labels = io::read_labels(labels);
  io::GraphMeta meta;
  if (!graph.empty()) in.graph = io::read_graph(graph, &meta);
  const bool known = !meta.version.empty();  // graphs of other programs do not say their metric
  if (!graph.empty() && !known && metric.is_given())
    throw InvalidParameter("--metric chooses a search, and '" + graph +
                           "' is there instead, which does not say its metric; leave --metric out");
  if (known && metric.is_given() && in.graph.metric != nearfold::name(metric.distance().metric))
    throw InvalidParameter("--metric is " + metric.metric + ", and '" + graph + "' was made by " +
                           in.graph.metric + "; leave --metric out, or make the graph again");
  if (!points.empty()) in.points = read_points(on, in.warnings, disk);
  if (!points.empty() && !meta.fingerprint.empty() &&
      meta.fingerprint != io::fingerprint(in.points))
    throw InvalidInput("'" + graph + "' was made from other points than '" + points +
                       (pca ? "' with --pca " + std::to_string(*pca) : "'") +
                       "; make it again, or give the graph alone");
  if (!labels.empty() && static_cast<std::int64_t>(in.labels.ids.size()) != in.n())
    throw InvalidInput("'" + labels + "' has " + std::to_string(in.labels.ids.size()) +
                       " labels for " + std::to_string(in.n()) + " points; one a point is needed");
  return in;
}

void print_warnings(const std::vector<std::string>& warnings, const Common& common) {
  if (common.quiet) return;
  for (const std::string& warning : warnings)
    std::fprintf(stderr, "warning: %s\n", in_flags(warning).c_str());
}

}  // namespace nearfold::cli
