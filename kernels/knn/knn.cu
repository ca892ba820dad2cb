#include "kernels/core/cuda_executor.cuh"
#include "kernels/knn/gpu_search.hpp"

namespace nearfold {
namespace {

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
      find_flat(CudaExecutor(on), search, plan.half, faiss_finder(on, plan.scratch));
  DeviceKnnGraph graph = graph_of(search);
  graph.metadata.index = halves ? "flat on a GPU, in fp16 first" : "flat on a GPU";
  return graph;
}

DeviceKnnGraph cells_on_gpu(const Cuda& on, const SearchedPoints& points, int k,
                            const SearchPlan& plan, const CellTask& task, CellsFound& found) {
  SearchOn<CudaExecutor> search(CudaExecutor(on), points, k, plan);
  found = find_through_cells(CudaExecutor(on), search, task, faiss_finder(on, plan.scratch));
  return graph_of(search);
}

}  // namespace nearfold
