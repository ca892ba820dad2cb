#include "cli/inputs.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <utility>

#include "cli/flags.hpp"
#include "cli/terminal.hpp"
#include "knn/metric_table.hpp"
#include "nearfold/error.hpp"
#include "nearfold/pca.hpp"

namespace nearfold::cli {

void ReadFlags::add_reading(CLI::App& app) {
  text(app, "--array,--dataset", array,
       "The array of an .npz, or the dataset of HDF5 (X unless given), that holds the points");
  choice(app, "--missing", missing, {"error", "mean"},
         "Missing values (nan; in text also NA or nothing): the mean of their column, or an error. "
         "Rows are never dropped: labels and graphs go by row");
}

io::Points ReadFlags::read(const std::string& path, Metric metric,
                           std::vector<std::string>& warnings) const {
  const bool fill = missing == "mean";
  io::Shift shift;
  Matrix points = io::read_matrix(path, {array, fill ? io::Missing::nan : io::Missing::refuse},
                                  &warnings, sees_shift(metric) ? nullptr : &shift);
  const std::int64_t filled = fill ? io::fill_missing(points) : 0;
  if (filled > 0)
    warnings.push_back(std::to_string(filled) +
                       " missing values are now the means of their columns");
  return {std::move(points), std::move(shift.offsets)};
}

CLI::Option* PointFlags::add_points(CLI::App& app) {
  add_reading(app);
  number(app, "--pca", pca, "Take this many principal components instead of the columns")
      ->default_str("no");
  return text(app, "input", points,
              "Points: .npy .npz .csv .tsv .h5 .h5ad .mtx IDX(.gz) .fvecs .bvecs .fbin");
}

io::Points PointFlags::read_points(const Cpu& on, Metric metric, std::vector<std::string>& warnings,
                                   const std::string& disk) const {
  if (pca) metric = Metric::euclidean;  // components are of centred columns
  auto file = disk.empty() ? std::nullopt : row_file();
  if (file && !sees_shift(metric)) file->choose_offsets();
  io::Points found = file ? io::Points::on_disk(*file, disk) : read(points, metric, warnings);
  if (file) file->warn(warnings);
  return pca ? nearfold::pca(found, *pca, on) : std::move(found);
}

void InputFlags::add_graph(CLI::App& app) {
  text(app, "--knn", graph,
       "Neighbour graph, .npz, by `nearfold knn` or another program, used instead of a search");
  number(app, "--ids-from", ids_from, "The id of the first point in that graph: 0, or 1");
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
  if (ids_from != 0 && ids_from != 1)
    throw InvalidParameter("--ids-from is " + std::to_string(ids_from) + ", and must be 0 or 1");
  if (ids_from != 0 && graph.empty())
    throw InvalidParameter("--ids-from is of a graph; give one with --knn, or leave it out");
  if (points.empty() && pca)
    throw InvalidParameter("--pca reduces points, and there is only a graph; leave it out");
}

void Inputs::take_as_distances(std::int64_t k) {
  graph = graph_from_distances(points, k);
  points = {};
}

void InputFlags::check_precomputed() const {
  if (points.empty() || !graph.empty())
    throw InvalidParameter(
        "--metric precomputed reads distances instead of points; give that matrix alone, without "
        "--knn");
  if (pca)
    throw InvalidParameter("--pca reduces points, and --metric precomputed has none; leave it out");
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
  if (!graph.empty()) in.graph = io::read_graph(graph, &meta, ids_from);
  const bool known = !meta.version.empty();  // graphs of other programs do not say their metric
  if (!known && metric.is_given()) in.graph.metric = nearfold::name(metric.distance().metric);
  if (known && metric.is_given() && in.graph.metric != nearfold::name(metric.distance().metric))
    throw InvalidParameter("--metric is " + metric.metric + ", and '" + graph + "' was made by " +
                           in.graph.metric + "; leave --metric out, or make the graph again");
  // Read as they were for the graph, or its fingerprint is of others.
  Metric compared = metric.distance().metric;
  for (const Metric of_graph : all_metrics())
    if (known && in.graph.metric == nearfold::name(of_graph)) compared = of_graph;
  if (metric.precomputed()) compared = Metric::inner_product;  // distances are read as they are
  if (metric.precomputed()) check_precomputed();
  if (!points.empty()) in.points = read_points(on, compared, in.warnings, disk);
  if (!points.empty() && !metric.precomputed()) warn_of_distances(in.points, in.warnings);
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

void warn_of_distances(const io::Points& points, std::vector<std::string>& warnings) {
  if (points.rows() != points.cols() || points.rows() < 4) return;
  const auto at = [&](std::int64_t i, std::int64_t j) {  // as it was in the file, but for rounding
    const auto column = static_cast<std::size_t>(j);
    const double offset = points.offsets().empty() ? 0 : points.offsets()[column];
    return static_cast<double>(points.view().row(i)[j]) + offset;
  };
  double rounding = 0;
  for (std::int64_t j = 0; j < points.cols(); ++j) rounding = std::max(rounding, 1e-5 * at(0, j));
  if (rounding == 0) return;
  for (std::int64_t i = 0; i < points.rows(); ++i)
    for (std::int64_t j = 0; j <= i; ++j) {
      const double there = at(i, j), from_zero = i == j ? std::fabs(there) : 0;
      if (there < -rounding || from_zero > rounding || !(std::fabs(there - at(j, i)) <= rounding))
        return;
    }
  warnings.push_back(
      "the " + std::to_string(points.rows()) + " points of " + std::to_string(points.cols()) +
      " columns are a symmetric matrix with a zero diagonal, as the distances between all points "
      "are: if they are, give --metric precomputed");
}

void print_warnings(const std::vector<std::string>& warnings, const Common& common) {
  if (common.quiet) return;
  for (const std::string& warning : warnings)
    std::fprintf(stderr, "warning: %s\n", warning.c_str());
}

}  // namespace nearfold::cli
