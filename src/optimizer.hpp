// What an optimiser is to the rest: n more iterations, a loss, the layout. One per method and
// device; make_optimizer in stages.hpp picks it.
#pragma once

#include <cstdint>
#include <optional>

#include "nearfold/matrix.hpp"

namespace nearfold {

class Optimizer {
 public:
  virtual ~Optimizer() = default;
  /// Runs `n` iterations. advance(a); advance(b) equals advance(a + b), bit for bit.
  virtual void advance(int n) = 0;
  /// True KL divergence for t-SNE; nothing for a method that descends no loss.
  virtual std::optional<double> loss() const = 0;
  /// out [n, dims]
  virtual void copy_layout(HostMatrix<float> out) const = 0;
};

}  // namespace nearfold
