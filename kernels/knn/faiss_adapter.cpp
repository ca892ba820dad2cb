#include "kernels/knn/faiss_adapter.hpp"

#include <faiss/gpu/GpuDistance.h>
#include <faiss/gpu/GpuIndexIVFFlat.h>
#include <faiss/gpu/StandardGpuResources.h>
#include <faiss/gpu/utils/DeviceUtils.h>
#include <faiss/impl/FaissException.h>

#include <algorithm>
#include <string>
#include <type_traits>

#include "kernels/core/cuda.hpp"
#include "knn/search_memory.hpp"
#include "nearfold/embed.hpp"

namespace nearfold {
namespace {

using FaissId = std::remove_const_t<decltype(faiss::Index::ntotal)>;  // its name has moved
static_assert(sizeof(FaissId) == sizeof(std::int64_t));

/// work() on this device. Its inputs are right, so that memory is all that FAISS can lack.
template <class Work>
auto with_faiss(const Cuda& on, const Work& work) {
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

struct Resources {
  faiss::gpu::StandardGpuResources all;

  Resources(const Cuda& on, std::int64_t scratch) {
    all.setTempMemory(static_cast<std::size_t>(scratch));
    all.setPinnedMemory(0);  // for what comes from the host, and nothing does
    all.setDefaultStream(on.device, on.stream);
  }
};

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
  Pairs(const Cuda& on, std::int64_t scratch) : on_(on), resources_(on, scratch) {}

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
    with_faiss(on_, [&] { faiss::gpu::bfKnn(&resources_.all, params); });
  }

 private:
  Cuda on_;
  Resources resources_;
};

class Cells final : public FaissCells {
 public:
  Cells(const Cuda& on, const DeviceRows<float>& points, int nlist, std::uint64_t seed)
      : on_(on),
        resources_(on, kCellScratch),
        index_(&resources_.all, static_cast<int>(points.dim), nlist, faiss::METRIC_L2, config(on)) {
    index_.cp.niter = 10;
    index_.cp.min_points_per_centroid = 1;
    index_.cp.seed = static_cast<int>(seed & 0x7fffffffu);
    index_.train(points.count, points.rows);
    index_.add(points.count, points.rows);
  }
  void nearest(const DeviceRows<float>& queries, int k, float* squares,
               std::int64_t* ids) override {
    const std::int64_t most = cell_batch(probes_, queries.dim, k);
    for (std::int64_t first = 0; first < queries.count; first += most)
      with_faiss(on_, [&] {
        index_.search(std::min(most, queries.count - first), queries.rows + first * queries.dim, k,
                      squares + first * k, reinterpret_cast<FaissId*>(ids + first * k));
      });
  }
  void set_probes(int nprobe) override {
    probes_ = nprobe;
    with_faiss(on_, [&] { set_probes_of(index_, nprobe); });
  }

 private:
  static faiss::gpu::GpuIndexIVFFlatConfig config(const Cuda& on) {
    faiss::gpu::GpuIndexIVFFlatConfig config;
    config.device = on.device;
    without_cuvs(config);
    return config;
  }
  /// A function until 1.7.3, a variable since.
  template <class Index>
  static void set_probes_of(Index& index, int nprobe) {
    if constexpr (requires { index.setNumProbes(nprobe); })
      index.setNumProbes(nprobe);
    else
      index.nprobe = static_cast<std::size_t>(nprobe);
  }
  Cuda on_;
  Resources resources_;
  int probes_ = 1;
  faiss::gpu::GpuIndexIVFFlat index_;
};

}  // namespace

std::unique_ptr<FaissPairs> faiss_pairs(const Cuda& on, std::int64_t scratch) {
  return with_faiss(on, [&] { return std::make_unique<Pairs>(on, scratch); });
}

std::unique_ptr<FaissCells> faiss_cells(const Cuda& on, const DeviceRows<float>& points, int nlist,
                                        std::uint64_t seed) {
  return with_faiss(on, [&] { return std::make_unique<Cells>(on, points, nlist, seed); });
}

#define NEARFOLD_TEXT(x) #x
#define NEARFOLD_VALUE(x) NEARFOLD_TEXT(x)

const char* faiss_version() noexcept {
  return NEARFOLD_VALUE(FAISS_VERSION_MAJOR) "." NEARFOLD_VALUE(
      FAISS_VERSION_MINOR) "." NEARFOLD_VALUE(FAISS_VERSION_PATCH);
}

}  // namespace nearfold
