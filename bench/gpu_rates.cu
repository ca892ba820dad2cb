// What a GPU can do at most, and what its libraries cost: the numbers that tell which of two ways
// is the faster one, before either is tuned. One measure a call, so that none can take others
// along.
//
//   gpu_rates          the names, one a line
//   gpu_rates NAME     lines of "NAME what value unit"
#include <cublas_v2.h>
#include <cuda_fp16.h>
#include <cuda_runtime.h>
#include <cufft.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace {

std::string measured;  // its name

void require(bool right, const char* what, int code) {
  if (right) return;
  std::fprintf(stderr, "gpu_rates: %s: error %d\n", what, code);
  std::exit(1);
}
void check(cudaError_t code, const char* what) {
  require(code == cudaSuccess, what, code);
}
void check(cublasStatus_t code, const char* what) {
  require(code == CUBLAS_STATUS_SUCCESS, what, code);
}
void check(cufftResult code, const char* what) {
  require(code == CUFFT_SUCCESS, what, code);
}
#define CHECK(call) check(call, #call)

void print(const char* what, double value, const char* unit) {
  std::printf("%s %s %.6g %s\n", measured.c_str(), what, value, unit);
  std::fflush(stdout);
}

template <class T>
T* allocate(std::size_t count) {
  T* at = nullptr;
  CHECK(cudaMalloc(&at, count * sizeof(T)));
  return at;
}

