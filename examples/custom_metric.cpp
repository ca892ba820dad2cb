// A metric that nearfold does not have: edit distances between words, given as a matrix.
// Build: find_package(nearfold), nearfold::nearfold; or c++ -std=c++20 with pkg-config nearfold.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <nearfold/nearfold.hpp>
#include <numeric>
#include <random>
#include <string>
#include <utility>
#include <vector>

/// Levenshtein's: letters to insert, delete or replace.
float edit_distance(const std::string& a, const std::string& b) {
  std::vector<int> row(b.size() + 1);
  std::iota(row.begin(), row.end(), 0);
  for (std::size_t i = 0; i < a.size(); ++i) {
    int diagonal = std::exchange(row[0], static_cast<int>(i) + 1);
    for (std::size_t j = 0; j < b.size(); ++j) {
      const int replaced = diagonal + (a[i] != b[j]);
      diagonal = row[j + 1];
      row[j + 1] = std::min({replaced, row[j] + 1, diagonal + 1});
    }
  }
  return static_cast<float>(row.back());
}

int main() {
  // Words with typing errors: three letters of each are replaced by others.
  const std::vector<std::string> known = {"neighbourhood", "dimensionality", "optimisation"};
  std::mt19937 random(1);
  std::vector<std::string> words(300);
  for (std::size_t i = 0; i < words.size(); ++i) {
    words[i] = known[i % known.size()];
    for (int typo = 0; typo < 3; ++typo)
      words[i][random() % words[i].size()] = static_cast<char>('a' + random() % 26);
  }

  const auto n = static_cast<std::int64_t>(words.size());
  nearfold::Matrix distances(n, n);
  for (std::int64_t i = 0; i < n; ++i)
    for (std::int64_t j = 0; j < n; ++j)
      distances.row(i)[j] =
          edit_distance(words[static_cast<std::size_t>(i)], words[static_cast<std::size_t>(j)]);

  // Equally far words are many: the seed draws which are taken. A graph that you found yourself,
  // without all distances, goes through graph_from() instead.
  const nearfold::KnnGraph graph = nearfold::graph_from_distances(distances, 14, 42);
  const nearfold::Result map = nearfold::embed(graph, {.method = nearfold::UmapParams{}});

  const nearfold::KnnGraph nearest =
      nearfold::find_neighbors(map.layout, 1, nearfold::FlatKnn{}, nearfold::Cpu{}, 42);
  std::size_t same = 0;
  for (std::size_t i = 0; i < words.size(); ++i)
    same += static_cast<std::size_t>(nearest.neighbors[i]) % known.size() == i % known.size();
  std::printf("%s: the nearest in the map is of the same word for %zu of %zu\n",
              map.info.metric.c_str(), same, words.size());
}
