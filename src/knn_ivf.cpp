// Approximate neighbours by FAISS IVF-flat.
//
// FAISS's answers depend on how its calls are cut up: matrix products round differently with other
// shapes and thread counts. So every call gets a block of fixed size and runs on one thread, blocks
// run side by side, and what comes back is only a set of candidates: distances are recomputed and
// sorted here. Rows that a few cells could not fill are searched exactly.
#include <faiss/IndexFlat.h>
#include <faiss/IndexIVFFlat.h>
#include <omp.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <string>
#include <utility>

#include "math/distance.hpp"
#include "math/philox.hpp"
#include "nearfold/embed.hpp"
#include "nearfold/error.hpp"
#include "parallel.hpp"
#include "stages.hpp"

namespace nearfold {
namespace {

using FaissId = faiss::Index::idx_t;
constexpr std::int64_t kBlock = 256;
constexpr std::int64_t kSampleRows = 1000;
constexpr int kSlack = 8;  // FAISS's rounding may swap the last few

/// FAISS's own loops obey this thread's OpenMP setting; it is put back afterwards.
class FaissThreads {
 public:
  explicit FaissThreads(int threads) : before_(omp_get_max_threads()) {
    omp_set_num_threads(threads);
  }
  ~FaissThreads() { omp_set_num_threads(before_); }
  FaissThreads(const FaissThreads&) = delete;
  FaissThreads& operator=(const FaissThreads&) = delete;

 private:
  int before_;
};

/// The coarse quantizer: FAISS's flat index, searched in blocks.
class BlockFlat final : public faiss::IndexFlatL2 {
 public:
  BlockFlat(FaissId dim, const Cpu& on) : faiss::IndexFlatL2(dim), on_(on) {}

  void search(FaissId n, const float* x, FaissId k, float* distances, FaissId* labels,
              const faiss::SearchParameters* params) const override {
    parallel_for(on_.threads, n, kBlock, [&](std::int64_t begin, std::int64_t end) {
      const FaissThreads one(1);
      faiss::IndexFlatL2::search(end - begin, x + begin * d, k, distances + begin * k,
                                 labels + begin * k, params);
    });
  }

 private:
  Cpu on_;
};

struct Ivf {
  HostMatrix<const float> points;
  Cpu on;
  BlockFlat quantizer;
  faiss::IndexIVFFlat index;

  Ivf(HostMatrix<const float> x, int lists, std::uint64_t seed, const Cpu& cpu)
      : points(x),
        on(cpu),
        quantizer(x.cols, cpu),
        index(&quantizer, static_cast<std::size_t>(x.cols), static_cast<std::size_t>(lists)) {
    const FaissThreads threads(thread_count(on.threads));
    index.cp.niter = 10;
    index.cp.max_points_per_centroid = 64;
    index.cp.min_points_per_centroid = 1;
    index.cp.seed = static_cast<int>(random4(seed, Stream::knn, 0).v[0] >> 1);
    index.train(x.rows, x.data);
    index.add(x.rows, x.data);
  }

  /// Up to k neighbours of points[row] into ids and distances, canonical; returns how many.
  int search_row(const FaissId* found, int wanted, std::int64_t row, int k, std::int32_t* ids,
                 float* distances) const {
    std::vector<std::pair<float, std::int32_t>> candidates;
    for (int c = 0; c < wanted; ++c) {
      if (found[c] < 0 || found[c] == row) continue;
      candidates.emplace_back(
          std::sqrt(squared_distance(points.row(row), points.row(found[c]), points.cols)),
          static_cast<std::int32_t>(found[c]));
    }
    std::sort(candidates.begin(), candidates.end());
    const int count = std::min(k, static_cast<int>(candidates.size()));
    for (int c = 0; c < count; ++c) {
      ids[c] = candidates[static_cast<std::size_t>(c)].second;
      distances[c] = candidates[static_cast<std::size_t>(c)].first;
    }
    return count;
  }