double host_seconds(const std::function<void()>& work) {
  const auto begin = std::chrono::steady_clock::now();
  work();
  CHECK(cudaDeviceSynchronize());
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

/// The median of seven turns, by the device's own clock, after one that counts for nothing.
double seconds(const std::function<void()>& work) {
  cudaEvent_t begin, end;
  CHECK(cudaEventCreate(&begin));
  CHECK(cudaEventCreate(&end));
  std::vector<float> turns;
  for (int turn = 0; turn < 8; ++turn) {
    CHECK(cudaEventRecord(begin));
    work();
    CHECK(cudaGetLastError());
    CHECK(cudaEventRecord(end));
    CHECK(cudaEventSynchronize(end));
    float ms = 0;
    CHECK(cudaEventElapsedTime(&ms, begin, end));
    if (turn > 0) turns.push_back(ms);
  }
  std::sort(turns.begin(), turns.end());
  return turns[turns.size() / 2] / 1e3;
}

// ---- values that are no zeros: these can be faster than data
// --------------------------------------

__device__ std::uint32_t mixed(std::uint64_t x) {
  x = (x ^ (x >> 31)) * 0x9E3779B97F4A7C15u;
  return static_cast<std::uint32_t>((x ^ (x >> 29)) * 0xBF58476D1CE4E5B9u >> 32);
}
template <class T>
__global__ void fill_kernel(T* values, std::size_t count) {
  const std::size_t stride = std::size_t{gridDim.x} * blockDim.x;
  for (std::size_t i = blockIdx.x * blockDim.x + threadIdx.x; i < count; i += stride)
    values[i] = static_cast<T>(static_cast<float>(mixed(i + 1)) / 4294967296.0f - 0.5f);
}
template <class T>
T* random_values(std::size_t count) {
  T* values = allocate<T>(count);
  fill_kernel<<<1024, 256>>>(values, count);
  CHECK(cudaDeviceSynchronize());
  return values;
}

// ---- measures
// --------------------------------------------------------------------------------------

void context() {
  print("first-call", host_seconds([] { CHECK(cudaFree(nullptr)); }), "s");
  cublasHandle_t handle;
  print("cublas-handle", host_seconds([&] { CHECK(cublasCreate(&handle)); }), "s");
  cufftHandle plan;
  print("first-cufft-plan", host_seconds([&] { CHECK(cufftPlan2d(&plan, 512, 512, CUFFT_R2C)); }),
        "s");
}

void copies() {
  constexpr std::size_t kBytes = std::size_t{1} << 30;
  auto* a = random_values<float>(kBytes / 4);
  auto* b = allocate<float>(kBytes / 4);
  const double there =
      seconds([&] { CHECK(cudaMemcpyAsync(b, a, kBytes, cudaMemcpyDeviceToDevice)); });
  print("device-read-and-written", 2 * kBytes / there / 1e9, "GB/s");
  std::vector<char> pageable(kBytes, 1);
  void* pinned = nullptr;
  print("pinning-1-GiB", host_seconds([&] { CHECK(cudaMallocHost(&pinned, kBytes)); }), "s");
  const auto up = [&](const void* from) {
    return seconds([&] { CHECK(cudaMemcpy(a, from, kBytes, cudaMemcpyHostToDevice)); });
  };
  print("upload-pageable", kBytes / up(pageable.data()) / 1e9, "GB/s");
  print("upload-pinned", kBytes / up(pinned) / 1e9, "GB/s");
}

/// One tile of the exact search: 512 queries and 262,144 points of 784 columns.
template <class T>
void products(cudaDataType type, cublasComputeType_t compute) {
  constexpr int kQueries = 512, kPoints = 262144, kColumns = 784;
  const T* queries = random_values<T>(std::size_t{kQueries} * kColumns);
  const T* points = random_values<T>(std::size_t{kPoints} * kColumns);
  auto* out = allocate<float>(std::size_t{kQueries} * kPoints);
  cublasHandle_t handle;
  CHECK(cublasCreate(&handle));
  const float one = 1, zero = 0;
  const double took = seconds([&] {
    CHECK(cublasGemmEx(handle, CUBLAS_OP_T, CUBLAS_OP_N, kPoints, kQueries, kColumns, &one, points,
                       type, kColumns, queries, type, kColumns, &zero, out, CUDA_R_32F, kPoints,
                       compute, CUBLAS_GEMM_DEFAULT));
  });
  print("tile", took * 1e3, "ms");
  print("rate", 2.0 * kQueries * kPoints * kColumns / took / 1e12, "TFLOP/s");
}

__global__ void add_kernel(unsigned long long* nodes, std::uint64_t used, std::uint64_t adds) {
  const std::uint64_t stride = std::uint64_t{gridDim.x} * blockDim.x;
  for (std::uint64_t i = blockIdx.x * blockDim.x + threadIdx.x; i < adds; i += stride)
    atomicAdd(nodes + mixed(i) % used, 1ull);
}
/// What spreading charges does: 36 million additions of whole numbers, to so many nodes.
void additions() {
  constexpr std::uint64_t kAdds = 36'000'000;
  auto* nodes = allocate<unsigned long long>(1 << 20);
  CHECK(cudaMemset(nodes, 0, sizeof(*nodes) << 20));
  for (const auto& [name, used] : std::map<const char*, std::uint64_t>{
           {"to-1-node", 1}, {"to-36-nodes", 36}, {"to-1M-nodes", 1 << 20}})
    print(name, seconds([&, u = used] { add_kernel<<<1024, 256>>>(nodes, u, kAdds); }) * 1e3, "ms");
}

void plans() {
  constexpr int kPlans = 10;
  std::vector<cufftHandle> made(kPlans);
  const double took = host_seconds([&] {
    for (int p = 0; p < kPlans; ++p)
      CHECK(cufftPlan2d(&made[p], 256 + 32 * p, 256 + 32 * p, CUFFT_R2C));
  });
  print("each-of-ten", took / kPlans * 1e3, "ms");
  auto* in = random_values<float>(1024 * 1024);
  auto* out = allocate<cufftComplex>(1024 * 513);
  cufftHandle plan;
  CHECK(cufftPlan2d(&plan, 1024, 1024, CUFFT_R2C));
  print("transform-1024", seconds([&] { CHECK(cufftExecR2C(plan, in, out)); }) * 1e3, "ms");
}

const std::map<std::string, std::function<void()>> measures = {
    {"context", context},
    {"copies", copies},
    {"products-float", [] { products<float>(CUDA_R_32F, CUBLAS_COMPUTE_32F); }},
    {"products-tf32", [] { products<float>(CUDA_R_32F, CUBLAS_COMPUTE_32F_FAST_TF32); }},
    {"products-half-pedantic", [] { products<__half>(CUDA_R_16F, CUBLAS_COMPUTE_32F_PEDANTIC); }},
    {"products-half", [] { products<__half>(CUDA_R_16F, CUBLAS_COMPUTE_32F); }},
    {"additions", additions},
    {"fft", plans},
};

}  // namespace

int main(int argc, char** argv) {
  if (argc == 1) {
    for (const auto& [name, run] : measures) std::printf("%s\n", name.c_str());
    return 0;
  }
  const auto found = measures.find(argv[1]);
  require(found != measures.end(), "there is no such measure", 2);
  measured = argv[1];
  found->second();
  return 0;
}
