// Exact neighbours on the CPU: filter, refine, certify.
//
// Filter: distances between short vectors (knn_filter.hpp) never exceed the true ones, and a matrix
// product gives them several times faster. Blocks of queries are near each other and meet their own
// surroundings first, so that thresholds fall early. Refine: candidates are measured in the order
// of their bound until the bound passes the k-th distance found. Certify: a row whose candidates
// ran out first is searched again with that distance as threshold, missing nothing. Rounding is on
// the safe side: bounds are lowered by more than the product's worst error.
#define EIGEN_DONT_PARALLELIZE
#include <Eigen/Core>
#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <numeric>

#include "knn_filter.hpp"
#include "math/distance.hpp"
#include "parallel.hpp"
#include "stages.hpp"

namespace nearfold {
namespace {

using RowMatrix = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using ConstMap = Eigen::Map<const RowMatrix>;

constexpr std::int64_t kQueryBlock = 256;
constexpr std::int64_t kBaseBlock = 512;
constexpr float kInfinity = std::numeric_limits<float>::infinity();

/// (distance or bound, id) as one integer that orders the same way: the bits of a
/// float >= 0 ascend with it. Selecting integers is several times faster than pairs.
using Candidate = std::uint64_t;

Candidate candidate(float value, std::int32_t id) {
  const float at_least_zero = value > 0 ? value : 0.0f;
  return (std::uint64_t{std::bit_cast<std::uint32_t>(at_least_zero)} << 32) |
         static_cast<std::uint32_t>(id);
}
float value_of(Candidate c) {
  return std::bit_cast<float>(static_cast<std::uint32_t>(c >> 32));
}
std::int32_t id_of(Candidate c) {
  return static_cast<std::int32_t>(c & 0xffffffffu);
}

/// The k nearest measured so far, ascending by (distance, id). Distances, not their squares: two
/// squares may share one root, and then the lower id comes first.
class Nearest {
 public:
  explicit Nearest(int k) : k_(static_cast<std::size_t>(k)) {}
  /// A squared distance: a larger one, or bound of one, cannot come in.
  float reach() const {
    if (best_.size() < k_) return kInfinity;
    const float d = value_of(best_.back());
    return d * d * (1.0f + 0x1p-21f) + std::numeric_limits<float>::denorm_min();
  }
  void offer(Candidate c) {
    if (best_.size() == k_) {
      if (!(c < best_.back())) return;
      best_.pop_back();
    }
    best_.insert(std::upper_bound(best_.begin(), best_.end(), c), c);
  }
  const std::vector<Candidate>& sorted() const { return best_; }

 private:
  std::size_t k_;
  std::vector<Candidate> best_;
};

struct Query {
  std::int32_t id = 0;
  float threshold = kInfinity;  // candidates with a larger bound cannot matter
  bool dropped = false;         // candidates at or above the threshold were dropped
  std::vector<Candidate> candidates;
};

/// Candidates lie anywhere in memory: the next row is fetched while this one is measured.
void prefetch(const float* row, std::int64_t dim) {
  for (std::int64_t c = 0; c < std::min<std::int64_t>(dim, 1024); c += 16)
    __builtin_prefetch(row + c);
}

struct Search {
  HostMatrix<const float> points;
  const KnnFilter& filter;

  /// Measures candidates in order of their bound; true when none left out can be nearer.
  bool refine(Query& query, Nearest& nearest) const {
    std::sort(query.candidates.begin(), query.candidates.end());
    const std::size_t count = query.candidates.size();
    for (std::size_t c = 0; c < count; ++c) {
      const std::int32_t id = id_of(query.candidates[c]);
      if (value_of(query.candidates[c]) > nearest.reach()) return true;
      if (c + 1 < count) prefetch(points.row(id_of(query.candidates[c + 1])), points.cols);
      const float d2 = squared_distance(points.row(query.id), points.row(id), points.cols);
      nearest.offer(candidate(std::sqrt(d2), id));
    }
    return !query.dropped || query.threshold > nearest.reach();
  }

  std::int64_t position(std::int32_t id) const {
    return filter.positions[static_cast<std::size_t>(id)];
  }

  /// Streams all points past a block of queries, those around the first query first. full(query)
  /// makes room in a list that has more than `room` candidates.
  template <class Full>
  void stream(std::vector<Query>& block, std::size_t room, const Full& full) const {
    const auto queries = static_cast<std::int64_t>(block.size());
    const std::int64_t width = filter.rows.cols;
    RowMatrix left(queries, width), product(queries, kBaseBlock);
    for (std::int64_t q = 0; q < queries; ++q) {
      const std::int64_t own = position(block[static_cast<std::size_t>(q)].id);
      left.row(q) = -2.0f * ConstMap(filter.rows.row(own), 1, width);
    }
    const std::int64_t blocks = (points.rows + kBaseBlock - 1) / kBaseBlock;
    const std::int64_t first = position(block[0].id) / kBaseBlock;
    for (std::int64_t b = 0; b < blocks; ++b) {
      const std::int64_t begin = (first + b) % blocks * kBaseBlock;
      const std::int64_t count = std::min(kBaseBlock, points.rows - begin);
      product.leftCols(count).noalias() =
          left * ConstMap(filter.rows.row(begin), count, width).transpose();
      for (std::int64_t q = 0; q < queries; ++q) {
        Query& query = block[static_cast<std::size_t>(q)];
        select(query, product.row(q).data(), begin, count);
        if (query.candidates.size() > room) full(query);
      }
    }
  }

