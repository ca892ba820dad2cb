// Where work runs. The device is an argument: a runtime choice, the overload that picks the
// implementation, and the memory-space tag of a view, in two plain structs.
#pragma once

#include <string>
#include <variant>

#include "nearfold/export.hpp"

struct CUstream_st;  // what cudaStream_t points to; keeps CUDA headers out of this one

namespace nearfold {

/// The processor. `threads` in [0, 1024]; 0 means every core this process may use.
/// Results never depend on it.
struct Cpu {
  int threads = 0;
};

/// One GPU and the stream that work is ordered on, but for the optimisation: that is on a stream of
/// its own, after what was asked of this one. All stages run there; graphs stay there.
struct Cuda {
  int device = 0;
  CUstream_st* stream = nullptr;
};

using Device = std::variant<Cpu, Cuda>;

/// The first GPU that can be used if this build and machine have one, otherwise `Cpu{}`. CUDA
/// counts the fastest first; the environment variable CUDA_VISIBLE_DEVICES says which it counts.
NEARFOLD_EXPORT Device best_device() noexcept;

/// "cpu (2 threads)" or "cuda:0 (name)"; for reports.
NEARFOLD_EXPORT std::string describe(const Device& device);
NEARFOLD_EXPORT std::string describe(const Cuda& device);

}  // namespace nearfold
