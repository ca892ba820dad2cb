#include "cli/inputs.hpp"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <utility>

#include "cli/flags.hpp"
#include "cli/square_matrix.hpp"
#include "cli/terminal.hpp"
#include "cli/wording.hpp"
#include "core/stopping.hpp"
#include "knn/metric_table.hpp"
#include "knn/same_points.hpp"
#include "nearfold/error.hpp"
#include "nearfold/pca.hpp"

namespace nearfold::cli {

Flag PointFlags::add_points(CLI::App& app) {
  add_label_column(app);
  return add_points_alone(app);
}

Flag PointFlags::add_points_alone(CLI::App& app) {
  add_reading(app);
  number(app, "--pca", pca, "Reduce the points to this many principal components first")
      ->default_str("no");
  return file_path(
      app, "input", points,
      "Points: .npy .npz .csv .tsv .txt (.gz) .h5 .h5ad .mtx IDX(.gz) .fvecs .bvecs .fbin; "
      "- is standard input");
}

void PointFlags::add_mmap(CLI::App& app) {
  flag(app, "--mmap", mapped,
       "Read the points from their file while they are searched, and keep none in memory: .npy in "
       "C order (float32, float16, int8, uint8), .fbin, .u8bin, .i8bin, IDX")
      ->group("Memory");
}

void PointFlags::check_mmap(const std::string& with) const {
  if (!mapped) return;
  if (!with.empty())
    throw InvalidParameter("--mmap maps a file of points, and " + with + "; leave --mmap out");
  if (!as_is())
    throw InvalidParameter(
        "--mmap takes points as they are in their file; leave --missing, --array, --standardize "
        "and flags of columns out, or make a file that needs none, with nearfold convert");
}

io::Points PointFlags::map_points(bool keep_type) const {
  auto found = io::Points::mapped(points);
  if (!found)
    throw InvalidParameter(
        "'" + points +
        "' cannot be mapped: --mmap takes .npy in C order of float32, float16, int8 and uint8, "
        ".fbin, .u8bin, .i8bin and IDX of bytes that is not packed; make one with nearfold "
        "convert, or leave --mmap out");
  if (!keep_type && found->stored().is_narrow())
    throw InvalidParameter("--mmap maps " + std::string(nearfold::name(found->stored().type())) +
                           ", and what is asked for holds float32 of all points (a GPU, "
                           "--save-model, --save-cells); leave --mmap out");
  return *std::move(found);
}

io::Points PointFlags::read_points(const Cpu& on, Metric metric, std::vector<std::string>& warnings,
                                   const std::string& disk, io::Labels* beside, Preparation* done,
                                   bool keep_type) const {
  if (pca) metric = Metric::euclidean;  // components are of centred columns
  auto file = disk.empty() ? std::nullopt : row_file();
  if (file && !sees_shift(metric)) file->choose_offsets();
  io::Table table;
  io::Points found;
  {
    const Part part(pca ? 0.5 : 1.0);
    std::optional<io::Points> stored;
    if (mapped)
      stored = map_points(keep_type);
    else if (keep_type && !file && as_is())
      stored = io::Points::narrow(points);
    if (!file && !stored) table = read(points, metric, warnings, done);
    if (beside != nullptr) *beside = std::move(table.labels);
    found = stored ? *std::move(stored)
            : file ? io::Points::on_disk(*file, disk)
                   : io::Points(std::move(table.points), std::move(table.offsets));
  }
  if (file) file->warn(warnings);
  if (done != nullptr && file) done->offsets = found.offsets();
  if (!pca) return found;
  PcaAxes axes = pca_axes(found.stored(), *pca, on);
  Matrix scores = project(found.stored(), axes, on);
  if (done != nullptr) done->pca = std::move(axes);
  return scores;
}

std::optional<SparseMatrix> PointFlags::read_sparse() const {
  if (points.empty()) return {};
  if (as_is()) return io::read_sparse(points);
  if (array.empty() && io::format_of_file(points) == "npz" && io::describe_sparse(points))
    throw InvalidParameter("'" + points +
                           "' is a sparse matrix, which is read as it is; leave flags of columns, "
                           "--missing and --standardize out, or give the points dense");
  return {};
}

void InputFlags::add_points_and_graph(CLI::App& app, Conditions& conditions) {
  const auto has_points = [this] {
    return unless(!points.empty() || graph.empty(),
                  "says how points are read, and there is only a graph; leave it out");
  };
  const auto has_column = [this] {
    return unless(!points.empty() || !labels.empty() || graph.empty(),
                  "names a column of the points or of --labels, and there is only a graph; give "
                  "one of them, or leave it out");
  };
  conditions.add(app, has_points, [&] { add_points_alone(app); });
  conditions.add(app, has_column, [&] { add_label_column(app); });
  file_path(app, "--knn", graph,
            "Neighbour graph (.npz) of `nearfold knn` or another program, instead of a search");
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
  if (!value_column.empty() && values.empty() && points.empty())
    throw InvalidParameter(
        "--value-column names a column of the points or of --values, and there is only a graph; "
        "give one of them");
  if ((points == "-") + (graph == "-") + (labels == "-") + (values == "-") > 1)
    throw InvalidParameter("standard input (-) can be one file; name the others");
}

void Inputs::take_as_distances(std::int64_t k, std::uint64_t seed) {
  if (square_of(points) == Square::triangle)
    throw InvalidInput(
        "the matrix of distances is a triangle, with zeros on its other side: save both, as d + "
        "d.T");
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

void InputFlags::check_unique(const MetricFlags& metric) const {
  if (metric.precomputed())
    throw InvalidParameter(
        "--unique compares rows of points, and --metric precomputed has distances alone; leave one "
        "of them out");
  if (!graph.empty())
    throw InvalidParameter(
        "--unique makes the graph of the distinct rows, and --knn is of all points; leave one of "
        "them out");
}

std::optional<io::RowFile> PointFlags::row_file() const {
  if (!as_is()) return {};
  return io::RowFile::open(points);
}

Reading PointFlags::reading() const {
  if (!points.empty()) io::require_table(points, table());
  return {.path = points, .array = array, .pca = pca, .in_blocks = as_is(), .mapped = mapped};
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
    if (in.sparse)
      require_same_points(in.graph, in.sparse->view());
    else
      require_same_points(in.graph, in.points.stored());
  } catch (const InvalidInput& error) {
    throw InvalidParameter("--metric is " + metric.metric + ", and '" + graph +
                           "' is not of these points by it: " + error.what() +
                           "; leave --metric out, or give that of the graph");
  }
}

}  // namespace

