// The searches of knn.hpp and ivf.hpp on a GPU, by FAISS, cuBLAS and cells of our own.
#pragma once

#include "graph/graph.hpp"
#include "kernels/knn/faiss_cells.hpp"
#include "kernels/knn/ivf.hpp"
#include "kernels/knn/knn.hpp"

namespace nearfold {

inline SearchShape shape_of(const SearchedPoints& points, int k) {
  return {points.n, points.cols, points.width(), k, points.directed(), points.on_device};
}

/// The entries of an exact graph, and how they were found; nothing else is said about it. The plan
/// is taken as it is, so that tests can cut a search that would fit.
DeviceKnnGraph flat_on_gpu(const Cuda& on, const SearchedPoints& points, int k,
                           const SearchPlan& plan);

/// The same through cells of our own; `found` says how.
DeviceKnnGraph ivf_on_gpu(const Cuda& on, const SearchedPoints& points, int k,
                          const SearchPlan& plan, const IvfTask& task, IvfFound& found);

/// The same through those of FAISS.
DeviceKnnGraph faiss_ivf_on_gpu(const Cuda& on, const SearchedPoints& points, int k,
                                const SearchPlan& plan, const CellTask& task, CellsFound& found);

}  // namespace nearfold
