#include "kernels/core/cuda_executor.cuh"
#include "kernels/knn/gpu_search.hpp"
#include "kernels/knn/largest.hpp"
#include "kernels/knn/products.hpp"
#include "nearfold/embed.hpp"
#include "nearfold/error.hpp"

namespace nearfold {
namespace {

/// Floats by FAISS, halves by products of our own: FAISS asks cuBLAS for pedantic ones, which
/// tensor cores do not do.
class GpuFinder final : public Finder {
 public:
  GpuFinder(const Cuda& on, const SearchShape& shape, const SearchPlan& plan)
      : pairs_(faiss_pairs(on, plan.scratch)) {
    if (!plan.half) return;
    products_ = cublas_products(on);
    const CudaExecutor executor(on);
    largest_ = as_many_as_fit(plan.batch, kMinBatch, [&](std::int64_t batch) {
      return std::make_unique<LargestProducts<CudaExecutor>>(
          executor, batch, candidates_for(shape.k), shape.product_block());
    });
  }
  void nearest(const DeviceRows<float>& points, const DeviceRows<float>& queries, int k,
               float* squares, std::int64_t* ids) override {
    pairs_->nearest(points, queries, k, squares, ids);
  }
  void largest(const HalfRows& points, const HalfRows& queries, int k, float* products,
               std::int64_t* ids) override {
    (*largest_)(*products_, points, queries, k, products, ids);
  }

 private:
  std::unique_ptr<FaissPairs> pairs_;
  std::unique_ptr<Products> products_;
  std::unique_ptr<LargestProducts<CudaExecutor>> largest_;
};

struct Nothing {
  NEARFOLD_HD void operator()(std::int64_t) const {}
};

/// A kernel of this library runs, before FAISS is asked for anything: what is wrong with the
/// device, or with what was asked of it before, is a DeviceFailure here, and would be the end of
/// the process there.
void require_kernels(const Cuda& on) {
  const CudaExecutor executor(on);
  try {
    executor.for_each(1, Nothing{});
    executor.wait();
  } catch (const DeviceFailure& error) {
    throw DeviceFailure("no kernel runs on " + describe(on) + ": " + error.what());
  }
}

std::unique_ptr<Finder> finder_of(const Cuda& on, const SearchedPoints& points, int k,
                                  const SearchPlan& plan) {
  require_kernels(on);
  return std::make_unique<GpuFinder>(on, shape_of(points, k), plan);
}

DeviceKnnGraph graph_of(SearchOn<CudaExecutor>& search) {
  DeviceKnnGraph graph;
  graph.neighbors = search.take_ids();
  graph.distances = search.take_distances();
  return graph;
}

}  // namespace

DeviceKnnGraph flat_on_gpu(const Cuda& on, const SearchedPoints& points, int k,
                           const SearchPlan& plan) {
  SearchOn<CudaExecutor> search(CudaExecutor(on), points, k, plan);
  const bool halves =
      find_flat(CudaExecutor(on), search, plan.half, finder_of(on, points, k, plan));
  DeviceKnnGraph graph = graph_of(search);
  graph.metadata.index = halves ? "flat on a GPU, in fp16 first" : "flat on a GPU";
  return graph;
}

DeviceKnnGraph ivf_on_gpu(const Cuda& on, const SearchedPoints& points, int k,
                          const SearchPlan& plan, const IvfTask& task, IvfFound& found) {
  SearchOn<CudaExecutor> search(CudaExecutor(on), points, k, plan);
  found = find_by_ivf(CudaExecutor(on), search, task, finder_of(on, points, k, plan));
  return graph_of(search);
}

DeviceKnnGraph faiss_ivf_on_gpu(const Cuda& on, const SearchedPoints& points, int k,
                                const SearchPlan& plan, const CellTask& task, CellsFound& found) {
  SearchOn<CudaExecutor> search(CudaExecutor(on), points, k, plan);
  found = find_through_cells(CudaExecutor(on), search, task, finder_of(on, points, k, plan));
  return graph_of(search);
}

}  // namespace nearfold
