#include "knn_device.hpp"
#include "launch.cuh"

namespace nearfold {
namespace {

DeviceKnnGraph graph_of(KnnOn<OnDevice>& search) {
  DeviceKnnGraph graph;
  graph.neighbors = search.take_ids();
  graph.distances = search.take_distances();
  return graph;
}

}  // namespace

DeviceKnnGraph flat_on_gpu(const Cuda& on, const SearchedPoints& points, int k,
                           const SearchPlan& plan) {
  KnnOn<OnDevice> search(OnDevice(on), points, k, plan);
  search.flat(faiss_finder(on));
  return graph_of(search);
}

DeviceKnnGraph cells_on_gpu(const Cuda& on, const SearchedPoints& points, int k,
                            const SearchPlan& plan, const CellTask& task, CellsFound& found) {
  KnnOn<OnDevice> search(OnDevice(on), points, k, plan);
  found = search.cells(faiss_finder(on), task);
  return graph_of(search);
}

}  // namespace nearfold
