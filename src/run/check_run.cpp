#include "run/check_run.hpp"

#include <cmath>
#include <limits>
#include <numeric>
#include <sstream>
#include <string>
#include <vector>

#include "core/parallel.hpp"
#include "nearfold/error.hpp"
#include "nearfold/plan.hpp"
#include "pipeline.hpp"

namespace nearfold {
namespace {

void require_columns(std::int64_t cols) {
  if (cols < 1) throw InvalidInput("points have no coordinates; at least 1 column is needed");
}

/// Values that no distance can be made of: how many, and where the first are.
struct BadValues {
  static constexpr std::size_t kNamed = 5;
  struct Place {
    std::int64_t row, col;
    float value;
  };
  std::int64_t count = 0;
  bool finite = false;  // any of them
  std::vector<Place> first = {};

  void add(std::int64_t row, std::int64_t col, float value) {
    ++count;
    finite = finite || std::isfinite(value);
    if (first.size() < kNamed) first.push_back({row, col, value});
  }
  BadValues operator+(const BadValues& next) const {
    BadValues sum = *this;
    for (const Place& place : next.first)
      if (sum.first.size() < kNamed) sum.first.push_back(place);
    sum.count += next.count;
    sum.finite = finite || next.finite;
    return sum;
  }
  std::string message() const {
    std::ostringstream text;
    const char* before = "";
    for (const Place& p : first) {
      text << before << "row " << p.row << ", column " << p.col << " is " << p.value;
      before = "; ";
    }
    if (count > static_cast<std::int64_t>(kNamed)) text << "; " << count << " such values in all";
    text << (finite ? "; values beyond 1e16 overflow distances: scale the data"
                    : "; remove such rows or fill in the values (--missing mean takes the mean of "
                      "the column for nan)");
    return text.str();
  }
};

}  // namespace

void throw_not_finite() {
  throw Error("the layout is no longer finite; use a smaller learning_rate");
}

void check_points(HostMatrix<const float> points, const Cpu& on) {
  check_shape(points.rows(), points.cols());
  check_values(points, on);
}

void check_shape(std::int64_t rows, std::int64_t cols) {
  if (rows < 2 || rows > std::numeric_limits<std::int32_t>::max())
    throw InvalidInput("there are " + std::to_string(rows) +
                       " points; between 2 and 2147483647 are needed");
  require_columns(cols);
}

void check_values(HostMatrix<const float> points, const Cpu& on) {
  require_columns(points.cols());
  const BadValues bad = parallel_sum(on.threads, points.rows(), kGrain, BadValues{},
                                     [&](std::int64_t begin, std::int64_t end) {
                                       BadValues found;
                                       for (std::int64_t i = begin; i < end; ++i)
                                         for (std::int64_t c = 0; c < points.cols(); ++c)
                                           if (!is_usable(points.row(i)[c]))
                                             found.add(i, c, points.row(i)[c]);
                                       return found;
                                     });
  if (bad.count > 0) throw InvalidInput(bad.message());
}

namespace {

void check_start(const ArrayInit& init, std::int64_t n, int dims) {
  const Matrix& start = init.start;
  if (start.rows() != n || start.cols() != dims)
    throw InvalidInput("the start is " + std::to_string(start.rows()) + " x " +
                       std::to_string(start.cols()) + "; " + std::to_string(n) + " x " +
                       std::to_string(dims) + " is needed");
  for (std::int64_t i = 0; i < n; ++i)
    for (int c = 0; c < dims; ++c)
      if (!std::isfinite(start.row(i)[c]))
        throw InvalidInput("row " + std::to_string(i) + " of the start is not finite");
}

void check_rows(const char* what, const Matrix& rows, std::int64_t n, int dims) {
  if (rows.rows() != n || rows.cols() != dims)
    throw InvalidInput(std::string("the checkpoint's ") + what + " is " +
                       std::to_string(rows.rows()) + " x " + std::to_string(rows.cols()) +
                       "; this run's is " + std::to_string(n) + " x " + std::to_string(dims));
  for (const float x : rows.values())
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
  PlannedPoints points{
      .n = source.n(), .dim = source.dim(), .counted = false, .has_graph = source.graph != nullptr};
  if (plan(points, settings).host_bytes() <= limit.bytes) return;
  if (!points.has_graph && source.points.rows() > 0)
    points.search_width = search_width(source.points, settings);
  require_memory(points, settings, limit);
}

}  // namespace

void check_source(const Source& source, const Init& init, const Settings& settings, const Cpu& on) {
  if (source.n() < 4)
    throw InvalidInput("there are " + std::to_string(source.n()) +
                       " points; a map needs at least 4");
  const bool has_points = source.has_points();
  if (source.graph) source.graph->validate();
  if (source.device_points.rows() > 0)
    check_points(source.device_points, std::get<Cuda>(settings.device));
  else if (has_points || !source.graph) {
    const Part part(0.8, 1);
    check_points(source.points, on);
  }
  if (source.graph && has_points && source.rows() != source.graph->n)
    throw InvalidInput("the graph has " + std::to_string(source.graph->n) +
                       " points and the data " + std::to_string(source.rows()) +
                       "; give the data the graph was made of");
  check_memory(source, settings);
  if (source.checkpoint) return check_checkpoint(*source.checkpoint, settings, source.n());
  if (std::holds_alternative<PcaInit>(init) && !has_points)
    throw InvalidInput(
        "a PCA start needs the points; give them with the graph, or use another init");
  if (const auto* array = std::get_if<ArrayInit>(&init))
    check_start(*array, source.n(), settings.dims);
}

namespace {

/// Columns that have the first row's value in every row. Most drop out within a few rows.
std::int64_t constant_columns(HostMatrix<const float> points) {
  std::vector<std::int64_t> columns(static_cast<std::size_t>(points.cols()));
  std::iota(columns.begin(), columns.end(), std::int64_t{0});
  for (std::int64_t i = 1; i < points.rows() && !columns.empty(); ++i)
    std::erase_if(columns, [&](std::int64_t c) { return points.row(i)[c] != points.row(0)[c]; });
  return std::ssize(columns);
}

}  // namespace

std::vector<std::string> data_warnings(const Source& source, const Settings& settings) {
  constexpr std::int64_t kMany = 4096;  // columns
  if (!source.has_points()) return {};
  const std::int64_t constant =
      source.device_points.rows() > 0
          ? constant_columns(source.device_points, std::get<Cuda>(settings.device))
          : constant_columns(source.points);
  std::vector<std::string> remarks;
  if (constant == source.dim())
    remarks.push_back("all points are equal: the map shows nothing");
  else if (constant > 0)
    remarks.push_back(std::to_string(constant) + " of " + std::to_string(source.dim()) +
                      " columns are constant: they tell no points apart");
  if (source.dim() > kMany)
    remarks.push_back(
        "the points have " + std::to_string(source.dim()) +
        " columns: 50 principal components of them often give the same map faster (--pca 50)");
  return remarks;
}

Init default_init(const Method& method, bool has_points) {
  if (std::holds_alternative<TsneParams>(method) && has_points) return PcaInit{};
  return SpectralInit{};
}

void describe_graph(const KnnGraphView& graph, RunInfo& info) {
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
