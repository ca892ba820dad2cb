// What an optimiser is to the rest: n more iterations, a loss, the layout. One per method and
// device; make_optimizer in stages.hpp picks it.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "nearfold/embed.hpp"
#include "nearfold/error.hpp"
#include "nearfold/matrix.hpp"

namespace nearfold {

class Optimizer {
 public:
  virtual ~Optimizer() = default;
  /// Runs `n` iterations, fewer when the last is reached or a rule says that it is enough; returns
  /// how many. advance(a); advance(b) equals advance(a + b), bit for bit.
  virtual int advance(int n) = 0;
  /// True KL divergence for t-SNE; nothing for a method that descends no loss.
  virtual std::optional<double> loss() const = 0;
  /// How far approximate forces are from exact ones; nothing where none are approximated.
  virtual std::optional<ForceError> force_error() const { return std::nullopt; }
  /// Iterations so far with early exaggeration; 0 for a method without.
  virtual int early_iterations() const { return 0; }
  /// out [n, dims]
  virtual void copy_layout(HostMatrix<float> out) const = 0;
  /// The same on the device that the optimiser works on.
  virtual void copy_layout(DeviceMatrix<float> /*out*/) const {
    throw Unsupported("the layout is on the processor; give host memory for it");
  }
  /// From now on a point with an entry that is not 0, of [n], stays where it is, and the map is not
  /// centred: what moves in it moves among the others.
  virtual void hold(const std::vector<std::uint8_t>& /*points*/) {
    throw Unsupported("points of a map are held on the processor alone; use the device cpu");
  }
  /// All that iterations change; init and warnings stay empty.
  virtual Checkpoint save() const = 0;
  /// Resumes what another optimiser of the same graph and parameters saved.
  virtual void restore(const Checkpoint& from) = 0;
};

/// Iterations in all: TsneParams::max_iter, or UMAP's epochs for n points.
int iterations_of(const Method& method, std::int64_t n);

}  // namespace nearfold
