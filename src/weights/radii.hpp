// How far a vertex is from those it has an edge with: what densMAP keeps.
#pragma once

#include <vector>

#include "graph/graph.hpp"
#include "nearfold/device.hpp"

namespace nearfold {

/// The logarithm of each vertex's mean squared distance to those it has an edge with, weighed by
/// the edges; of two distances that a pair has, the larger. 1e-8 of the median is added before, so
/// that duplicates have a finite one, in any unit. NaN without an edge. `graph` is what the edges
/// were made of. O(edges k).
std::vector<float> log_radii(const KnnGraph& graph, const EdgeGraph& edges, const Cpu& on);

/// The same less their mean and over their standard deviation, 0 where there is none; empty where
/// all are equal.
std::vector<float> standardised(std::vector<float> radii);

}  // namespace nearfold
