// What approximate neighbours save, what they miss, and whether the map shows it.
// Build: find_package(nearfold), nearfold::nearfold; or c++ -std=c++20 with pkg-config nearfold.
#include <cstdint>
#include <cstdio>
#include <nearfold/nearfold.hpp>
#include <random>
#include <vector>

int main() {
  constexpr std::int64_t n = 1200, dim = 6;
  nearfold::Matrix points(n, dim);  // six blobs
  std::vector<std::int32_t> labels(n);
  std::mt19937 random(1);
  std::normal_distribution<float> normal;
  for (std::int64_t i = 0; i < n; ++i) {
    labels[static_cast<std::size_t>(i)] = static_cast<std::int32_t>(i % 6);
    for (std::int64_t j = 0; j < dim; ++j)
      points.row(i)[j] = normal(random) + (j == i % 6 ? 6.0f : 0.0f);
  }

  const std::vector<nearfold::KnnParams> methods = {nearfold::IvfKnn{}, nearfold::HnswKnn{},
                                                    nearfold::NnDescentKnn{}};
  const nearfold::Settings settings{.method = nearfold::UmapParams{.n_epochs = 200}};
  std::printf("%-36s seconds recall  trust overlap\n", "index");
  // The exact search is always there, as the first: the others' recall and overlap are with it.
  nearfold::compare_graphs(
      points, labels, 14, methods, settings, {}, [](const nearfold::Compared& one) {
        std::printf("%-36s %7.3f %6.4f %6.4f %7.4f\n", one.info.index.c_str(), one.knn_seconds(),
                    one.info.recall ? one.info.recall->mean : 1.0,
                    one.quality.find("trustworthiness@15")->value,
                    one.agreement ? one.agreement->overlap.value : 1.0);
      });
}