Inputs InputFlags::read(const Cpu& on, const MetricFlags& metric, const std::string& disk,
                        bool takes_sparse, bool keep_type) const {
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
  if (takes_sparse && !metric.precomputed()) in.sparse = read_sparse();
  if (in.sparse && pca) {
    in.preparation.pca = pca_axes(in.sparse->view(), *pca, on);
    in.points = project(in.sparse->view(), in.preparation.pca, on);
    in.sparse.reset();
  } else if (!points.empty() && !in.sparse) {
    in.points = read_points(on, compared, in.warnings, disk, &beside, &in.preparation,
                            keep_type && !metric.precomputed());
  }
  if (!points.empty() && !in.sparse && !metric.precomputed())
    warn_of_distances(in.points, in.warnings);
  if (!points.empty() && !meta.fingerprint.empty() && meta.fingerprint != in.fingerprint())
    throw InvalidInput("'" + graph + "' was made from other points than '" + points +
                       (pca ? "' with --pca " + std::to_string(*pca) : "'") +
                       "; make it again, or give the graph alone");
  if (!known && metric.is_given() && in.graph.n > 0 && in.has_points() &&
      in.graph.n == in.as_input().rows())
    require_metric_of(in, metric, graph);
  in.labels = read_labels(std::move(beside), in.n(), points, in.warnings);
  return in;
}

void warn_of_distances(const io::Points& points, std::vector<std::string>& warnings) {
  const std::string what = "the " + std::to_string(points.rows()) + " points of " +
                           std::to_string(points.cols()) + " columns are a ";
  switch (square_of(points)) {
    case Square::other:
      return;
    case Square::distances:
      return warnings.push_back(what +
                                "symmetric matrix with a zero diagonal, as the distances between "
                                "all points are: if they are, give --metric precomputed");
    case Square::similarities:
      return warnings.push_back(what +
                                "symmetric matrix with its largest values on the diagonal, as "
                                "correlations and similarities s of all points are: if they are, "
                                "give the distances 1 - s, with --metric precomputed");
    case Square::triangle:
      return warnings.push_back(what +
                                "triangle with a zero diagonal, as the distances d between all "
                                "points may be: if they are, give d + d.T, with --metric "
                                "precomputed");
  }
}

void print_warnings(const std::vector<std::string>& warnings, const Common& common) {
  if (common.quiet) return;
  for (const std::string& warning : warnings)
    std::fprintf(stderr, "warning: %s\n", in_flags(warning).c_str());
}

}  // namespace nearfold::cli