  /// Neighbours of `rows`; the positions in `rows` that got fewer than k are added to `unfilled`.
  KnnGraph search(const std::vector<std::int64_t>& rows, int k, int probes,
                  std::vector<std::int64_t>& unfilled) const {
    KnnGraph graph = empty_graph(static_cast<std::int64_t>(rows.size()), k);
    std::vector<char> filled(rows.size());
    const int wanted = static_cast<int>(std::min<std::int64_t>(k + 1 + kSlack, points.rows));
    parallel_for(on.threads, graph.n, kBlock, [&](std::int64_t begin, std::int64_t end) {
      const FaissThreads one(1);
      Matrix queries(end - begin, points.cols);
      for (std::int64_t r = begin; r < end; ++r)
        std::copy_n(points.row(rows[static_cast<std::size_t>(r)]), points.cols,
                    queries.row(r - begin));
      std::vector<float> found_distances(static_cast<std::size_t>((end - begin) * wanted));
      std::vector<FaissId> found(found_distances.size());
      faiss::SearchParametersIVF how;
      how.nprobe = static_cast<std::size_t>(probes);
      index.search(end - begin, queries.values.data(), wanted, found_distances.data(), found.data(),
                   &how);
      for (std::int64_t r = begin; r < end; ++r) {
        const auto at = static_cast<std::size_t>(r * k);
        filled[static_cast<std::size_t>(r)] =
            search_row(&found[static_cast<std::size_t>((r - begin) * wanted)], wanted,
                       rows[static_cast<std::size_t>(r)], k, &graph.neighbors[at],
                       &graph.distances[at]) == k;
      }
    });
    for (std::size_t r = 0; r < rows.size(); ++r)
      if (!filled[r]) unfilled.push_back(static_cast<std::int64_t>(r));
    return graph;
  }
};

/// Share of the exact answer that was found. A neighbour counts when it is as near as the k-th.
double recall(const KnnGraph& exact, const KnnGraph& found) {
  std::int64_t hits = 0;
  for (std::int64_t r = 0; r < exact.n; ++r) {
    const float reach = exact.distances[static_cast<std::size_t>((r + 1) * exact.k - 1)];
    const float* row = &found.distances[static_cast<std::size_t>(r * exact.k)];
    hits += std::count_if(row, row + exact.k, [&](float d) { return d <= reach; });
  }
  return static_cast<double>(hits) / static_cast<double>(exact.n * exact.k);
}

/// Positions that a search could not fill count as infinitely far.
void forget(KnnGraph& graph, const std::vector<std::int64_t>& unfilled) {
  for (const std::int64_t r : unfilled)
    std::fill_n(graph.distances.begin() + r * graph.k, graph.k, HUGE_VALF);
}

int tune_probes(const Ivf& ivf, const KnnGraph& exact, const std::vector<std::int64_t>& sample,
                int lists, double target) {
  const auto reaches = [&](int probes) {
    std::vector<std::int64_t> unfilled;
    KnnGraph found = ivf.search(sample, static_cast<int>(exact.k), probes, unfilled);
    forget(found, unfilled);
    return recall(exact, found) >= target;
  };
  int high = 1;
  while (high < lists && !reaches(high)) high = std::min(lists, 2 * high);
  int low = high / 2;  // does not reach, or is 0
  while (high - low > std::max(1, high / 8)) {
    const int middle = (low + high) / 2;
    (reaches(middle) ? high : low) = middle;
  }
  return high;
}

void copy_row(const KnnGraph& from, std::int64_t r, KnnGraph& to, std::int64_t i) {
  std::copy_n(from.neighbors.begin() + r * from.k, from.k, to.neighbors.begin() + i * from.k);
  std::copy_n(from.distances.begin() + r * from.k, from.k, to.distances.begin() + i * from.k);
}

#define NEARFOLD_TEXT(x) #x
#define NEARFOLD_VALUE(x) NEARFOLD_TEXT(x)

}  // namespace

const char* faiss_version() noexcept {
  return NEARFOLD_VALUE(FAISS_VERSION_MAJOR) "." NEARFOLD_VALUE(
      FAISS_VERSION_MINOR) "." NEARFOLD_VALUE(FAISS_VERSION_PATCH);
}

KnnGraph find_knn(HostMatrix<const float> points, int k, const IvfKnn& params, const Cpu& on,
                  std::uint64_t seed) {
  const std::int64_t n = points.rows;
  const int lists =
      params.lists.value_or(std::max(1, static_cast<int>(2 * std::sqrt(static_cast<double>(n)))));
  if (lists > n)
    throw InvalidInput("lists is " + std::to_string(lists) + " for " + std::to_string(n) +
                       " points; use at most one list per point");
  if (params.probes && *params.probes > lists)
    throw InvalidInput("probes is " + std::to_string(*params.probes) + " of " +
                       std::to_string(lists) + " lists; use at most all of them");
  const Ivf ivf(points, lists, seed, on);
  std::vector<std::int64_t> all(static_cast<std::size_t>(n)), sample, unfilled;
  std::iota(all.begin(), all.end(), std::int64_t{0});
  const std::int64_t sampled = std::min(n, kSampleRows);
  for (std::int64_t s = 0; s < sampled; ++s) sample.push_back(s * n / sampled);
  const KnnGraph exact = find_knn_of_rows(points, sample, k, on);
  const int probes =
      params.probes ? *params.probes : tune_probes(ivf, exact, sample, lists, params.target_recall);

  KnnGraph graph = ivf.search(all, k, probes, unfilled);
  if (!unfilled.empty()) {
    const KnnGraph filled = find_knn_of_rows(points, unfilled, k, on);
    for (std::size_t u = 0; u < unfilled.size(); ++u)
      copy_row(filled, static_cast<std::int64_t>(u), graph, unfilled[u]);
  }
  KnnGraph of_sample = exact;
  for (std::size_t s = 0; s < sample.size(); ++s)
    copy_row(graph, sample[s], of_sample, static_cast<std::int64_t>(s));
  graph.recall = recall(exact, of_sample);
  graph.recall_rows = sampled;
  graph.index = "ivf (" + std::to_string(lists) + " lists, " + std::to_string(probes) + " probes)";
  return graph;
}

}  // namespace nearfold