  /// Appends the points whose bound passes the threshold. Bounds are tested sixteen at a time,
  /// most of them without a hit; a group with one is compacted without branches.
  void select(Query& query, const float* products, std::int64_t begin, std::int64_t count) const {
    constexpr int kGroup = 16;
    const float own = filter.norms[static_cast<std::size_t>(position(query.id))];
    const float limit = query.threshold;
    const float* norms = filter.norms.data() + begin;
    const std::int32_t* ids = filter.ids.data() + begin;
    for (std::int64_t c = 0; c < count; c += kGroup) {
      const int size = static_cast<int>(std::min<std::int64_t>(kGroup, count - c));
      float bounds[kGroup];
      int hits = 0;
      for (int l = 0; l < size; ++l) {
        bounds[l] = (products[c + l] + norms[c + l]) + own;
        hits += bounds[l] <= limit ? 1 : 0;
      }
      if (hits == 0) continue;
      auto& list = query.candidates;
      std::size_t used = list.size();
      list.resize(used + kGroup);
      for (int l = 0; l < size; ++l) {
        list[used] = candidate(bounds[l], ids[c + l]);
        used += bounds[l] <= limit && ids[c + l] != query.id ? 1 : 0;
      }
      list.resize(used);
    }
  }
};

/// Keeps the `keep` candidates of smallest bound and lowers the threshold to the last of them.
void keep_best(Query& query, std::size_t keep) {
  auto& all = query.candidates;
  std::nth_element(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(keep) - 1, all.end());
  query.threshold = value_of(all[keep - 1]);
  query.dropped = true;
  all.resize(keep);
}

/// The k nearest of every query of a block.
std::vector<Nearest> search_block(const Search& search, std::vector<Query>& block, int k) {
  // Enough for most rows: MNIST needs 85 for k = 15 and 330 for k = 90, at the median.
  const auto keep = static_cast<std::size_t>(search.filter.lossless ? k + 16 : 4 * k + 64);
  for (Query& query : block) query.candidates.reserve(2 * keep + kBaseBlock + 16);
  search.stream(block, 2 * keep, [&](Query& query) { keep_best(query, keep); });

  std::vector<Nearest> nearest(block.size(), Nearest(k));
  std::vector<std::size_t> uncertified;
  std::vector<Query> again;
  for (std::size_t q = 0; q < block.size(); ++q) {
    if (search.refine(block[q], nearest[q])) continue;
    uncertified.push_back(q);
    again.push_back({block[q].id, nearest[q].reach(), false, {}});
    nearest[q] = Nearest(k);
  }
  if (again.empty()) return nearest;
  const auto measure = [&](Query& query) {
    Nearest& mine = nearest[uncertified[static_cast<std::size_t>(&query - again.data())]];
    search.refine(query, mine);
    query.threshold = std::min(query.threshold, mine.reach());
    query.candidates.clear();
  };
  search.stream(again, 4096, measure);
  for (Query& query : again) measure(query);
  return nearest;
}

}  // namespace

KnnGraph find_knn_of_rows(HostMatrix<const float> points, const std::vector<std::int64_t>& rows,
                          int k, const Cpu& on) {
  const KnnFilter filter = make_knn_filter(points, on);
  const Search search{points, filter};
  KnnGraph graph = empty_graph(static_cast<std::int64_t>(rows.size()), k);
  graph.index = "flat";

  // Queries in the order of the filter: a block asks for much the same points, which stay cached.
  std::vector<std::size_t> order(rows.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return search.position(static_cast<std::int32_t>(rows[a])) <
           search.position(static_cast<std::int32_t>(rows[b]));
  });
  parallel_for(on.threads, graph.n, kQueryBlock, [&](std::int64_t begin, std::int64_t end) {
    std::vector<Query> block(static_cast<std::size_t>(end - begin));
    for (std::size_t q = 0; q < block.size(); ++q)
      block[q].id = static_cast<std::int32_t>(rows[order[static_cast<std::size_t>(begin) + q]]);
    const std::vector<Nearest> nearest = search_block(search, block, k);
    for (std::size_t q = 0; q < block.size(); ++q) {
      std::size_t at = order[static_cast<std::size_t>(begin) + q] * static_cast<std::size_t>(k);
      for (const Candidate c : nearest[q].sorted()) {
        graph.neighbors[at] = id_of(c);
        graph.distances[at++] = value_of(c);
      }
    }
  });
  return graph;
}

KnnGraph find_knn(HostMatrix<const float> points, int k, const FlatKnn&, const Cpu& on,
                  std::uint64_t /*seed*/) {
  std::vector<std::int64_t> rows(static_cast<std::size_t>(points.rows));
  std::iota(rows.begin(), rows.end(), std::int64_t{0});
  return find_knn_of_rows(points, rows, k, on);
}

}  // namespace nearfold
