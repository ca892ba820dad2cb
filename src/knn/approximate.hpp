// Graphs by approximate methods, in steps for those that decide between them.
#pragma once

#include <cstdint>
#include <string>

#include "knn/index.hpp"

namespace nearfold {

/// An index with the effort that reaches its target, and the truth by which it was found.
struct TunedIndex {
  KnnIndex::State index;
  ExactSearch exact;
  ExactSample sample;
  Effort effort;
};

TunedIndex tune_index(const MetricSpace& space, int k, const IndexParams& params, const Cpu& on,
                      std::uint64_t seed);

/// The graph that it finds; `index` says how it was made.
KnnGraph index_graph(const TunedIndex& tuned, const MetricSpace& space, int k, const Cpu& on);

/// Of a point, in refined_index_graph(). MNIST 70k, k = 14: recall .956 becomes .988 in .1 s; with
/// 60 .990 in .4 s.
inline constexpr int kHopsBeyond = 28;

/// The same, once neighbours of neighbours were looked at, too. Points by their rows: not for
/// inner_product, of which queries are others.
KnnGraph refined_index_graph(const TunedIndex& tuned, const MetricSpace& space, int k,
                             const Cpu& on);

KnnGraph nndescent_graph(const MetricSpace& space, int k, const NnDescentKnn& params, const Cpu& on,
                         std::uint64_t seed);

/// By one of the others or exactly, by predicted work (auto.cpp).
KnnGraph auto_graph(const MetricSpace& space, int k, const AutoKnn& params, const Cpu& on,
                    std::uint64_t seed);

}  // namespace nearfold
