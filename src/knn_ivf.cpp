#include "knn_ivf.hpp"

#include <faiss/Clustering.h>
#include <faiss/IndexFlat.h>
#include <omp.h>

#include <algorithm>
#include <numeric>
#include <utility>

#include "math/philox.hpp"
#include "nearfold/embed.hpp"
#include "parallel.hpp"

namespace nearfold {
namespace {

using FaissId = faiss::Index::idx_t;
constexpr std::int64_t kBlock = 256;

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

/// FAISS's flat index, searched in blocks.
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

KnnRows centroids_of(const KnnRows& rows, int lists, std::uint64_t seed, const Cpu& on) {
  const FaissThreads one(1);
  BlockFlat nearest(rows.rows.cols, on);
  faiss::ClusteringParameters how;
  how.niter = 6;
  how.max_points_per_centroid = 32;
  how.min_points_per_centroid = 1;
  how.seed = static_cast<int>(random4(seed, Stream::knn, 0).v[0] >> 1);
  faiss::Clustering clustering(static_cast<int>(rows.rows.cols), lists, how);
  clustering.train(rows.n(), rows.rows.values.data(), nearest);

  KnnRows centroids{rows.norm, Matrix(lists, rows.rows.cols), {}, {}};
  std::copy_n(clustering.centroids.begin(), centroids.rows.values.size(),
              centroids.rows.values.begin());
  for (std::int64_t c = 0; c < lists; ++c) {
    double square = 0;
    for (std::int64_t j = 0; j < centroids.rows.cols; ++j)
      square += static_cast<double>(centroids.rows.row(c)[j]) *
                static_cast<double>(centroids.rows.row(c)[j]);
    centroids.squares.push_back(static_cast<float>(square));
  }
  return centroids;
}

/// The cell of every row.
std::vector<std::int32_t> cells_of(const KnnRows& rows, const KnnRows& centroids, const Cpu& on) {
  std::vector<std::int32_t> cells(static_cast<std::size_t>(rows.n()));
  parallel_for(on.threads, rows.n(), kBlock, [&](std::int64_t begin, std::int64_t end) {
    std::vector<float> measures(static_cast<std::size_t>(centroids.n()));
    for (std::int64_t r = begin; r < end; ++r) {
      measure_range(centroids, rows.rows.row(r), 0, 0, centroids.n(), measures.data());
      cells[static_cast<std::size_t>(r)] = static_cast<std::int32_t>(
          std::min_element(measures.begin(), measures.end()) - measures.begin());
    }
  });
  return cells;
}

}  // namespace

IvfCells make_ivf_cells(KnnRows& rows, int lists, std::uint64_t seed, const Cpu& on) {
  IvfCells cells{centroids_of(rows, lists, seed, on), {}};
  const std::vector<std::int32_t> cell_of = cells_of(rows, cells.centroids, on);
  cells.begin.assign(static_cast<std::size_t>(lists) + 1, 0);
  for (const std::int32_t c : cell_of) ++cells.begin[static_cast<std::size_t>(c) + 1];
  std::partial_sum(cells.begin.begin(), cells.begin.end(), cells.begin.begin());
  std::vector<std::int64_t> next(cells.begin.begin(), cells.begin.end() - 1);
  std::vector<std::int32_t> order(cell_of.size());
  for (std::size_t r = 0; r < order.size(); ++r)
    order[static_cast<std::size_t>(next[static_cast<std::size_t>(cell_of[r])]++)] =
        static_cast<std::int32_t>(r);
  rows = reordered(rows, order, on);
  return cells;
}

int IvfSearch::operator()(const float* query, float query_square, int probes, int count,
                          std::int32_t* out) {
  const auto probed = static_cast<std::size_t>(probes), wanted = static_cast<std::size_t>(count);
  const std::int64_t lists = cells_->lists();
  measures_.resize(static_cast<std::size_t>(lists));
  measure_range(cells_->centroids, query, query_square, 0, lists, measures_.data());
  nearest_cells_.resize(measures_.size());
  for (std::size_t c = 0; c < measures_.size(); ++c)
    nearest_cells_[c] = candidate(measures_[c], static_cast<std::int32_t>(c));
  if (probed < nearest_cells_.size())
    std::nth_element(nearest_cells_.begin(),
                     nearest_cells_.begin() + static_cast<std::ptrdiff_t>(probed),
                     nearest_cells_.end());
  std::sort(nearest_cells_.begin(), nearest_cells_.begin() + static_cast<std::ptrdiff_t>(probed));

  Candidate limit = ~Candidate{0};
  found_.clear();
  const auto keep_best = [&] {
    if (found_.size() <= wanted) return;
    const auto last = found_.begin() + static_cast<std::ptrdiff_t>(wanted) - 1;
    std::nth_element(found_.begin(), last, found_.end());
    limit = *last;
    found_.resize(wanted);
  };
  for (std::size_t p = 0; p < probed; ++p) {
    const auto cell = static_cast<std::size_t>(id_of(nearest_cells_[p]));
    const std::int64_t begin = cells_->begin[cell], size = cells_->begin[cell + 1] - begin;
    measures_.resize(static_cast<std::size_t>(std::max(size, lists)));
    measure_range(*rows_, query, query_square, begin, begin + size, measures_.data());
    std::size_t used = found_.size();
    found_.resize(used + static_cast<std::size_t>(size));
    for (std::int64_t r = 0; r < size; ++r) {
      const Candidate c =
          candidate(measures_[static_cast<std::size_t>(r)], static_cast<std::int32_t>(begin + r));
      found_[used] = c;
      used += c < limit ? 1 : 0;
    }
    found_.resize(used);
    if (used > 3 * wanted) keep_best();
  }
  keep_best();
  for (std::size_t c = 0; c < found_.size(); ++c) out[c] = id_of(found_[c]);
  return static_cast<int>(found_.size());
}

#define NEARFOLD_TEXT(x) #x
#define NEARFOLD_VALUE(x) NEARFOLD_TEXT(x)

const char* faiss_version() noexcept {
  return NEARFOLD_VALUE(FAISS_VERSION_MAJOR) "." NEARFOLD_VALUE(
      FAISS_VERSION_MINOR) "." NEARFOLD_VALUE(FAISS_VERSION_PATCH);
}

}  // namespace nearfold
