#include "kernels/knn/faiss_adapter.hpp"

#include <dlfcn.h>
#include <faiss/gpu/GpuDistance.h>
#include <faiss/gpu/GpuIndexIVFFlat.h>
#include <faiss/gpu/StandardGpuResources.h>
#include <faiss/gpu/utils/DeviceUtils.h>
#include <faiss/impl/FaissException.h>

#include <algorithm>
#include <memory>
#include <string>
#include <type_traits>
#include <vector>

#include "kernels/core/cuda.hpp"
#include "kernels/core/device_code.hpp"
#include "knn/search_memory.hpp"
#include "nearfold/embed.hpp"
#include "nearfold/error.hpp"

namespace nearfold {
namespace {

using FaissId = std::remove_const_t<decltype(faiss::Index::ntotal)>;  // its name has moved
static_assert(sizeof(FaissId) == sizeof(std::int64_t));

/// Whether the device still does what it is asked for: nothing that was asked of it before failed.
bool in_order(const Cuda& on) noexcept {
  try {
    wait_for(on);
    return true;
  } catch (const Error&) {
    return false;
  }
}

/// What FAISS made, destroyed only where that can be: its destructors assert that CUDA calls
/// succeed, and end the process where an error before was one that a device does not get over. Then
/// it is left: the memory is the device's, which this process can't use any more, and the caller
/// gets the DeviceFailure that came first.
struct DestroyInOrder {
  Cuda on;
  template <class T>
  void operator()(T* made) const noexcept {
    if (in_order(on)) delete made;  // NOLINT(cppcoreguidelines-owning-memory)
  }
};
template <class T>
using OfFaiss = std::unique_ptr<T, DestroyInOrder>;

/// work() on this device, which is in order: else it would be FAISS that finds out, and that ends
/// the process. Its inputs are right, so that memory is all that FAISS can lack.
template <class Work>
auto with_faiss(const Cuda& on, const Work& work) {
  wait_for(on);
  const DeviceGuard here(on);
  const faiss::gpu::DeviceScope there(on.device);  // FAISS may have a CUDA runtime of its own
  try {
    return work();
  } catch (const faiss::FaissException& error) {
    throw OutOfMemory(std::string("FAISS found too little memory on ") + describe(on) + ": " +
                          error.what() + "; use fewer points, or the cpu",
                      0, free_bytes(on));
  }
}

/// The file that FAISS is in; this library's own where it is linked statically.
std::string file_of_faiss() {
  void (*const entry)(faiss::gpu::GpuResourcesProvider*, const faiss::gpu::GpuDistanceParams&) =
      &faiss::gpu::bfKnn;
  Dl_info found{};
  const bool known = dladdr(reinterpret_cast<const void*>(entry), &found) != 0;
  return known && found.dli_fname != nullptr ? found.dli_fname : "";
}

/// Throws DeviceFailure where FAISS was compiled for other GPUs alone: it would end the process.
void require_code(const Cuda& on) {
  const DeviceGuard here(on);
  int major = 0, minor = 0;
  check_cuda(cudaDeviceGetAttribute(&major, cudaDevAttrComputeCapabilityMajor, on.device),
             "cudaDeviceGetAttribute");
  check_cuda(cudaDeviceGetAttribute(&minor, cudaDevAttrComputeCapabilityMinor, on.device),
             "cudaDeviceGetAttribute");
  const std::string file = file_of_faiss();
  const std::vector<DeviceCode> code = device_code_in(file);
  if (runs_on(code, major, minor)) return;
  std::string all;
  for (const DeviceCode& one : code)
    all += (all.empty() ? "" : ", ") + std::to_string(one.architecture) + (one.ptx ? " (PTX)" : "");
  const std::string card = std::to_string(10 * major + minor);
  throw DeviceFailure("FAISS (" + file + ") has code for GPUs of compute capability " + all +
                      ", and " + describe(on) + " has " + card +
                      "; build it for that (scripts/install-deps.sh --cuda " + card +
                      "), or use the cpu");
}

using Resources = faiss::gpu::StandardGpuResources;

/// `pinned` bytes are for what comes from the host.
OfFaiss<Resources> resources_on(const Cuda& on, std::int64_t scratch, std::int64_t pinned) {
  require_code(on);
  OfFaiss<Resources> made(new Resources, DestroyInOrder{on});
  made->setTempMemory(static_cast<std::size_t>(scratch));
  made->setPinnedMemory(static_cast<std::size_t>(pinned));
  made->setDefaultStream(on.device, on.stream);
  return made;
}

/// Where a version has cuVS, once called raft: it takes halves for floats, and other candidates.
template <class Params>
void without_cuvs(Params& params) {
  if constexpr (requires { params.use_cuvs; }) params.use_cuvs = false;
  if constexpr (requires { params.use_raft; }) params.use_raft = false;
}

/// Numbers of rows: int until 1.7.3.
template <class Count>
void set(Count& count, std::int64_t value) {
  count = static_cast<Count>(value);
}

class Pairs final : public FaissPairs {
 public:
  Pairs(const Cuda& on, std::int64_t scratch) : on_(on), resources_(resources_on(on, scratch, 0)) {}

