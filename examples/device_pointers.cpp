// Points in the GPU's memory, mapped there, to a map that stays there; without a GPU, on the host.
// Build: find_package(nearfold), find_package(CUDAToolkit); nearfold::nearfold CUDA::cudart_static.
#include <cstdint>
#include <cstdio>
#include <memory>
#include <nearfold/nearfold.hpp>
#include <random>
#include <vector>

#if __has_include(<cuda_runtime_api.h>)
#include <cuda_runtime_api.h>
/// Stands for what your program has: memory that a GPU reads, here one that the host sees as well.
std::shared_ptr<float> device_floats(std::int64_t count) {
  void* data = nullptr;
  const cudaError_t error =
      cudaMallocManaged(&data, static_cast<std::size_t>(count) * sizeof(float));
  if (error != cudaSuccess) throw nearfold::NoDevice(cudaGetErrorString(error));
  return {static_cast<float*>(data), cudaFree};
}
#else
std::shared_ptr<float> device_floats(std::int64_t) {
  throw nearfold::NoDevice("compiled without the CUDA Toolkit");
}
#endif

constexpr std::int64_t n = 1000, dim = 16;

void fill(float* x) {  // four blobs
  std::mt19937 random(1);
  std::normal_distribution<float> normal;
  for (std::int64_t i = 0; i < n; ++i)
    for (std::int64_t j = 0; j < dim; ++j)
      x[i * dim + j] = normal(random) + (j == i % 4 ? 8.0f : 0.0f);
}

nearfold::Matrix map_on_gpu(nearfold::Settings settings) {
  const std::shared_ptr<float> x = device_floats(n * dim), y = device_floats(n * 2);
  fill(x.get());
  settings.device = nearfold::Cuda{.device = 0, .stream = nullptr};  // or the stream that fills x
  const nearfold::RunInfo info =
      nearfold::embed(nearfold::DeviceMatrix<const float>(x.get(), n, dim),
                      nearfold::DeviceMatrix<float>(y.get(), n, 2), settings);
  std::printf("mapped on %s\n", info.device.c_str());
  return {n, 2, std::vector<float>(y.get(), y.get() + n * 2)};  // y is there when embed() returns
}

int main() {
  const nearfold::Settings settings{.method = nearfold::UmapParams{}, .seed = 7};
  nearfold::Matrix map;
  try {
    map = map_on_gpu(settings);
  } catch (const nearfold::NoDevice& none) {
    std::printf("no GPU: %s\n", none.what());
    nearfold::Matrix points(n, dim);
    fill(points.data());
    map = nearfold::embed(points, settings).layout;
  }
  const nearfold::KnnGraph nearest =
      nearfold::find_neighbors(map, 1, nearfold::FlatKnn{}, nearfold::Cpu{}, 7);
  int same = 0;
  for (std::int64_t i = 0; i < n; ++i)
    same += nearest.neighbors[static_cast<std::size_t>(i)] % 4 == i % 4;
  std::printf("the nearest point in the map is of the same blob for %d of %d\n", same,
              static_cast<int>(n));
}
