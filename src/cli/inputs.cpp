#include "cli/inputs.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <utility>

#include "cli/flags.hpp"
#include "cli/terminal.hpp"
#include "cli/wording.hpp"
#include "core/stopping.hpp"
#include "knn/metric_table.hpp"
#include "knn/same_points.hpp"
#include "model/prepare.hpp"
#include "nearfold/error.hpp"
#include "nearfold/pca.hpp"

namespace nearfold::cli {

namespace {

constexpr const char* kGroup = "Tables (.csv .tsv .txt, .gz too)";

CLI::Option* names(CLI::App& app, const std::string& flag, std::vector<std::string>& target,
                   const std::string& help) {
  return app.add_option(flag, target, help)
      ->allow_extra_args(false)
      ->type_name("NAME,...")
      ->group(kGroup);
}

io::Header header_named(const std::string& word) {
  if (word == "yes") return io::Header::yes;
  return word == "no" ? io::Header::no : io::Header::automatic;
}

io::Scaling scaling_named(const std::string& word) {
  if (word == "standard") return io::Scaling::standard;
  return word == "robust" ? io::Scaling::robust : io::Scaling::none;
}

}  // namespace

void ReadFlags::add_values(CLI::App& app) {
  text(app, "--array,--dataset", array,
       "The array of an .npz, or the dataset of HDF5 (X unless given), that holds the points");
  choice(app, "--missing", missing, {"error", "mean"},
         "Missing values (nan; in text also NA, ? or nothing): the mean of their column, or an "
         "error. Rows are never dropped: labels and graphs go by row");
}

void ReadFlags::add_table(CLI::App& app, bool with_columns) {
  choice(app, "--header", header, {"auto", "yes", "no"}, "Whether the first line names the columns")
      ->group(kGroup);
  if (with_columns)
    names(app, "--columns", columns, "Only these columns, by name or number from 0, as 0-3,7");
  names(app, "--drop", drop, "All columns but these");
  if (with_columns)
    names(app, "--one-hot", one_hot, "A column of 0 and 1 for each distinct text of these");
  text(app, "--label-column", label_column,
       "The column that holds the labels, of the file of labels where there is one")
      ->type_name("NAME")
      ->group(kGroup);
}

void ReadFlags::add_reading(CLI::App& app) {
  add_values(app);
  app.add_flag("--standardize{standard}", standardize,
               "Bring every column to mean 0 and standard deviation 1; =robust: median 0 and "
               "interquartile range 1")
      ->transform(one_of({"standard", "robust", "no"}))
      ->default_str("no");
  add_table(app);
}

void ReadFlags::add_labels(CLI::App& app) {
  text(app, "--labels", labels, "One label per point: .npy, IDX, text, or a column of a table");
}

io::TableOptions ReadFlags::table() const {
  return {.header = header_named(header),
          .columns = columns,
          .drop = drop,
          .one_hot = one_hot,
          .label_column = labels.empty() ? label_column : ""};
}

bool ReadFlags::as_is() const {
  return missing == "error" && array.empty() && standardize == "no" &&
         io::flags_of(table()).empty();
}

io::Table ReadFlags::read(const std::string& path, Metric metric,
                          std::vector<std::string>& warnings, Preparation* done) const {
  Preparation unasked;
  Preparation& how = done == nullptr ? unasked : *done;
  const bool fill = missing == "mean", scaled = standardize != "no";
  const io::Shift chosen;
  io::Table found =
      io::read_table(path, {array, fill ? io::Missing::nan : io::Missing::refuse, table()},
                     sees_shift(metric) && !scaled ? nullptr : &chosen);  // scales have a centre
  warnings.insert(warnings.end(), found.notes.begin(), found.notes.end());
  if (fill) how.means = io::column_means(found.points);
  const std::int64_t filled = fill ? replace_missing(found.points, how.means) : 0;
  if (filled > 0)
    warnings.push_back(std::to_string(filled) +
                       " missing values are now the means of their columns");
  io::Scales scales = io::scales_of(found.points, scaling_named(standardize));
  if (scaled) scale_columns(found.points, scales.centers, scales.spreads);
  how.centers = std::move(scales.centers);
  how.spreads = std::move(scales.spreads);
  how.offsets = found.offsets;
  if (scaled) found.offsets.clear();
  return found;
}

io::Labels ReadFlags::read_labels(io::Labels beside, std::int64_t n, const std::string& path,
                                  std::vector<std::string>& warnings) const {
  const bool from_file = !labels.empty();
  io::Labels found = from_file ? io::read_labels(labels, label_column) : std::move(beside);
  if (from_file || !found.ids.empty())
    io::fit_labels(found, n, from_file ? labels : path, warnings);
  return found;
}

CLI::Option* PointFlags::add_points(CLI::App& app) {
  add_reading(app);
  number(app, "--pca", pca, "Take this many principal components instead of the columns")
      ->default_str("no");
  return text(app, "input", points,
              "Points: .npy .npz .csv .tsv .txt (.gz) .h5 .h5ad .mtx IDX(.gz) .fvecs .bvecs .fbin; "
              "- is standard input");
}

io::Points PointFlags::read_points(const Cpu& on, Metric metric, std::vector<std::string>& warnings,
                                   const std::string& disk, io::Labels* beside,
                                   Preparation* done) const {
  if (pca) metric = Metric::euclidean;  // components are of centred columns
  auto file = disk.empty() ? std::nullopt : row_file();
  if (file && !sees_shift(metric)) file->choose_offsets();
  io::Table table;
  io::Points found;
  {
    const Part part(pca ? 0.5 : 1.0);
    if (!file) table = read(points, metric, warnings, done);
    if (beside != nullptr) *beside = std::move(table.labels);
    found = file ? io::Points::on_disk(*file, disk)
                 : io::Points(std::move(table.points), std::move(table.offsets));
  }
  if (file) file->warn(warnings);
  if (done != nullptr && file) done->offsets = found.offsets();
  if (!pca) return found;
  PcaAxes axes = pca_axes(found, *pca, on);
  Matrix scores = project(found, axes, on);
  if (done != nullptr) done->pca = std::move(axes);
  return scores;
}

void InputFlags::add_points_and_graph(CLI::App& app, Conditions& conditions) {
  const auto has_points = [this] {
    return unless(!points.empty() || graph.empty(),
                  "says how points are read, and there is only a graph; leave it out");
  };
  conditions.add(app, has_points, [&] { add_points(app); });
  text(app, "--knn", graph,
       "Neighbour graph, .npz, by `nearfold knn` or another program, used instead of a search");
  number(app, "--ids-from", ids_from, "The id of the first point in that graph: 0, or 1");
}

std::string InputFlags::name() const {
  if (points == "-") return "standard input";
  return for_terminal(std::filesystem::path(points.empty() ? graph : points).stem().string());
}

void InputFlags::check() const {
  if (points.empty() && graph.empty())
    throw InvalidParameter("there is nothing to embed; give a data file, or a graph with --knn");
  if (ids_from != 0 && ids_from != 1)
    throw InvalidParameter("--ids-from is " + std::to_string(ids_from) + ", and must be 0 or 1");
  if (ids_from != 0 && graph.empty())
    throw InvalidParameter("--ids-from is of a graph; give one with --knn, or leave it out");
  if ((points == "-") + (graph == "-") + (labels == "-") > 1)
    throw InvalidParameter("standard input (-) can be one file; name the others");
}

void Inputs::take_as_distances(std::int64_t k, std::uint64_t seed) {
  graph = graph_from_distances(points, k, seed);
  points = {};
}

void InputFlags::check_precomputed() const {
  if (points.empty() || !graph.empty())
    throw InvalidParameter(
        "--metric precomputed reads distances instead of points; give that matrix alone, without "
        "--knn");
  if (pca)
    throw InvalidParameter("--pca reduces points, and --metric precomputed has none; leave it out");
  if (standardize != "no")
    throw InvalidParameter(
        "--standardize scales points, and --metric precomputed has none; leave it out");
}

std::optional<io::RowFile> PointFlags::row_file() const {
  if (!as_is()) return {};
  return io::RowFile::open(points);
}

Reading PointFlags::reading() const {
  if (!points.empty()) io::require_table(points, table());
  return {.path = points, .array = array, .pca = pca, .in_blocks = as_is()};
}

Reading InputFlags::reading() const {
  Reading reading = PointFlags::reading();
  reading.has_graph = !graph.empty();
  return reading;
}

namespace {

/// A graph that does not say its metric is measured by the one that --metric says.
void require_metric_of(const Inputs& in, const MetricFlags& metric, const std::string& graph) {
  try {
    require_same_points(in.graph, in.points);
  } catch (const InvalidInput& error) {
    throw InvalidParameter("--metric is " + metric.metric + ", and '" + graph +
                           "' is not of these points by it: " + error.what() +
                           "; leave --metric out, or give that of the graph");
  }
}

}  // namespace

Inputs InputFlags::read(const Cpu& on, const MetricFlags& metric, const std::string& disk) const {
  Inputs in;
  io::Labels beside;
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
  if (!points.empty())
    in.points = read_points(on, compared, in.warnings, disk, &beside, &in.preparation);
  if (!points.empty() && !metric.precomputed()) warn_of_distances(in.points, in.warnings);
  if (!points.empty() && !meta.fingerprint.empty() &&
      meta.fingerprint != io::fingerprint(in.points))
    throw InvalidInput("'" + graph + "' was made from other points than '" + points +
                       (pca ? "' with --pca " + std::to_string(*pca) : "'") +
                       "; make it again, or give the graph alone");
  if (!known && metric.is_given() && in.graph.n > 0 && in.graph.n == in.points.rows())
    require_metric_of(in, metric, graph);
  in.labels = read_labels(std::move(beside), in.n(), points, in.warnings);
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
    std::fprintf(stderr, "warning: %s\n", in_flags(warning).c_str());
}

}  // namespace nearfold::cli
