// Vertices numbered so that neighbours lie near each other in memory: what reads them waits less.
// Everything between the weights and the layout counts in vertices, the caller in points.
#pragma once

#include <cstdint>
#include <vector>

#include "nearfold/device.hpp"
#include "nearfold/knn.hpp"
#include "nearfold/matrix.hpp"

namespace nearfold {

/// The point of each vertex: patches of some thousand points, grown from neighbour to neighbour,
/// each from the edge of those before it. A function of the first k neighbours alone. O(n k).
std::vector<std::int32_t> local_order(const KnnGraph& graph, int k);

/// The first k neighbours of every row, rows and ids by vertex; the order of a row stays.
KnnGraph renumbered(const KnnGraph& graph, int k, const std::vector<std::int32_t>& point_of,
                    const Cpu& on);

/// Rows by vertex, and back. `point_of` is empty when vertices are numbered as points are.
std::vector<float> by_vertex(Matrix by_point, const std::vector<std::int32_t>& point_of);
Matrix by_point(const std::vector<float>& by_vertex, const std::vector<std::int32_t>& point_of,
                std::int64_t cols);
void by_point(const std::vector<float>& by_vertex, const std::vector<std::int32_t>& point_of,
              HostMatrix<float> out);

}  // namespace nearfold
