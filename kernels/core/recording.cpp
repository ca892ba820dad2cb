#include "kernels/core/recording.hpp"

#include "kernels/core/cuda.hpp"

namespace nearfold {

OwnStream::OwnStream(const Cuda& callers) : on_(callers) {
  const DeviceGuard here(callers);
  wait_for(callers);
  check_cuda(cudaStreamCreateWithFlags(&on_.stream, cudaStreamNonBlocking),
             "cudaStreamCreateWithFlags");
}

OwnStream::~OwnStream() {
  release_on(on_, [&] { cudaStreamDestroy(on_.stream); });
}

// Of this thread alone: others may ask for memory meanwhile.
Capture::Capture(const Cuda& on) : on_(on) {
  const DeviceGuard here(on);
  check_cuda(cudaStreamBeginCapture(on.stream, cudaStreamCaptureModeThreadLocal),
             "cudaStreamBeginCapture");
}

Capture::~Capture() {
  if (ended_) return;
  cudaGraph_t graph = nullptr;
  cudaStreamEndCapture(on_.stream, &graph);
  if (graph) cudaGraphDestroy(graph);
  cudaGetLastError();  // or the next launch is blamed for it
}

cudaGraph_t Capture::end() {
  ended_ = true;
  cudaGraph_t graph = nullptr;
  const cudaError_t status = cudaStreamEndCapture(on_.stream, &graph);
  if (status != cudaSuccess) cudaGetLastError();
  check_cuda(status, "cudaStreamEndCapture");
  return graph;
}

Recording::Recording(const Cuda& on, cudaGraph_t graph) : on_(on) {
  const DeviceGuard here(on);
  const cudaError_t status = cudaGraphInstantiateWithFlags(&ready_, graph, 0);
  cudaGraphDestroy(graph);
  if (status != cudaSuccess) cudaGetLastError();
  check_cuda(status, "cudaGraphInstantiateWithFlags");
}

Recording::~Recording() {
  if (ready_) release_on(on_, [&] { cudaGraphExecDestroy(ready_); });  // after what it is doing
}

void Recording::replay() const {
  const DeviceGuard here(on_);
  check_cuda(cudaGraphLaunch(ready_, on_.stream), "cudaGraphLaunch");
}

}  // namespace nearfold
