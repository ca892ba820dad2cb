// Picks a method by predicted work. An inverted file is cheap to make beside what it is asked
// afterwards, so where exact search is no matter of a moment it is made and tuned: then its work is
// known, and exact search by all pairs and NN-descent are predicted beside it.
//
// HNSW is not among them: it is built to be asked many times, and a graph asks once. It took 1.06
// to 2.2 times NN-descent's processor time at the same target, in each of 20 pairs: MNIST of
// 10,000, 20,000 and 70,000 points, blobs, cubes of 3, 10 and 50 columns; k = 5, 15, 92 at targets
// of .8, .95, .99. (k = 15: MNIST 70,000 8.4 s beside 6.1 s, blobs 3.5 beside 1.8, a cube of 10
// columns 3.8 beside 2.1.) By inner products, which NN-descent does not take, it took 1.6 to 7
// times as long as the inverted file, in 3 pairs.
#include <algorithm>
#include <cstdio>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/stopping.hpp"
#include "knn/approximate.hpp"
#include "knn/cost.hpp"
#include "knn/exact.hpp"
#include "knn/honours.hpp"

namespace nearfold {
namespace {

constexpr double kNoMatter = 0.4;  // predicted core seconds below which exact search is just done

/// A search that could make the graph.
struct Way {
  const char* method;
  double seconds;  // predicted, of one core
  double recall;   // expected; of ivf measured on a sample
  std::function<KnnGraph()> make;
};

/// The graph by the way of least work, the first of equals. Its index says what was weighed: "...;
/// auto: predicted core seconds flat 40.1 (recall 1), ivf 9.2 (recall 0.951), ...".
KnnGraph cheapest(const std::vector<Way>& ways) {
  const auto best = std::min_element(
      ways.begin(), ways.end(), [](const Way& a, const Way& b) { return a.seconds < b.seconds; });
  KnnGraph graph = best->make();
  graph.index += "; auto: predicted core seconds";
  for (const Way& way : ways) {
    char part[96];
    std::snprintf(part, sizeof part, " %s %.3g (recall %.3g),", way.method, way.seconds,
                  way.recall);
    graph.index += part;
  }
  graph.index.back() = '.';
  return graph;
}

}  // namespace

KnnGraph auto_graph(const MetricSpace& points, int k, const AutoKnn& params, const Cpu& on,
                    std::uint64_t seed) {
  const MetricRow& metric = row_of(points.distance.metric);
  const IvfKnn ivf{.target_recall = params.target_recall};
  const NnDescentKnn descent{.target_recall = params.target_recall};
  const auto real = [](std::int64_t count) { return static_cast<double>(count); };
  cost::Sizes sizes{real(points.n()), real(points.width()),     real(points.width()),
                    real(k),          by_products(metric.norm), true};
  sizes.kinds = real(points.n() - points.equal.duplicates());
  sizes.equal_pairs = points.equal.pairs();
  std::vector<Way> ways{{"flat", cost::flat_seconds(sizes), 1,
                         [&] { return exact_graph(ExactSearch(points, on), points, k, on); }}};
  if (ways[0].seconds < kNoMatter) return cheapest(ways);

  std::optional<TunedIndex> tuned;
  if (honours(ivf, metric)) {
    const Part part(0.5);
    tuned = tune_index(points, k, ivf, on, seed);
    sizes.lossless = tuned->index.projection.lossless();
    sizes.width = real(tuned->index.rows.rows.cols());
    const int nlist = std::get<IvfLists>(tuned->index.search).nlist();
    ways = {{"flat", cost::flat_seconds(sizes), 1,
             [&] { return exact_graph(tuned->exact, points, k, on); }},
            {"ivf", cost::ivf_seconds(sizes, nlist, tuned->effort.probes_or_ef),
             tuned->effort.recall, [&] {
               return points.lopsided() ? index_graph(*tuned, points, k, on)
                                        : refined_index_graph(*tuned, points, k, on);
             }}};
  }
  if (honours(descent, metric))
    ways.push_back({"nndescent", cost::nndescent_seconds(sizes), params.target_recall,
                    [&] { return nndescent_graph(points, k, descent, on, seed); }});
  return cheapest(ways);
}

}  // namespace nearfold
