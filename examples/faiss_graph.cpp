// A map over neighbours that FAISS found, by any of its indices, on a processor or a GPU.
// Build: find_package(nearfold), find_package(OpenMP), find_package(faiss); Debian: libfaiss-dev.
#include <faiss/IndexFlat.h>

#include <cstdint>
#include <cstdio>
#include <nearfold/nearfold.hpp>
#include <random>
#include <vector>

int main() {
  constexpr std::int64_t n = 2000, dim = 16, k = 16;  // each point finds itself and 15 others
  nearfold::Matrix points(n, dim);                    // five blobs
  std::mt19937 random(1);
  std::normal_distribution<float> normal;
  for (std::int64_t i = 0; i < n; ++i)
    for (std::int64_t j = 0; j < dim; ++j)
      points.row(i)[j] = normal(random) + (j == i % 5 ? 8.0f : 0.0f);

  faiss::IndexFlatL2 index(dim);  // or IndexIVFFlat, IndexHNSWFlat, gpu::GpuIndexFlatL2, ...
  index.add(n, points.data());
  std::vector<std::int64_t> ids(n * k);
  std::vector<float> squares(n * k);  // FAISS's METRIC_L2 is the square of the distance
  index.search(n, points.data(), k, squares.data(), ids.data());

  // hnswlib's labels (std::size_t) and L2Space go the same way.
  const nearfold::KnnGraph graph = nearfold::graph_from(
      ids, squares, n, k, {.squared = true, .has_self = true, .index = "faiss:IndexFlatL2"});
  const nearfold::Result map =
      nearfold::embed(graph, points, {.method = nearfold::UmapParams{.n_neighbors = 16}});

  const nearfold::KnnGraph own =
      nearfold::find_neighbors(points, k - 1, nearfold::FlatKnn{}, nearfold::Cpu{}, 42);
  std::size_t same = 0;
  for (std::size_t i = 0; i < own.neighbors.size(); ++i)
    same += graph.neighbors[i] == own.neighbors[i];
  std::printf("a map of %lld rows by %s; %.1f %% of its neighbours are those of FlatKnn\n",
              static_cast<long long>(map.layout.rows()), map.info.index.c_str(),
              100.0 * static_cast<double>(same) / static_cast<double>(own.neighbors.size()));
}
