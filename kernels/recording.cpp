#include "recording.hpp"

#include "cuda.hpp"

namespace nearfold {

OwnStream::OwnStream(const Cuda& callers) : on_(callers) {
  const OnThisDevice here(callers);
  check_cuda(cudaStreamSynchronize(callers.stream), "cudaStreamSynchronize");
  check_cuda(cudaStreamCreateWithFlags(&on_.stream, cudaStreamNonBlocking),
             "cudaStreamCreateWithFlags");
}

OwnStream::~OwnStream() {
  try {
    const OnThisDevice here(on_);
    cudaStreamDestroy(on_.stream);
  } catch (const Error&) {  // the device is gone, and its streams with it
  }
}

// Of this thread alone: others may ask for memory meanwhile.
Capture::Capture(const Cuda& on) : on_(on) {
  const OnThisDevice here(on);
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
  const cudaError_t status = cudaGraphInstantiateWithFlags(&ready_, graph, 0);
  cudaGraphDestroy(graph);
  if (status != cudaSuccess) cudaGetLastError();
  check_cuda(status, "cudaGraphInstantiateWithFlags");
}

Recording::~Recording() {
  if (ready_) cudaGraphExecDestroy(ready_);  // after what it is doing
}

void Recording::replay() const {
  const OnThisDevice here(on_);
  check_cuda(cudaGraphLaunch(ready_, on_.stream), "cudaGraphLaunch");
}

}  // namespace nearfold
