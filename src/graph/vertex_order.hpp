// Vertices numbered so that neighbours lie near each other in memory: what reads them waits less.
// Everything between the weights and the layout counts in vertices, the caller in points.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "nearfold/device.hpp"
#include "nearfold/knn.hpp"
#include "nearfold/matrix.hpp"

namespace nearfold {

/// The point of each vertex. Every 1,024th point is the seed of a patch; all patches grow at once,
/// a point joining that of its nearest neighbour that has joined one. Where none is left to grow
/// into, seeds become denser. Patches lie beside those whose seeds share one of the coarser patches
/// that are grown in the same way; points of a patch keep their order. A function of the first k
/// neighbours alone, bitwise the same for any number of threads. O(n k) a step, some tens of steps.
std::vector<std::int32_t> locality_order(const KnnGraphView& graph, int k, const Cpu& on);

/// The first k neighbours of every row, rows and ids by vertex; the order of a row stays.
/// `drop_ids` is called once no id is read any more.
KnnGraph renumbered(
    const KnnGraphView& graph, int k, const std::vector<std::int32_t>& point_of, const Cpu& on,
    const std::function<void()>& drop_ids = [] {});

/// The vertex of each point.
std::vector<std::int32_t> inverse_of(const std::vector<std::int32_t>& point_of);

/// Rows by vertex, and back. `point_of` is empty when vertices are numbered as points are.
std::vector<float> by_vertex(Matrix by_point, const std::vector<std::int32_t>& point_of);
std::vector<std::uint8_t> by_vertex(std::vector<std::uint8_t> by_point,
                                    const std::vector<std::int32_t>& point_of);
Matrix by_point(const std::vector<float>& by_vertex, const std::vector<std::int32_t>& point_of,
                std::int64_t cols);
void by_point(const std::vector<float>& by_vertex, const std::vector<std::int32_t>& point_of,
              HostMatrix<float> out);

}  // namespace nearfold
