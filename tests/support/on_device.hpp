// The optimisers of kernels/ on a device that the host plays, held against those of the CPU.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <vector>

#include "kernels/core/host_executor.hpp"
#include "kernels/graph/transfer.hpp"
#include "kernels/tsne/host_convolution.hpp"
#include "kernels/tsne/tsne.hpp"
#include "kernels/umap/umap.hpp"
#include "stages.hpp"
#include "support/data.hpp"
#include "support/oracle.hpp"

namespace nearfold {

/// Of blobs in four columns, over their k nearest others.
template <class Params>
EdgeGraph edges(std::int64_t n, int k, const Params& params) {
  return weigh_edges(oracle::neighbors(data::blobs(n, 4, 1), k), params, Cpu{2});
}

inline std::vector<float> layout_of(const Optimizer& from, const Matrix& like) {
  Matrix out(like.rows(), like.cols());
  from.copy_layout(out.view());
  return out.values();
}

template <int Dims>
auto on_device(const EdgeGraph& graph, const Matrix& start, const UmapParams& params,
               const HostExecutor& executor = {}) {
  return std::make_unique<UmapOn<HostExecutor, FlatSpace<Dims>>>(
      executor, graph_on(executor, graph), start, params, 5);
}
template <int Dims>
std::unique_ptr<TsneOn<HostExecutor, Dims>> on_device(const EdgeGraph& graph, const Matrix& start,
                                                      const TsneParams& params,
                                                      const HostExecutor& executor = {}) {
  return std::make_unique<TsneOn<HostExecutor, Dims>>(executor, graph_on(executor, graph), start,
                                                      params);
}

/// The same bytes after every one of some stretches of iterations.
template <class Params>
void expect_the_cpus(Optimizer* device, const EdgeGraph& graph, const Matrix& start,
                     const Params& params) {
  const auto cpu = make_optimizer(graph, start, params, 5, Cpu{2});
  for (const int steps : {1, 4, 30}) {
    EXPECT_EQ(device->advance(steps), cpu->advance(steps));
    ASSERT_EQ(layout_of(*device, start), layout_of(*cpu, start)) << steps;
  }
  EXPECT_EQ(device->loss(), cpu->loss());
  EXPECT_EQ(device->early_iterations(), cpu->early_iterations());
}
template <int Dims, class Params>
void expect_the_cpus(const EdgeGraph& graph, const Matrix& start, const Params& params) {
  expect_the_cpus(on_device<Dims>(graph, start, params).get(), graph, start, params);
}

}  // namespace nearfold
