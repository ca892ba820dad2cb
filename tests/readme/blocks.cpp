// Runs the C++ blocks of one page of the documentation, in their order: blocks PAGE
#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <random>

#include "given.hpp"
#ifdef NEARFOLD_CUDA
#include <cuda_runtime_api.h>
#endif

namespace given {
namespace {

nearfold::Matrix blobs(std::int64_t rows, std::uint32_t seed) {
  nearfold::Matrix made(rows, dim);
  std::mt19937 random(seed);
  std::normal_distribution<float> normal;
  for (std::int64_t i = 0; i < rows; ++i)
    for (std::int64_t j = 0; j < dim; ++j)
      made.row(i)[j] = normal(random) + (j == i % 4 ? 8.0f : 0.0f);
  return made;
}

/// Memory that lasts as long as the process.
float* floats(std::int64_t count) {
#ifdef NEARFOLD_CUDA
  void* both = nullptr;
  if (cudaMallocManaged(&both, static_cast<std::size_t>(count) * sizeof(float)) == cudaSuccess)
    return static_cast<float*>(both);
#endif
  static std::vector<std::unique_ptr<float[]>> kept;
  return kept.emplace_back(std::make_unique<float[]>(static_cast<std::size_t>(count))).get();
}

std::vector<std::int32_t> labels_of_blobs() {
  std::vector<std::int32_t> made(static_cast<std::size_t>(n));
  for (std::size_t i = 0; i < made.size(); ++i) made[i] = static_cast<std::int32_t>(i % 4);
  return made;
}

}  // namespace

const std::int64_t n = 400, dim = 8;
const nearfold::Matrix points = blobs(n, 1), queries = blobs(20, 2);
float *x = floats(n * dim), *y = floats(n * 2);
const std::vector<std::int32_t> labels = labels_of_blobs();
std::vector<std::int64_t> ids;
std::vector<float> squares, distances;
std::vector<std::int32_t> neighbors;
const std::vector<nearfold::KnnParams> ivf_and_hnsw = {nearfold::IvfKnn{}, nearfold::HnswKnn{}};
const nearfold::Settings settings{.method = nearfold::UmapParams{.n_epochs = 50}};
CUstream_st* const stream = nullptr;

void save(std::size_t, const nearfold::Result&) {}
void keep(std::size_t, nearfold::Result&&) {}
void show(const nearfold::Compared&) {}

void prepare() {
  std::copy(points.data(), points.data() + points.size(), x);
  const nearfold::QueryResult with_self =
      nearfold::find_neighbors(points, points, 91, nearfold::FlatKnn{}, nearfold::Cpu{}, 1);
  ids.assign(with_self.neighbors.begin(), with_self.neighbors.end());
  for (const float distance : with_self.distances) squares.push_back(distance * distance);
  nearfold::KnnGraph graph =
      nearfold::find_neighbors(points, 90, nearfold::FlatKnn{}, nearfold::Cpu{}, 1);
  neighbors = std::move(graph.neighbors);
  distances = std::move(graph.distances);
}

}  // namespace given

int main(int, char** arguments) {
  given::prepare();
  int run = 0, skipped = 0;
  for (const Block& block : kBlocks) {
    if (std::strcmp(block.page, arguments[1]) != 0) continue;
    std::printf("%s:%d\n", block.page, block.line);
    try {
      block.run();
    } catch (const nearfold::NoDevice& none) {
      if (std::getenv("NEARFOLD_REQUIRE_GPU")) throw;
      std::printf("compiled, and not run without a GPU: %s\n", none.what());
      ++skipped;
    }
    ++run;
  }
  std::printf("%d blocks, %d of them need a GPU\n", run, skipped);
  if (run == 0) return 1;
  return skipped == run ? 77 : 0;  // ctest says "skipped"
}
