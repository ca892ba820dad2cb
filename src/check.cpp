#include "check.hpp"

#include <cmath>
#include <limits>
#include <string>

#include "nearfold/error.hpp"
#include "nearfold/plan.hpp"
#include "parallel.hpp"
#include "pipeline.hpp"

namespace nearfold {

void check_points(HostMatrix<const float> points, const Cpu& on) {
  if (points.rows < 2 || points.rows > std::numeric_limits<std::int32_t>::max())
    throw InvalidInput("there are " + std::to_string(points.rows) +
                       " points; between 2 and 2147483647 are needed");
  check_values(points, on);
}

void check_values(HostMatrix<const float> points, const Cpu& on) {
  if (points.cols < 1)
    throw InvalidInput("points have no coordinates; at least 1 column is needed");
  constexpr float kLargest = 1e16f;  // its square times any sensible dim is still a float
  parallel_for(on.threads, points.rows, kGrain, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i)
      for (std::int64_t c = 0; c < points.cols; ++c) {
        const float x = points.row(i)[c];
        if (std::abs(x) <= kLargest) continue;
        throw InvalidInput("row " + std::to_string(i) + ", column " + std::to_string(c) + " is " +
                           std::to_string(x) +
                           (std::isfinite(x)
                                ? "; values beyond 1e16 overflow distances: scale the data"
                                : "; remove or fill in such rows first"));
      }
  });
}

namespace {

void check_start(const ArrayInit& init, std::int64_t n, int dims) {
  const Matrix& start = init.start;
  if (start.rows != n || start.cols != dims)
    throw InvalidInput("the start is " + std::to_string(start.rows) + " x " +
                       std::to_string(start.cols) + "; " + std::to_string(n) + " x " +
                       std::to_string(dims) + " is needed");
  for (std::int64_t i = 0; i < n; ++i)
    for (int c = 0; c < dims; ++c)
      if (!std::isfinite(start.row(i)[c]))
        throw InvalidInput("row " + std::to_string(i) + " of the start is not finite");
}

void check_rows(const char* what, const Matrix& rows, std::int64_t n, int dims) {
  if (rows.rows != n || rows.cols != dims)
    throw InvalidInput(std::string("the checkpoint's ") + what + " is " +
                       std::to_string(rows.rows) + " x " + std::to_string(rows.cols) +
                       "; this run's is " + std::to_string(n) + " x " + std::to_string(dims));
  for (const float x : rows.values)
    if (!std::isfinite(x))
      throw InvalidInput(std::string("the checkpoint's ") + what + " is not finite");
}

void check_checkpoint(const Checkpoint& from, const Settings& settings, std::int64_t n) {
  const int most = iterations_of(settings.method, n);
  if (from.iterations < 1 || from.iterations > most || from.iteration < 0 ||
      from.iteration > from.iterations)
    throw InvalidInput("the checkpoint is of iteration " + std::to_string(from.iteration) + " of " +
                       std::to_string(from.iterations) + "; this run has " + std::to_string(most));
  check_rows("layout", from.layout, n, settings.dims);
  const auto* tsne = std::get_if<TsneParams>(&settings.method);
  if (tsne == nullptr) return;
  if (from.early_iterations < 0 || from.early_iterations > tsne->early_exaggeration_iter)
    throw InvalidInput("the checkpoint has " + std::to_string(from.early_iterations) +
                       " iterations of early exaggeration; this run has " +
                       std::to_string(tsne->early_exaggeration_iter));
  check_rows("update", from.update, n, settings.dims);
  check_rows("gains", from.gains, n, settings.dims);
}

/// The points are there by now; what is asked for is all else. Where the widest of search rows
/// would not fit, those of a sample are looked at.
void check_memory(const Source& source, const Settings& settings) {
  const MemoryLimit limit = settings.memory_limit
                                ? MemoryLimit{*settings.memory_limit, "the limit given"}
                                : available_memory();
  PlannedPoints points{.n = source.n(),
                       .dim = source.points.cols,
                       .counted = false,
                       .has_graph = source.graph != nullptr};
  if (plan(points, settings).host_bytes() <= limit.bytes) return;
  if (!points.has_graph) points.search_width = search_width(source.points, settings);
  require_memory(points, settings, limit);
}

}  // namespace

void check_source(const Source& source, const Init& init, const Settings& settings, const Cpu& on) {
  if (source.n() < 4)
    throw InvalidInput("there are " + std::to_string(source.n()) +
                       " points; a map needs at least 4");
  const bool has_points = source.points.rows > 0;
  if (source.graph) source.graph->validate();
  if (has_points || !source.graph) check_points(source.points, on);
  if (source.graph && has_points && source.points.rows != source.graph->n)
    throw InvalidInput("the graph has " + std::to_string(source.graph->n) +
                       " points and the data " + std::to_string(source.points.rows) +
                       "; give the data the graph was made of");
  check_memory(source, settings);
  if (source.from) return check_checkpoint(*source.from, settings, source.n());
  if (std::holds_alternative<PcaInit>(init) && !has_points)
    throw InvalidInput(
        "a PCA start needs the points; give them with the graph, or use another init");
  if (const auto* array = std::get_if<ArrayInit>(&init))
    check_start(*array, source.n(), settings.dims);
}

Init default_init(const Method& method, HostMatrix<const float> points) {
  if (std::holds_alternative<TsneParams>(method) && points.rows > 0) return PcaInit{};
  return SpectralInit{};
}

void describe_graph(const KnnGraph& graph, RunInfo& info) {
  info.k = graph.k;
  info.metric = graph.metric;
  info.index = graph.index;
  info.recall = graph.recall;
}

void require_usable(const Device& device) {
  if (const auto* gpu = std::get_if<Cuda>(&device)) require_device(*gpu);
}

const Cpu& require_cpu(const Device& device) {
  require_usable(device);
  if (const auto* cpu = std::get_if<Cpu>(&device)) return *cpu;
  throw Unsupported("this is done on the processor alone; use device cpu");
}

}  // namespace nearfold
