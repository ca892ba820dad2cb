// Work of a GPU that is recorded once and asked for again in one call: CUDA graphs, captured from a
// stream. The stream is one's own, as the default stream can't be captured.
#pragma once

#include <cuda_runtime_api.h>

#include <utility>

#include "nearfold/device.hpp"

namespace nearfold {

/// A stream that begins where that of a caller is, and waits for no other.
class OwnStream {
 public:
  /// Waits until what was asked of the caller's stream is done.
  explicit OwnStream(const Cuda& callers);
  ~OwnStream();
  OwnStream(const OwnStream&) = delete;
  OwnStream& operator=(const OwnStream&) = delete;
  /// The caller's device with this stream.
  const Cuda& on() const { return on_; }

 private:
  Cuda on_;
};

/// While there is one, what this thread asks of the stream is kept and not done.
class Capture {
 public:
  explicit Capture(const Cuda& on);
  /// Forgets what was captured unless it was ended.
  ~Capture();
  Capture(const Capture&) = delete;
  Capture& operator=(const Capture&) = delete;
  /// The caller destroys it. Throws when something could not be captured.
  cudaGraph_t end();

 private:
  Cuda on_;
  bool ended_ = false;
};

/// What was captured, ready to be launched.
class Recording {
 public:
  /// Destroys the graph.
  Recording(const Cuda& on, cudaGraph_t graph);
  Recording(Recording&& other) noexcept
      : on_(other.on_), ready_(std::exchange(other.ready_, nullptr)) {}
  Recording& operator=(Recording&&) = delete;
  ~Recording();
  /// Does not wait for it.
  void replay() const;

 private:
  Cuda on_;
  cudaGraphExec_t ready_ = nullptr;
};

}  // namespace nearfold
