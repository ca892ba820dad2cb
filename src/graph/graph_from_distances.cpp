// A matrix of distances as a graph: the k nearest of every row.
#include <algorithm>
#include <cmath>
#include <sstream>
#include <utility>
#include <vector>

#include "graph/rows.hpp"
#include "math/tie_order.hpp"
#include "nearfold/error.hpp"
#include "nearfold/knn_graph.hpp"

namespace nearfold {
namespace {

[[noreturn]] void refuse(std::int64_t row, std::int64_t column, float value, const char* rule) {
  std::ostringstream text;
  text << "row " << row << ", column " << column << " of the distances is " << value << "; "
       << rule;
  throw InvalidInput(text.str());
}

/// But for rounding.
bool same_both_ways(float d, float back) {
  return std::fabs(d - back) <= 1e-5F * std::max(std::fabs(d), std::fabs(back)) + 1e-6F;
}

/// Row i without the point itself: distances, and the places of ids among equal ones.
std::vector<std::pair<float, std::uint32_t>> others(HostMatrix<const float> distances,
                                                    std::int64_t i, const TieOrder& order) {
  constexpr float kRounding = -1e-6F;
  const float* const row = distances.row(i);
  std::vector<std::pair<float, std::uint32_t>> found;
  found.reserve(static_cast<std::size_t>(distances.cols()));
  for (std::int64_t j = 0; j < distances.cols(); ++j) {
    const float d = row[j] < 0 && row[j] >= kRounding ? 0 : row[j];
    if (!std::isfinite(d) || d < 0) refuse(i, j, d, "distances are finite and not negative");
    if (const float back = distances.row(j)[i]; j < i && !same_both_ways(d, back))
      refuse(i, j, d,
             ("row " + std::to_string(j) + ", column " + std::to_string(i) + " is " +
              std::to_string(back) +
              ": distances are the same both ways; give their mean, or a "
              "graph of neighbours")
                 .c_str());
    if (j != i)
      found.emplace_back(d, order.key(static_cast<std::int32_t>(j)));
    else if (d != 0)
      refuse(i, j, d, "a point has distance 0 from itself; of similarities s give 1 - s");
  }
  return found;
}

}  // namespace

KnnGraph graph_from_distances(HostMatrix<const float> distances, std::int64_t k,
                              std::uint64_t seed) {
  if (distances.rows() != distances.cols())
    throw InvalidInput("distances between all points are as many columns as rows, and these are " +
                       std::to_string(distances.rows()) + " x " + std::to_string(distances.cols()));
  check_graph_size(distances.rows(), k);
  GraphTable table{distances.rows(), k, {}, {}};
  std::int64_t tied = 0;
  for (std::int64_t i = 0; i < table.n; ++i) {
    const TieOrder order(seed, i);
    auto row = others(distances, i, order);
    std::partial_sort(row.begin(), row.begin() + k, row.end());
    for (std::int64_t c = 0; c < k; ++c) {
      table.distances.push_back(row[static_cast<std::size_t>(c)].first);
      table.ids.push_back(order.id(row[static_cast<std::size_t>(c)].second));
    }
    const float last = table.distances.back();
    tied += std::any_of(row.begin() + k, row.end(), [&](auto& at) { return at.first == last; });
  }
  KnnGraph graph;
  graph.metric = "precomputed";
  graph.tied_rows = tied;
  move_rows(std::move(table), graph);
  return graph;
}

}  // namespace nearfold
