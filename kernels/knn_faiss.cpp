#include "knn_faiss.hpp"

#include <faiss/gpu/GpuIndexFlat.h>
#include <faiss/gpu/GpuIndexIVFFlat.h>
#include <faiss/gpu/StandardGpuResources.h>

#include <type_traits>

#include "cuda.hpp"

namespace nearfold {
namespace {

using FaissId = std::remove_const_t<decltype(faiss::Index::ntotal)>;  // its name has moved
static_assert(sizeof(FaissId) == sizeof(std::int64_t));

struct Resources {
  faiss::gpu::StandardGpuResources all;

  explicit Resources(const Cuda& on) {
    all.setTempMemory(static_cast<std::size_t>(kFaissScratch));
    all.setDefaultStream(on.device, on.stream);
  }
};

class Flat final : public FaissOnGpu {
 public:
  Flat(const Cuda& on, const float* points, std::int64_t n, std::int64_t dim)
      : resources_(on), index_(&resources_.all, static_cast<int>(dim), config(on)) {
    index_.add(n, points);
  }
  void search(const float* queries, std::int64_t rows, int k, float* distances,
              std::int64_t* ids) override {
    index_.search(rows, queries, k, distances, reinterpret_cast<FaissId*>(ids));
  }

 private:
  static faiss::gpu::GpuIndexFlatConfig config(const Cuda& on) {
    faiss::gpu::GpuIndexFlatConfig config;
    config.device = on.device;
    return config;
  }
  Resources resources_;
  faiss::gpu::GpuIndexFlatL2 index_;
};

class Ivf final : public FaissOnGpu {
 public:
  Ivf(const Cuda& on, const float* points, std::int64_t n, std::int64_t dim, int lists,
      std::uint64_t seed)
      : resources_(on),
        index_(&resources_.all, static_cast<int>(dim), lists, faiss::METRIC_L2, config(on)) {
    index_.cp.niter = 10;
    index_.cp.min_points_per_centroid = 1;
    index_.cp.seed = static_cast<int>(seed & 0x7fffffffu);
    index_.train(n, points);
    index_.add(n, points);
  }
  void search(const float* queries, std::int64_t rows, int k, float* distances,
              std::int64_t* ids) override {
    index_.search(rows, queries, k, distances, reinterpret_cast<FaissId*>(ids));
  }
  void set_probes(int probes) override { set(index_, probes); }

 private:
  static faiss::gpu::GpuIndexIVFFlatConfig config(const Cuda& on) {
    faiss::gpu::GpuIndexIVFFlatConfig config;
    config.device = on.device;
    return config;
  }
  /// A function until 1.7.3, a variable since.
  template <class Index>
  static void set(Index& index, int probes) {
    if constexpr (requires { index.setNumProbes(probes); })
      index.setNumProbes(probes);
    else
      index.nprobe = static_cast<std::size_t>(probes);
  }
  Resources resources_;
  faiss::gpu::GpuIndexIVFFlat index_;
};

}  // namespace

std::unique_ptr<FaissOnGpu> faiss_flat(const Cuda& on, const float* points, std::int64_t n,
                                       std::int64_t dim) {
  return std::make_unique<Flat>(on, points, n, dim);
}

std::unique_ptr<FaissOnGpu> faiss_ivf(const Cuda& on, const float* points, std::int64_t n,
                                      std::int64_t dim, int lists, std::uint64_t seed) {
  return std::make_unique<Ivf>(on, points, n, dim, lists, seed);
}

}  // namespace nearfold