  void nearest(const DeviceRows<float>& points, const DeviceRows<float>& queries, int k,
               float* squares, std::int64_t* ids) override {
    faiss::gpu::GpuDistanceParams params;
    params.metric = faiss::METRIC_L2;
    params.k = k;
    set(params.dims, points.dim);
    params.vectors = points.rows;
    set(params.numVectors, points.count);
    params.queries = queries.rows;
    set(params.numQueries, queries.count);
    params.outDistances = squares;
    params.outIndicesType = faiss::gpu::IndicesDataType::I64;
    params.outIndices = ids;
    without_cuvs(params);
    with_faiss(on_, [&] { faiss::gpu::bfKnn(resources_.get(), params); });
  }

 private:
  Cuda on_;
  OfFaiss<Resources> resources_;
};

class Cells final : public FaissCells {
  using Index = faiss::gpu::GpuIndexIVFFlat;

 public:
  Cells(const Cuda& on, const DeviceRows<float>& sample, const DeviceRows<float>& points, int nlist,
        std::uint64_t seed)
      : on_(on),
        resources_(resources_on(on, kCellScratch, kFaissPinned)),
        index_(new Index(resources_.get(), static_cast<int>(points.dim), nlist, faiss::METRIC_L2,
                         config(on)),
               DestroyInOrder{on}) {
    index_->cp.niter = 10;
    index_->cp.min_points_per_centroid = 1;
    index_->cp.max_points_per_centroid = static_cast<int>(kFaissRowsOfCell);
    index_->cp.seed = static_cast<int>(seed & 0x7fffffffu);
    index_->reserveMemory(static_cast<std::size_t>(points.count));  // lists need not grow by and by
    index_->train(sample.count, sample.rows);
    index_->add(points.count, points.rows);
  }
  void nearest(const DeviceRows<float>& queries, int k, float* squares,
               std::int64_t* ids) override {
    const std::int64_t most = cell_batch(probes_, queries.dim, k);
    for (std::int64_t first = 0; first < queries.count; first += most)
      with_faiss(on_, [&] {
        index_->search(std::min(most, queries.count - first), queries.rows + first * queries.dim, k,
                       squares + first * k, reinterpret_cast<FaissId*>(ids + first * k));
      });
  }
  void set_probes(int nprobe) override {
    probes_ = nprobe;
    with_faiss(on_, [&] { set_probes_of(*index_, nprobe); });
  }

 private:
  static faiss::gpu::GpuIndexIVFFlatConfig config(const Cuda& on) {
    faiss::gpu::GpuIndexIVFFlatConfig config;
    config.device = on.device;
    without_cuvs(config);
    return config;
  }
  /// A function until 1.7.3, a variable since.
  template <class Ivf>
  static void set_probes_of(Ivf& index, int nprobe) {
    if constexpr (requires { index.setNumProbes(nprobe); })
      index.setNumProbes(nprobe);
    else
      index.nprobe = static_cast<std::size_t>(nprobe);
  }
  Cuda on_;
  OfFaiss<Resources> resources_;
  int probes_ = 1;
  OfFaiss<Index> index_;
};

}  // namespace

std::unique_ptr<FaissPairs> faiss_pairs(const Cuda& on, std::int64_t scratch) {
  return with_faiss(on, [&] { return std::make_unique<Pairs>(on, scratch); });
}

std::unique_ptr<FaissCells> faiss_cells(const Cuda& on, const DeviceRows<float>& sample,
                                        const DeviceRows<float>& points, int nlist,
                                        std::uint64_t seed) {
  return with_faiss(on, [&] { return std::make_unique<Cells>(on, sample, points, nlist, seed); });
}

#define NEARFOLD_TEXT(x) #x
#define NEARFOLD_VALUE(x) NEARFOLD_TEXT(x)

const char* faiss_version() noexcept {
  return NEARFOLD_VALUE(FAISS_VERSION_MAJOR) "." NEARFOLD_VALUE(
      FAISS_VERSION_MINOR) "." NEARFOLD_VALUE(FAISS_VERSION_PATCH);
}

}  // namespace nearfold
