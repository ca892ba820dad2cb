// Neighbours on a GPU: which search the parameters ask for, and whether it can be had there.
#include <chrono>
#include <string>

#include "core/device.hpp"
#include "kernels/core/cuda.hpp"
#include "kernels/knn/gpu_search.hpp"
#include "knn/honours.hpp"
#include "knn/index.hpp"
#include "knn/metric.hpp"
#include "nearfold/error.hpp"
#include "stages.hpp"

namespace nearfold {
namespace {

constexpr std::int64_t kFlatIsFast = 250'000;  // points up to which cells do not pay: an estimate

[[noreturn]] void refuse_search(Metric metric) {
  throw Unsupported("a GPU searches by " + searches_on_gpu() + ", not so by " + name(metric) +
                    "; use one of these, or the cpu");
}

void check_search(const KnnParams& params, int k, Metric metric) {
  if (!searched_on_gpu(params, metric)) refuse_search(metric);
  if (k + kSlack > kMaxCandidates)
    throw Unsupported("k is " + std::to_string(k) + ", and a GPU finds at most " +
                      std::to_string(kMaxCandidates - kSlack) +
                      "; use fewer neighbours, or the cpu");
}

/// Throws OutOfMemory when a plan needs more than is free.
SearchPlan checked(const SearchPlan& plan, const SearchShape& shape, std::int64_t free,
                   const Cuda& on, const char* remedy) {
  if (plan.asked <= free) return plan;
  throw OutOfMemory("neighbours of " + std::to_string(shape.n) + " points of " +
                        std::to_string(shape.width) + " columns need " +
                        std::to_string(plan.asked) + " bytes on " + describe(on) + ", which has " +
                        std::to_string(free) + " free; " + remedy,
                    plan.asked, free);
}

DeviceKnnGraph by_flat(const SearchedPoints& points, int k, const Cuda& on) {
  const SearchShape shape = shape_of(points, k);
  const std::int64_t free = free_bytes(on);
  const SearchPlan plan = checked(plan_flat(shape, free), shape, free, on,
                                  "use fewer neighbours, reduce the columns (pca), or use the cpu");
  return flat_on_gpu(on, points, k, plan);
}

/// The remedy where cells have no room.
constexpr const char* kHoldsAll =
    "ivf holds all of them: use flat, which goes through them in tiles, reduce the columns (pca), "
    "or "
    "use the cpu";

/// Through cells of our own: the processor's graph.
DeviceKnnGraph by_ivf(const SearchedPoints& points, int k, const IvfKnn& params, const Cuda& on,
                      std::uint64_t seed) {
  const IvfTask task{cells_for(params, points.n), params.nprobe, params.target_recall, seed,
                     host_of(on)};
  const SearchShape shape = shape_of(points, k);
  const std::int64_t free = free_bytes(on);
  const SearchPlan plan = checked(plan_ivf(shape, free), shape, free, on, kHoldsAll);
  IvfFound found;
  DeviceKnnGraph graph = ivf_on_gpu(on, points, k, plan, task, found);
  graph.metadata.index = describe_ivf(task.nlist, found.effort) + " on a GPU";
  graph.metadata.recall = found.recall;
  graph.metadata.duplicates = found.duplicates;
  return graph;
}

/// Through those of FAISS.
DeviceKnnGraph by_faiss(const SearchedPoints& points, int k, const IvfKnn& params, const Cuda& on,
                        std::uint64_t seed) {
  const int nlist = cells_for(params, points.n);
  if (params.nprobe.value_or(1) > kMaxPerCells)
    throw Unsupported("nprobe is " + std::to_string(*params.nprobe) + ", and FAISS looks into " +
                      std::to_string(kMaxPerCells) +
                      " cells per point at most on a GPU; use a smaller nprobe or nlist, or ivf "
                      "without faiss");
  const SearchShape shape = shape_of(points, k);
  const std::int64_t free = free_bytes(on);
  const SearchPlan plan = checked(plan_cells(shape, free), shape, free, on, kHoldsAll);
  const CellTask task{nlist, params.nprobe, params.target_recall,
                      [&](const DeviceRows<float>& sample, const DeviceRows<float>& rows) {
                        return faiss_cells(on, sample, rows, nlist, seed);
                      }};
  CellsFound found;
  DeviceKnnGraph graph = faiss_ivf_on_gpu(on, points, k, plan, task, found);
  graph.metadata.index = describe_ivf(nlist, Effort{found.nprobe, 0, 0}) + " on a GPU, by FAISS";
  graph.metadata.recall = found.recall;
  return graph;
}

/// By each method that is_on_gpu() (honours.hpp). What is taken is named by the graph's `index`
/// alone: "flat on a GPU, in fp16 first", "ivf:nlist=2000,nprobe=16 on a GPU", the same "by FAISS".
DeviceKnnGraph search(const SearchedPoints& points, int k, const FlatKnn&, const Cuda& on,
                      std::uint64_t /*seed*/) {
  return by_flat(points, k, on);
}
DeviceKnnGraph search(const SearchedPoints& points, int k, const IvfKnn& params, const Cuda& on,
                      std::uint64_t seed) {
  return params.faiss ? by_faiss(points, k, params, on, seed) : by_ivf(points, k, params, on, seed);
}
DeviceKnnGraph search(const SearchedPoints& points, int k, const AutoKnn& params, const Cuda& on,
                      std::uint64_t seed) {
  if (points.n <= kFlatIsFast) return by_flat(points, k, on);
  return by_ivf(points, k, {.target_recall = params.target_recall}, on, seed);
}

DeviceKnnGraph found_by(const SearchedPoints& points, int k, const KnnParams& params,
                        const Cuda& on, std::uint64_t seed) {
  const auto began = std::chrono::steady_clock::now();
  check_search(params, k, points.distance.metric);
  const auto by = [&]<class Params>(const Params& method) -> DeviceKnnGraph {
    if constexpr (is_on_gpu(Params{}))
      return search(points, k, method, on, seed);
    else
      refuse_search(points.distance.metric);
  };
  DeviceKnnGraph graph = std::visit(by, params);
  graph.metadata.n = points.n;
  graph.metadata.k = k;
  graph.metadata.metric = name(points.distance.metric);
  graph.metadata.search_seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
  return graph;
}

}  // namespace

DeviceKnnGraph find_knn(const InputPoints& points, int k, const KnnParams& params,
                        const Distance& distance, const Cuda& on, std::uint64_t seed) {
  start_device(on);  // or the search would be charged for its context
  if (made_euclidean(row_of(distance.metric))) {
    if (points.on_device())
      throw Unsupported(std::string(name(distance.metric)) +
                        " makes its rows on the host, and the points are on the GPU; bring them "
                        "to the host");
    const MetricSpace space = make_space(points.host, distance, host_of(on));
    const HostMatrix<const float> rows = space.points.view.floats();
    DeviceKnnGraph graph =
        found_by({rows.data(), rows.rows(), rows.cols(), false, {}, seed}, k, params, on, seed);
    graph.metadata.metric = name(distance.metric);
    return graph;
  }
  const float* const data = points.on_device() ? points.device.data() : points.host.floats().data();
  return found_by({data, points.rows(), points.cols(), points.on_device(), distance, seed}, k,
                  params, on, seed);
}

KnnGraph to_host(const DeviceKnnGraph& found) {
  KnnGraph graph = found.metadata;
  graph.neighbors.resize(found.neighbors.size());
  graph.distances.resize(found.distances.size());
  found.neighbors.read(graph.neighbors.data(), graph.neighbors.size());
  found.distances.read(graph.distances.data(), graph.distances.size());
  return graph;
}

}  // namespace nearfold
