#include "run/check_run.hpp"

#include <cmath>
#include <cstdio>
#include <iomanip>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include "core/check_points.hpp"
#include "core/check_sparse.hpp"
#include "core/device.hpp"
#include "core/stopping.hpp"
#include "init/array_shape.hpp"
#include "init/surface_init.hpp"
#include "knn/same_points.hpp"
#include "knn/sparse_graph.hpp"
#include "method.hpp"
#include "nearfold/error.hpp"
#include "nearfold/plan.hpp"
#include "stages.hpp"

namespace nearfold {
namespace {

std::optional<InitWidth> width_of(const Settings& settings, std::int64_t n) {
  return std::visit([n](const auto& p) { return init_width(p, n); }, settings.method);
}

std::string shortest(double value) {
  std::ostringstream text;
  text << std::setprecision(3) << value;
  return text.str();
}

void check_start(const ArrayInit& init, std::int64_t n, const Settings& settings) {
  const Matrix& start = init.start;
  const int dims = map_columns(settings);
  require_init_shape(init, n, dims);
  for (std::int64_t i = 0; i < n; ++i)
    for (int c = 0; c < dims; ++c)
      if (!std::isfinite(start.row(i)[c]))
        throw InvalidInput("row " + std::to_string(i) + " of the init array is not finite");
  const ArrayShape shape = shape_of(start);
  if (shape.one_place)
    throw InvalidInput(
        "all rows of the init array are equal, and no force moves points apart that are at one "
        "place; give them places of their own, or use another init");
  if (const auto* umap = std::get_if<UmapParams>(&settings.method)) check_places(*umap, start);
  const std::optional<InitWidth> limit = width_of(settings, n);
  if (limit && shape.width > limit->most)
    throw InvalidInput("the init array has a standard deviation of " + shortest(shape.width) +
                       ", and points so far apart hardly act on each other: " + std::to_string(n) +
                       " points may begin with " + shortest(limit->most) +
                       " at most; scale the array, to " + shortest(limit->usual) + " as usual");
}

void check_checkpoint(const Checkpoint& from, const Settings& settings, std::int64_t n) {
  const int most = iterations_of(settings.method, n);
  if (from.iterations < 1 || from.iterations > most || from.iteration < 0 ||
      from.iteration > from.iterations)
    throw InvalidInput("the checkpoint is of iteration " + std::to_string(from.iteration) + " of " +
                       std::to_string(from.iterations) + "; this run has " + std::to_string(most));
  check_rows("layout", from.layout, n, map_columns(settings));
  std::visit([&](const auto& p) { check_state(p, from, n, settings.dims); }, settings.method);
}

/// The points are there by now; what is asked for is all else. Where the widest of search rows
/// would not fit, those of a sample are looked at.
void check_memory(const Source& source, const Settings& settings) {
  const MemoryLimit limit = settings.memory_limit
                                ? MemoryLimit{*settings.memory_limit, "the limit given"}
                                : available_memory();
  PlannedPoints points{.n = source.n(),
                       .dim = source.points.cols(),
                       .counted = false,
                       .has_graph = source.graph != nullptr,
                       .stored = source.points.sparse ? source.points.sparse->stored() : -1};
  if (plan(points, settings).host_bytes() <= limit.bytes) return;
  if (!points.has_graph && source.points.host.rows() > 0)
    points.search_width = search_width(source.points.host, settings);
  require_memory(points, settings, limit);
}

/// Where the rows of an array lie that is flat.
std::string flat_place(int dims) {
  switch (dims) {
    case 1:
      return "at one place but for rounding";
    case 2:
      return "on a line";
    case 3:
      return "on a plane";
    default:
      return "in fewer than its " + std::to_string(dims) + " dimensions";
  }
}

/// What is odd about an initialization that is given.
std::vector<std::string> init_warnings(const Source& source, const Settings& settings) {
  const auto* array = settings.init ? std::get_if<ArrayInit>(&*settings.init) : nullptr;
  if (array == nullptr || source.checkpoint) return {};
  const ArrayShape shape = shape_of(array->start);
  const std::optional<InitWidth> limit = width_of(settings, source.n());
  std::vector<std::string> warnings;
  if (shape.flat)
    warnings.push_back("the init array lies " + flat_place(map_columns(settings)) +
                       ", which forces never leave: it was jittered by 1 % of its width");
  if (limit && shape.width > limit->warned)
    warnings.push_back("the init array has a standard deviation of " + shortest(shape.width) +
                       ": from more than " + shortest(limit->warned) + " (usual is " +
                       shortest(limit->usual) + ") neighbours that begin far apart may never meet");
  return warnings;
}

/// What Settings::unique cannot be of.
void require_rows_to_compare(const Source& source) {
  if (source.points.on_device())
    throw Unsupported(
        "unique compares rows in the memory of the host, and the points are in that of a GPU; give "
        "them there, or their distinct rows without unique");
  if (!source.points.any())
    throw InvalidInput(
        "unique is of equal rows of points, and there is a graph alone; give the points beside it, "
        "or leave unique out");
}

std::int64_t constant_columns_of(const InputPoints& points, const Device& device) {
  if (points.sparse) return constant_columns(*points.sparse);
  return points.on_device() ? constant_columns(points.device, std::get<Cuda>(device))
                            : constant_columns(points.host);
}

}  // namespace

void require_init_shape(const ArrayInit& init, std::int64_t n, int dims) {
  if (init.start.rows() == n && init.start.cols() == dims) return;
  throw InvalidInput("the init array is " + std::to_string(init.start.rows()) + " x " +
                     std::to_string(init.start.cols()) + "; " + std::to_string(n) + " x " +
                     std::to_string(dims) + " is needed");
}

std::string why_not_on_gpu(const Settings& settings) {
  return std::visit([&](const auto& p) { return why_on_cpu(p, settings.dims); }, settings.method);
}

void admit(const Source& source, const Settings& settings) {
  if (!source.validated) validate(settings);
  if (source.points.sparse && std::holds_alternative<Cuda>(settings.device))
    throw Unsupported(
        "sparse points are mapped on the processor alone; use device cpu, or give "
        "them dense, as scores of pca()");
  require_taken(source.points.host, settings.device);
  if (std::holds_alternative<Cuda>(settings.device) && settings.dims != 2 && settings.dims != 3)
    throw Unsupported("a GPU makes maps of 2 or 3 dimensions, and n_components is " +
                      std::to_string(settings.dims) + "; use device cpu");
  if (const std::string why = why_not_on_gpu(settings);
      std::holds_alternative<Cuda>(settings.device) && !why.empty())
    throw Unsupported(why + "; use device cpu");
  if (settings.unique) require_rows_to_compare(source);
  require_usable(settings.device);
}

void check_source(const Source& source, const Init& init, const Settings& settings, const Cpu& on) {
  require_points_for_map(source.n());
  if (source.graph) source.graph->validate();
  if (source.points.on_device())
    check_points(source.points.device, std::get<Cuda>(settings.device));
  else if (source.points.sparse)
    check_points(*source.points.sparse);
  else if (source.points.any() || !source.graph) {
    const Part part(0.8, 1);
    check_points(source.points.host, on);
  }
  if (source.graph && source.points.any() && source.points.rows() != source.graph->n)
    throw InvalidInput("the graph has " + std::to_string(source.graph->n) +
                       " points and the data " + std::to_string(source.points.rows()) +
                       "; give the data the graph was made of");
  if (source.graph && source.points.host.rows() > 0)
    require_same_points(*source.graph, source.points.host);
  if (source.graph && source.points.sparse)
    require_same_points(*source.graph, *source.points.sparse);
  if (const std::string why =
          std::visit([](const auto& p) { return why_points(p); }, settings.method);
      !why.empty() && !source.points.any())
    throw InvalidInput(why);
  if (const auto* umap = std::get_if<UmapParams>(&settings.method))
    check_targets(settings.targets, source.n(), umap->n_neighbors);
  if (!source.planned) check_memory(source, settings);
  if (source.checkpoint) return check_checkpoint(*source.checkpoint, settings, source.n());
  if (std::holds_alternative<PcaInit>(init) && !source.points.any())
    throw InvalidInput(
        "a PCA initialization needs the points; give them with the graph, or use another init");
  if (const auto* array = std::get_if<ArrayInit>(&init)) check_start(*array, source.n(), settings);
}

std::vector<std::string> data_warnings(const Source& source, const Settings& settings) {
  constexpr std::int64_t kMany = 4096;  // columns
  constexpr std::int64_t kFew = 50;     // components
  constexpr std::int64_t kWide = 100;   // columns, and components, of methods that begin with them
  std::vector<std::string> warnings = init_warnings(source, settings);
  if (!source.points.any()) return warnings;
  const std::int64_t constant = constant_columns_of(source.points, settings.device);
  if (constant == source.points.cols())
    warnings.push_back("all points are equal: the map shows nothing");
  else if (constant > 0)
    warnings.push_back(std::to_string(constant) + " of " + std::to_string(source.points.cols()) +
                       " columns are constant: they tell no points apart");
  if (source.points.sparse) return warnings;  // searches begin with axes by themselves
  if (const std::string text =
          std::visit([](const auto& p) { return wide_warning(p); }, settings.method);
      source.points.cols() > kWide && source.n() >= kWide && !text.empty())
    warnings.push_back("the points have " + std::to_string(source.points.cols()) +
                       " columns: " + text);
  else if (source.points.cols() > kMany && source.n() >= kFew)
    warnings.push_back("the points have " + std::to_string(source.points.cols()) +
                       " columns: 50 principal components of them often give the same map faster "
                       "(pca(points, 50))");
  return warnings;
}

std::vector<std::string> graph_warnings(const KnnGraphView& graph) {
  const auto many = [&](const std::optional<std::int64_t>& rows) {
    return rows && *rows > 0 && 100 * *rows >= graph.n;
  };
  const auto of_all = [&](std::int64_t rows) {
    return std::to_string(rows) + " of " + std::to_string(graph.n) + " points";
  };
  std::vector<std::string> warnings;
  if (many(graph.duplicates))
    warnings.push_back(of_all(*graph.duplicates) + " are duplicates of earlier ones");
  if (many(graph.tied_rows))
    warnings.push_back(of_all(*graph.tied_rows) +
                       " have ties at the distance of the last of their " +
                       std::to_string(graph.k) +
                       " neighbours: the seed picks which of the tied points to keep, so groups "
                       "that a map shows there may be chance");
  return warnings;
}

std::vector<std::string> recall_warnings(const std::optional<Recall>& recall,
                                         const KnnParams& asked) {
  const std::optional<double> target = sparse_target(asked);
  if (!target || !recall || recall->mean >= *target) return {};
  char text[160];
  std::snprintf(text, sizeof text,
                "the recall of the neighbours is %.3f, and %.3g was asked for: use index nndescent "
                "or flat, or ask for less",
                recall->mean, *target);
  return {text};
}

std::vector<std::string> edge_warnings(const std::vector<std::int64_t>& offsets) {
  const std::size_t n = offsets.size() - 1;
  std::int64_t alone = 0;
  for (std::size_t i = 0; i < n; ++i) alone += offsets[i + 1] == offsets[i] ? 1 : 0;
  if (alone == 0) return {};
  return {std::to_string(alone) + " of " + std::to_string(n) +
          " points have no edge, and lie where the others push them"};
}

}  // namespace nearfold
