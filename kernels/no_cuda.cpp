// What kernels/ defines, in a build without CUDA.
#include "core/check_points.hpp"
#include "core/device.hpp"
#include "core/device_memory.hpp"
#include "model/placer.hpp"
#include "nearfold/embed.hpp"
#include "nearfold/error.hpp"
#include "stages.hpp"

namespace nearfold {
namespace {

[[noreturn]] void no_cuda() {
  throw NoDevice("this build has no CUDA; configure with -DNEARFOLD_CUDA=ON, or use the cpu");
}

}  // namespace

void require_device(const Cuda&) {
  no_cuda();
}
void start_device(const Cuda&) {
  no_cuda();
}

const char* cuda_version() noexcept {
  return "";
}
const char* faiss_version() noexcept {
  return "";
}

Device best_device() noexcept {
  return Cpu{};
}

std::string describe(const Cuda& on) {
  return "cuda:" + std::to_string(on.device);
}

DeviceMemory::DeviceMemory(const Cuda&, std::int64_t) {
  no_cuda();
}
DeviceMemory::~DeviceMemory() = default;
void copy_bytes(const Cuda&, void*, const void*, std::size_t, CopyKind) {
  no_cuda();
}
std::int64_t free_bytes(const Cuda&) {
  no_cuda();
}
void wait_for(const Cuda&) {
  no_cuda();
}

DeviceKnnGraph find_knn(const InputPoints&, int, const KnnParams&, const Distance&, const Cuda&,
                        std::uint64_t) {
  no_cuda();
}
KnnGraph to_host(const DeviceKnnGraph&) {
  no_cuda();
}

Reordered<Cuda> reorder(const KnnGraphView&, int, const Cuda&) {
  no_cuda();
}
Reordered<Cuda> reorder(const DeviceKnnGraph&, int, const Cuda&) {
  no_cuda();
}

InitialLayout initial_layout(const Init&, const InputPoints&, const DeviceEdgeGraph&, int,
                             std::uint64_t, const Cuda&) {
  no_cuda();
}

std::unique_ptr<Placer> make_placer(const Model&, const Cuda&) {
  no_cuda();
}

void check_points(DeviceMatrix<const float>, const Cuda&) {
  no_cuda();
}
std::int64_t constant_columns(DeviceMatrix<const float>, const Cuda&) {
  no_cuda();
}
void require_finite(DeviceMatrix<const float>, const Cuda&) {
  no_cuda();
}

// What they would own is theirs by contract.
// NOLINTBEGIN(performance-unnecessary-value-param)
DeviceEdgeGraph weigh_edges(DeviceKnnGraph, const TsneParams&, const Cuda&) {
  no_cuda();
}
DeviceEdgeGraph weigh_edges(DeviceKnnGraph, const UmapParams&, const Cuda&) {
  no_cuda();
}
DeviceEdgeGraph weigh_edges(DeviceKnnGraph, const UmapParams&, const Steering&, const Cuda&) {
  no_cuda();
}
DeviceEdgeGraph weigh_edges(DeviceKnnGraph, const PacmapParams&, const PairSource&, const Cuda&) {
  no_cuda();
}
std::unique_ptr<Optimizer> make_optimizer(DeviceEdgeGraph, Matrix, const PacmapParams&,
                                          std::uint64_t, const Cuda&) {
  no_cuda();
}
std::unique_ptr<Optimizer> make_optimizer(DeviceEdgeGraph, Matrix, const LocalmapParams&,
                                          std::uint64_t, const Cuda&) {
  no_cuda();
}
std::unique_ptr<Optimizer> make_optimizer(DeviceEdgeGraph, Matrix, const TsneParams&, std::uint64_t,
                                          const Cuda&) {
  no_cuda();
}
std::unique_ptr<Optimizer> make_optimizer(DeviceEdgeGraph, Matrix, const UmapParams&, std::uint64_t,
                                          const Cuda&) {
  no_cuda();
}
// NOLINTEND(performance-unnecessary-value-param)

}  // namespace nearfold
