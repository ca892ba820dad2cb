// What t-SNE's optimiser needs from a way to sum the repulsive forces on a device.
#pragma once

#include <cstdint>

namespace nearfold {

template <class Executor>
class RepulsionOn {
 public:
  virtual ~RepulsionOn() = default;
  /// force [n, dims] and *z as Repulsion::compute() of src/tsne/tsne.hpp has them, all on the
  /// device. Does not wait for it, and can be recorded.
  virtual void compute(const float* y, float* force, double* z) = 0;
  virtual bool is_exact() const = 0;

  /// Looks at the layout [n, dims] for the iterations to come; `again` after they were lost().
  /// Returns whether compute() is other work from now on, so that recordings of it are worth
  /// nothing.
  virtual bool look(const float* /*y*/, bool /*again*/) { return false; }
  /// Whether a point has left what look() saw, so that the forces since then are worth nothing.
  virtual bool lost() { return false; }
};

}  // namespace nearfold
