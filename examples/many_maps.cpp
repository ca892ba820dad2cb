// One graph, many maps: every combination of two parameters, from neighbours found once.
// Build: find_package(nearfold), nearfold::nearfold; or c++ -std=c++20 with pkg-config nearfold.
#include <cmath>
#include <cstdio>
#include <nearfold/nearfold.hpp>
#include <random>
#include <variant>
#include <vector>

int main() {
  nearfold::Matrix points(500, 3);  // a swiss roll
  std::mt19937 random(1);
  std::uniform_real_distribution<float> uniform;
  for (std::int64_t i = 0; i < points.rows(); ++i) {
    const float turn = 4.7f + 9.4f * uniform(random);
    points.row(i)[0] = turn * std::cos(turn);
    points.row(i)[1] = 21.0f * uniform(random);
    points.row(i)[2] = turn * std::sin(turn);
  }

  const nearfold::Settings settings{.seed = 7};
  const std::vector<nearfold::Method> methods =
      nearfold::grid(nearfold::UmapParams{}, std::vector{5, 15, 50}, std::vector{0.0, 0.5});
  // For the largest of them, which serves the smaller ones as well.
  const int k = nearfold::neighbors_needed(methods, points.rows());
  const nearfold::KnnGraph graph =
      nearfold::find_neighbors(points, k, settings.knn, settings.device, settings.seed);

  nearfold::Matrix last;
  const std::size_t made = nearfold::embed_grid(
      graph, points, methods, settings, [&](std::size_t which, nearfold::Result&& map) {
        const auto& umap = std::get<nearfold::UmapParams>(methods[which]);
        const nearfold::QualityReport scores = nearfold::evaluate(points, map.layout, {});
        std::printf("n_neighbors %2d, min_dist %.1f: trustworthiness %.4f\n", umap.n_neighbors,
                    umap.min_dist, scores.find("trustworthiness@15")->value);
        last = std::move(map.layout);
      });

  nearfold::Settings alone = settings;
  alone.method = methods.back();
  const bool same = nearfold::embed(points, alone).layout.values() == last.values();
  std::printf("%zu maps of one graph of %d neighbours; alone, the last has %s\n", made, k,
              same ? "the same bytes" : "others");
}
