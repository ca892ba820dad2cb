// An optimiser of t-SNE, and its layout.
#pragma once

#include <memory>
#include <vector>

#include "stages.hpp"

namespace nearfold {

inline std::unique_ptr<Optimizer> optimizer(const EdgeGraph& graph, const Matrix& start,
                                            const TsneParams& params, int threads = 2) {
  return make_optimizer(graph, start, params, 1, Cpu{threads});
}

inline std::vector<float> layout_of(const Optimizer& from, const Matrix& like) {
  Matrix out(like.rows(), like.cols());
  from.copy_layout(out.view());
  return out.values();
}

}  // namespace nearfold
