// The plan of a run: how many bytes each stage holds per point, and what that comes to. The counts
// are those of the arrays that the stages make (knn/projected_rows.hpp, weights/weights.cpp, ...),
// checked against measured peaks (tests/plan/plan_test.cpp, docs/memory.md).
#include "nearfold/plan.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "core/device.hpp"
#include "core/device_memory.hpp"
#include "core/parallel.hpp"
#include "core/take_rows.hpp"
#include "knn/cost.hpp"
#include "knn/exact.hpp"
#include "knn/metric.hpp"
#include "knn/projected_rows.hpp"
#include "knn/search_memory.hpp"
#include "method.hpp"
#include "nearfold/error.hpp"
#include "plan/needs.hpp"
#include "stages.hpp"

namespace nearfold {
namespace {

constexpr double kEntriesPerNeighbor = 1.55;    // of the symmetric graph; 1 to 2, by the data
constexpr double kProgram = 15e6;               // code, libraries, their buffers
constexpr std::int64_t kSampleRows = 4096;      // that axes are found of, and width looked up of
constexpr double kSample = 12.0 * kSampleRows;  // bytes per column: what finds the principal axes
constexpr double kPad = 16;                     // columns of short rows come in so many
constexpr double kProjectedFrom = 128;          // columns, from which axes are looked for

// ---- knn ----------------------------------------------------------------------------------------

cost::Sizes sizes_of(const Counts& c, bool products) {
  return {c.n, c.dim, c.width, c.k, products, c.width >= c.dim};
}

/// Rows while they are put into order; then those of the filter, and the answer.
Need search_need(const FlatKnn&, const Counts& c, const cost::Sizes& s) {
  return {std::max(8 * c.width, 4 * c.width + 8 * c.k) + 40, 0, cost::flat_seconds(s)};
}
/// Rows, those of the filter, those in panels by cell, and the answer.
Need search_need(const IvfKnn& p, const Counts& c, const cost::Sizes& s) {
  constexpr int kUsualProbes = 14;
  const double nlist = p.nlist.value_or(static_cast<int>(2 * std::sqrt(std::min(c.n, 1e18))));
  // FAISS copies what it trains on, and pins a buffer.
  const double faiss = 4 * c.dim * std::min(c.n, static_cast<double>(kFaissRowsOfCell) * nlist) +
                       static_cast<double>(kFaissPinned);
  return {12 * c.width + 8 * c.k + 40, p.faiss ? faiss : 0,
          cost::ivf_seconds(s, nlist, p.nprobe.value_or(kUsualProbes))};
}
/// An inverted file and a look at neighbours of neighbours; other methods need less.
Need search_need(const AutoKnn&, const Counts& c, const cost::Sizes& s) {
  Need need = search_need(IvfKnn{}, c, s);
  need.bytes_per_point += 9 * c.k + 270;
  return need;
}
Need search_need(const HnswKnn& p, const Counts& c, const cost::Sizes& s) {
  return {8 * c.width + 8 * c.k + 9.0 * p.M + 60, 0, cost::hnsw_seconds(s)};
}
Need search_need(const NnDescentKnn& p, const Counts& c, const cost::Sizes& s) {
  return {8 * c.width + 10 * c.k + 14.0 * p.max_candidates + 10, 0, cost::nndescent_seconds(s)};
}

/// Columns that a metric adds to a copy of the points; nothing where it takes them as they are.
double copied_columns(const Settings& settings, double dim) {
  switch (row_of(settings.distance.metric).points) {
    case PointsAs::given:
      return 0;
    case PointsAs::directions:
    case PointsAs::centred_directions:
      return dim + 1;
    case PointsAs::one_length:
      return 2 * dim + 2;
    case PointsAs::scaled:
    case PointsAs::whitened:
      return dim;
    case PointsAs::share_roots:
      return dim + 1;
    case PointsAs::places:
      return 3;
    case PointsAs::bits:
    case PointsAs::bits_or_given:
      return dim / 32 + 2;
  }
  return 0;
}

// ---- the others ---------------------------------------------------------------------------------

/// Ids or distances by vertex, beside the graph as it was found, which loses either in turn; and
/// what the order of vertices takes.
constexpr double kOrder = 4, kOrderRow = 40;

/// A target beside the edges: where classes are spread, their shares twice; of values the nearest,
/// and the edges of both once more and in reverse.
double target_need(const ClassTarget& target, const Counts&) {
  if (!target.propagate) return 8;
  const auto known = std::max_element(target.classes.begin(), target.classes.end());
  return 8 + (known == target.classes.end() ? 0 : 8 * std::max(0.0, 1.0 + *known));
}
double target_need(const ValueTarget& target, const Counts& c) {
  const double k = target.n_neighbors.value_or(static_cast<int>(c.k) + 1) - 1;
  return 8 * k + 16 * (c.entries + k) + 20;
}

/// The other graph by vertex, both combined, and those in reverse.
double target_need(const GraphTarget&, const Counts& c) {
  return 40 * c.entries + 40;
}

/// The graph by vertex, with weights for distances, and the edges; of the reverse lists a range for
/// each thread. Targets come one after the other, when the graph is gone.
Need weights_need(const Counts& c, const Settings& settings) {
  constexpr double kRanges = 64;
  const double reverse = 8 * c.k * std::min(1.0, c.threads / kRanges);
  double steering = 0;
  for (const Target& target : settings.targets)
    steering =
        std::max(steering, std::visit([&](const auto& t) { return target_need(t, c); }, target));
  const auto* const umap = std::get_if<UmapParams>(&settings.method);
  const double distances = umap != nullptr && umap->densmap ? 8 * c.k : 0;
  return {8 * c.entries + std::max(8 * c.k + reverse, steering) + distances + 50, 0,
          c.n * c.k * 1e-7 * (1 + static_cast<double>(settings.targets.size())) / c.threads};
}
/// The edges, and what an initialization needs beside: blocks of vectors of the spectral one.
Need init_need(const Init& init, const Counts& c) {
  const bool spectral = std::holds_alternative<SpectralInit>(init);
  const bool pca = std::holds_alternative<PcaInit>(init);
  constexpr double kLayout = 12, kVector = 14;  // bytes: rows twice and their noise; a vector's
  const double more = c.more_dims() * (kLayout + (spectral ? kVector : 0));
  return {8 * c.entries + (spectral ? 190 : 40) + more, pca ? 40 * 256 * c.dim : 0,
          (spectral ? c.n * c.entries * 2e-7 * std::max(1.0, c.dims / 5)
           : pca    ? c.n * c.dim * 3e-9
                    : 0) /
              c.threads};
}
std::int64_t whole(double bytes) {
  constexpr double kMax = 9.2e18;
  return static_cast<std::int64_t>(std::min(bytes, kMax));
}

/// Of a graph alone there may be fewer than of a map, and too many are for the search to refuse.
double neighbors_of(const PlannedPoints& points, const Method& method) {
  if (!points.graph_only) return neighbors_needed(method, points.n);
  constexpr std::int64_t kAny = std::numeric_limits<std::int32_t>::max();
  return std::min(static_cast<double>(neighbors_needed(method, kAny)),
                  std::max(1.0, static_cast<double>(points.n) - 1));
}

Counts counts_of(const PlannedPoints& points, const Settings& settings) {
  const auto n = static_cast<double>(points.n), dim = static_cast<double>(points.dim);
  const auto most = std::ceil(dim / kPad) * kPad;
  const double k = neighbors_of(points, settings.method);
  const auto* cpu = std::get_if<Cpu>(&settings.device);
  return {.n = n,
          .dim = dim,
          .k = k,
          .width = points.search_width > 0 ? static_cast<double>(points.search_width) : most,
          .entries = std::min(kEntriesPerNeighbor * k, n),
          .threads = static_cast<double>(thread_count(cpu != nullptr ? cpu->threads : 0)),
          .dims = static_cast<double>(map_columns(settings))};
}

/// Of the host's memory, page-locked while so many bytes go to a GPU.
double staged_bytes(double brought) {
  return brought < static_cast<double>(kStagedFrom) ? 0 : 2 * static_cast<double>(kStageBytes);
}

/// Of Settings::unique: which row a point is, and the other way; what it is found by.
constexpr double kUniqueRow = 12, kUniqueLookup = 28;

/// Bytes of a stored value and its column, and what a row adds.
constexpr double kStored = 8, kStoredRow = 8;

/// Whether a metric copies values alone, or their columns, too.
double copied_bytes(const Settings& settings) {
  switch (row_of(settings.distance.metric).points) {
    case PointsAs::given:
    case PointsAs::bits_or_given:
      return 0;
    case PointsAs::directions:
    case PointsAs::scaled:
    case PointsAs::bits:
      return 4;
    case PointsAs::centred_directions:
    case PointsAs::share_roots:
    case PointsAs::whitened:
    case PointsAs::places:
      return kStored + 4;
    case PointsAs::one_length:
      return 2 * kStored + 4;
  }
  return 0;
}

/// Where an approximate search of sparse rows begins: the rows by column, and sums of products of
/// 65,536 rows for each thread; or short rows, what they are searched by, and the sums of a
/// covariance.
Need sparse_start_need(const Settings& settings, const Counts& c, double stored) {
  constexpr double kAxes = 64, kCovariance = 512e6, kSums = 330e3;
  if (std::holds_alternative<NnDescentKnn>(settings.knn) ||
      std::holds_alternative<AutoKnn>(settings.knn))
    return {kStored * stored / c.n, 16 * c.dim + kSums * c.threads, 0};
  const Counts rows{
      .n = c.n, .dim = kAxes, .k = c.k, .width = kAxes, .entries = c.entries, .threads = c.threads};
  Need need = std::visit([&](const auto& p) { return search_need(p, rows, sizes_of(rows, true)); },
                         settings.knn);
  need.bytes_per_point += 4 * kAxes;
  need.bytes += std::min(kCovariance, 400 * c.dim * kAxes);
  return need;
}

/// Sparse rows: sums of each, the answer; a range of queries spread out over the columns for each
/// thread. What is not flat has a start and two ids a candidate from it; then two lists of
/// candidates, twice as long where the target is far, and those that hold them; and where an index
/// misses the target, the rows by column beside the lists.
Need sparse_need(const PlannedPoints& points, const Settings& settings, const Counts& c) {
  constexpr double kMore = 8, kSums = 24;
  constexpr double kSecondsOfPair = 3e-10, kSecondsOfDescent = 1.5e-4;
  const auto stored = static_cast<double>(points.stored);
  Need need{kSums + 8 * c.k + copied_bytes(settings) * stored / c.n, 4 * c.dim * c.threads,
            c.n * stored * kSecondsOfPair / c.threads};
  if (std::holds_alternative<FlatKnn>(settings.knn)) return need;
  const Need start = sparse_start_need(settings, c, stored);
  const double ids = 4 * (c.k + kMore), columns = kStored * stored / c.n;
  need.bytes_per_point +=
      std::max({start.bytes_per_point + 2 * ids, columns + 3 * ids, 10 * ids + 60});
  need.bytes += start.bytes;
  need.seconds =
      std::min(need.seconds, start.seconds / c.threads + 2 * c.n * kSecondsOfDescent / c.threads);
  return need;
}

/// Rows of many columns: what finds their axes, or, of an inverted file of shorter rows, a fourth
/// copy of these while they are put into order, before there is an answer.
double short_rows_bytes(const Settings& settings, const Counts& c, double bytes_per_point) {
  const bool by_cells =
      std::holds_alternative<IvfKnn>(settings.knn) || std::holds_alternative<AutoKnn>(settings.knn);
  const double ordered =
      by_cells && c.width < c.dim ? c.n * (16 * c.width + 40 - bytes_per_point) : 0;
  return std::max(kSample * c.dim, ordered);
}

/// Finding neighbours; where a graph is given, only putting it into order.
Need knn_need(const PlannedPoints& points, const Settings& settings, const Counts& c) {
  if (points.has_graph) {
    const double k = std::max(c.k, static_cast<double>(points.graph_k));
    return {8 * k + kOrder * c.k + kOrderRow, 0, 0};
  }
  if (points.stored >= 0) return sparse_need(points, settings, c);
  const cost::Sizes sizes = sizes_of(c, by_products(norm_of(settings.distance.metric)));
  Need need = std::visit([&](const auto& p) { return search_need(p, c, sizes); }, settings.knn);
  need.bytes_per_point = std::max(need.bytes_per_point, (8 + kOrder) * c.k + kOrderRow) +
                         4 * copied_columns(settings, c.dim);
  if (c.dim >= kProjectedFrom) need.bytes += short_rows_bytes(settings, c, need.bytes_per_point);
  need.seconds /= c.threads;
  return need;
}

}  // namespace

std::int64_t Plan::host_bytes() const {
  return largest().host_bytes;
}

std::int64_t Plan::device_bytes() const {
  std::int64_t most = 0;
  for (const PlannedStage& stage : stages) most = std::max(most, stage.device_bytes);
  return most;
}

double Plan::seconds() const {
  double sum = 0;
  for (const PlannedStage& stage : stages) sum += stage.seconds;
  return sum;
}

const PlannedStage& Plan::largest() const {
  return *std::max_element(
      stages.begin(), stages.end(),
      [](const PlannedStage& a, const PlannedStage& b) { return a.host_bytes < b.host_bytes; });
}

Plan plan(const PlannedPoints& points, const Settings& settings) {
  const Counts c = counts_of(points, settings);
  const Init init = settings.init.value_or(default_init(settings.method, points.dim > 0));
  const bool gpu = std::holds_alternative<Cuda>(settings.device);
  const double row = points.stored < 0
                         ? static_cast<double>(bytes_of(points.type)) * c.dim
                         : kStored * static_cast<double>(points.stored) / c.n + kStoredRow;
  // Bytes of every point, and of its distinct row until there is a map to optimise.
  const double held = (points.counted ? row : 0) + (settings.unique ? kUniqueRow : 0);
  double copied = settings.unique ? row + kUniqueLookup : 0;
  Plan out;
  const auto on_device = [&](const Need& need) {
    return gpu ? whole(c.n * need.bytes_per_point + need.bytes) : 0;
  };
  const auto add = [&](const char* stage, const Need& need, const Need& there) {
    out.stages.push_back(
        {.name = stage,
         .host_bytes = whole(c.n * (held + copied + need.bytes_per_point) + need.bytes + kProgram),
         .device_bytes = on_device(there),
         .device_least_bytes = on_device(there),
         .seconds = need.seconds});
  };
  Need knn = knn_need(points, settings, c);
  if (gpu) knn.bytes += staged_bytes(4 * c.n * (points.has_graph ? c.k : c.dim));
  add("knn", knn, device_knn_need(points, settings, c));
  PlannedStage& search = out.stages.back();
  search.device_least_bytes =
      std::min(search.device_bytes, on_device(device_knn_least(points, settings, c)));
  if (points.graph_only) return out;
  Need weights = weights_need(c, settings);
  if (gpu && weighed_on_host(settings)) weights.bytes += staged_bytes(4 * c.n * c.entries);
  add("weights", weights, device_weights_need(settings, c));
  add("init", init_need(init, c), device_init_need(init, c));
  copied = 0;
  std::visit(
      [&](const auto& p) { add("optimize", optimize_need(p, c), device_optimize_need(p, c)); },
      settings.method);
  return out;
}

std::int64_t search_width(const StoredView& sample, const Settings& settings) {
  const Cpu on = std::visit([](const auto& device) { return host_of(device); }, settings.device);
  Distance distance = settings.distance;
  distance.zero_vectors = ZeroVectors::far;
  const MetricSpace space = make_space(sample, distance, on);
  if (!by_products(space.norm)) return padded_width(space.width());
  const StoredView& rows = space.points.view;
  const std::vector<std::int64_t> seen = axes_sample(rows.rows());
  // A whole sample is of more points, which may have axes where so few would have none.
  const std::int64_t n =
      rows.rows() == kSampleRows ? std::numeric_limits<std::int64_t>::max() : rows.rows();
  ShortAxes axes = short_axes(take_rows(rows, seen), n, kFilterCarries, on);
  return knn_row_width(Projection(std::move(axes.mean), std::move(axes.axes), on), space.norm);
}

std::string bytes_text(std::int64_t bytes) {
  char text[32];
  std::snprintf(text, sizeof text, "%.3g GB", static_cast<double>(bytes) * 1e-9);
  return text;
}

}  // namespace nearfold
