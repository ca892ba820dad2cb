// An optimiser of t-SNE, its layout, and the slope that it goes down.
#pragma once

#include <memory>
#include <vector>

#include "stages.hpp"
#include "support/oracle.hpp"

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

/// A quarter of dKL/dy, the scale of openTSNE's gradient, by central differences.
inline std::vector<double> slope(const EdgeGraph& p, const Matrix& y, double dof = 1) {
  const oracle::Square dense = oracle::dense(p);
  const int dims = static_cast<int>(y.cols());
  std::vector<double> at = oracle::doubles(y), out(at.size());
  constexpr double kStep = 1e-4;
  for (std::size_t c = 0; c < at.size(); ++c) {
    const double here = at[c];
    at[c] = here + kStep;
    const double up = oracle::divergence(dense, at, dims, dof);
    at[c] = here - kStep;
    out[c] = (up - oracle::divergence(dense, at, dims, dof)) / (8 * kStep);
    at[c] = here;
  }
  return out;
}

}  // namespace nearfold
