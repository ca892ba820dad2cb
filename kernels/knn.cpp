// Neighbours on a GPU: FAISS finds candidates, they are measured and put in order there, and what
// could not be proven or filled is found by the host's exact search.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <numeric>
#include <string>
#include <utility>

#include "cuda.hpp"
#include "knn_device.hpp"
#include "knn_faiss.hpp"
#include "knn_index.hpp"
#include "knn_recall.hpp"
#include "math/distance.hpp"
#include "nearfold/error.hpp"
#include "parallel.hpp"
#include "stages.hpp"

namespace nearfold {
namespace {

constexpr int kSlack = 24;  // candidates beyond k, the query itself among them
constexpr std::int64_t kMostBatch = 16'384, kLeastBatch = 256;  // queries
constexpr std::int64_t kSample = 1000;        // rows that an inverted file is tuned on
constexpr std::int64_t kFlatIsFast = 50'000;  // points up to which cells do not pay

/// Of a metric that a GPU searches by.
DistanceForm form_of(Metric metric) {
  if (metric == Metric::euclidean) return DistanceForm::root;
  return metric == Metric::sqeuclidean ? DistanceForm::square : DistanceForm::half;
}

void check_search(const KnnParams& params, int k, Metric metric) {
  if (!searched_on_gpu(params, metric))
    throw Unsupported(std::string("a GPU searches by flat, ivf and auto, and by euclidean, "
                                  "sqeuclidean, cosine and correlation, not so by ") +
                      name(metric) + "; use one of these, or the cpu");
  if (k + kSlack > kMostFaissNeighbors)
    throw Unsupported("k is " + std::to_string(k) + ", and a GPU finds at most " +
                      std::to_string(kMostFaissNeighbors - kSlack) +
                      "; use fewer neighbours, or the cpu");
}

/// Queries searched for together: as many as there is memory for beside the points, twice, as FAISS
/// has its own, and what it keeps. Throws OutOfMemory when that is next to none.
std::int64_t batch_that_fits(const Cuda& on, const MetricSpace& space, int k) {
  const std::int64_t a_query = 4 * space.width() + 16 * (k + kSlack) + 8 * (k + 1);
  const std::int64_t fixed = 2 * 4 * space.n() * space.width() + kFaissScratch;
  const std::int64_t free = free_bytes(on), asked = fixed + kLeastBatch * a_query;
  if (asked > free)
    throw OutOfMemory("neighbours of " + std::to_string(space.n()) + " points of " +
                          std::to_string(space.width()) + " columns need " + std::to_string(asked) +
                          " bytes on " + describe(on) + ", which has " + std::to_string(free) +
                          " free; reduce the columns (pca), or use the cpu",
                      asked, free);
  return std::min(kMostBatch, (free - fixed) / a_query);
}

class Search {
 public:
  Search(const Cuda& on, const MetricSpace& space, int k)
      : on_(on),
        space_(&space),
        batch_(batch_that_fits(on, space, k)),
        k_(k),
        candidates_(static_cast<int>(std::min<std::int64_t>(k + kSlack, space.n()))),
        points_(on, space.n() * space.width()),
        queries_(on, batch_ * space.width()),
        which_(on, batch_),
        found_(on, batch_ * candidates_),
        estimates_(on, batch_ * candidates_),
        measured_(on, batch_ * candidates_),
        ids_(on, batch_ * k),
        distances_(on, batch_ * k) {
    points_.write(space.points.view.data, space.n() * space.width());
    slack_ = slack_of(space);
  }

  const float* points() const { return points_.data(); }

  /// The neighbours of some points by an index; rows that it leaves open are unfilled. An exact
  /// index has to prove its rows.
  NeighborRows operator()(FaissOnGpu& index, const std::vector<std::int64_t>& which, bool exact) {
    NeighborRows answer(static_cast<std::int64_t>(which.size()), k_);
    for (std::int64_t begin = 0; begin < answer.n; begin += batch_) {
      const std::int64_t rows = std::min(batch_, answer.n - begin);
      fill(index, which.data() + begin, rows, exact && candidates_ < space_->n());
      ids_.read(answer.ids.data() + begin * k_, rows * k_);
      distances_.read(answer.distances.data() + begin * k_, rows * k_);
    }
    return answer;
  }

 private:
  /// Twice the rounding of |q|^2 + |x|^2 - 2 <q, x>, for the longest points.
  static float slack_of(const MetricSpace& space) {
    struct Longest {
      float square = 0;
      Longest operator+(const Longest& other) const { return {std::max(square, other.square)}; }
    };
    const std::vector<float> origin(static_cast<std::size_t>(space.width()));
    const Longest longest =
        parallel_sum(0, space.n(), kGrain, Longest{}, [&](std::int64_t begin, std::int64_t end) {
          Longest part;
          for (std::int64_t i = begin; i < end; ++i)
            part = part + Longest{squared_distance(space.points.view.row(i), origin.data(),
                                                   space.width())};
          return part;
        });
    return 4.0f * longest.square * static_cast<float>(space.width() + 8) * 0x1p-23f;
  }

  void fill(FaissOnGpu& index, const std::int64_t* which, std::int64_t rows, bool certify) {
    const std::int64_t width = space_->width();
    const bool run = which[rows - 1] - which[0] == rows - 1;  // ascending: they lie side by side
    if (!run) {
      std::vector<float> gathered(static_cast<std::size_t>(rows * width));
      for (std::int64_t r = 0; r < rows; ++r)
        std::copy_n(space_->points.view.row(which[r]), width, gathered.begin() + r * width);
      queries_.write(gathered.data(), rows * width);
    }
    which_.write(which, rows);
    const OnThisDevice here(on_);
    index.search(run ? points() + which[0] * width : queries_.data(), rows, candidates_,
                 estimates_.data(), found_.data());
    select_nearest(on_, {points(), width, which_.data(), rows, candidates_, k_, found_.data(),
                         estimates_.data(), measured_.data(), form_of(space_->distance.metric),
                         certify, slack_, ids_.data(), distances_.data()});
  }

  Cuda on_;
  const MetricSpace* space_;
  std::int64_t batch_;
  int k_, candidates_;
  DeviceArray<float> points_, queries_;
  DeviceArray<std::int64_t> which_, found_;
  DeviceArray<float> estimates_, measured_;
  DeviceArray<std::int32_t> ids_;
  DeviceArray<float> distances_;
  float slack_ = 0;
};

std::vector<std::int64_t> every(std::int64_t n, std::int64_t count) {
  std::vector<std::int64_t> which;
  for (std::int64_t r = 0; r < std::min(n, count); ++r) which.push_back(r * n / std::min(n, count));
  return which;
}

struct Found {
  NeighborRows rows;
  std::string index;
  std::optional<Recall> recall;
};

/// Probes double until the sample's recall reaches the target. One index at a time is on the GPU.
Found through_cells(Search& search, const Cuda& on, const MetricSpace& space, const IvfKnn& params,
                    std::uint64_t seed) {
  const std::int64_t n = space.n();
  const int lists =
      params.lists.value_or(std::max(1, static_cast<int>(2 * std::sqrt(static_cast<double>(n)))));
  if (lists > n || params.probes.value_or(1) > lists)
    throw InvalidInput("there are " + std::to_string(lists) + " lists and " +
                       std::to_string(params.probes.value_or(1)) + " probes for " +
                       std::to_string(n) +
                       " points; use at most one list per point, and at most "
                       "as many probes as lists");
  const std::vector<std::int64_t> sampled = every(n, kSample);
  const NeighborRows truth =
      search(*faiss_flat(on, search.points(), n, space.width()), sampled, false);
  const auto cells = faiss_ivf(on, search.points(), n, space.width(), lists, seed);
  int probes = params.probes.value_or(1);
  const auto recall_with = [&](int effort) {
    cells->set_probes(effort);
    return recall_of(truth, search(*cells, sampled, false));
  };
  Recall recall = recall_with(probes);
  while (!params.probes && recall.mean < params.target_recall && probes < lists) {
    probes = std::min(2 * probes, lists);
    recall = recall_with(probes);
  }
  return {search(*cells, every(n, n), false),
          "ivf (" + std::to_string(lists) + " lists, " + std::to_string(probes) + " probes)",
          recall};
}

Found found_by(Search& search, const Cuda& on, const MetricSpace& space, const KnnParams& params,
               std::uint64_t seed) {
  const auto* const any = std::get_if<AutoKnn>(&params);
  if (std::holds_alternative<FlatKnn>(params) || (any && space.n() <= kFlatIsFast))
    return {search(*faiss_flat(on, search.points(), space.n(), space.width()),
                   every(space.n(), space.n()), true),
            "flat", std::nullopt};
  return through_cells(search, on, space,
                       any ? IvfKnn{.target_recall = any->target_recall} : std::get<IvfKnn>(params),
                       seed);
}

}  // namespace

KnnGraph find_knn(HostMatrix<const float> points, int k, const KnnParams& params,
                  const Distance& distance, const Cuda& on, std::uint64_t seed) {
  const auto began = std::chrono::steady_clock::now();
  const Cpu host = host_of(on);
  check_search(params, k, distance.metric);
  const MetricSpace space = make_space(points, distance, host);
  Found found;
  {
    Search search(on, space, k);
    found = found_by(search, on, space, params, seed);
  }  // FAISS' memory is free from here on
  NeighborRows& rows = found.rows;
  const Queries all{space.as_queries, every(space.n(), space.n())};
  if (std::any_of(all.which.begin(), all.which.end(), [&](std::int64_t r) {
        return rows.ids[static_cast<std::size_t>((r + 1) * k - 1)] < 0;
      }))
    fill_exactly(rows, ExactSearch(space, host), all, host);
  KnnGraph graph = empty_graph(space.n(), k);
  graph.neighbors = std::move(rows.ids);
  graph.distances = std::move(rows.distances);
  graph.metric = name(distance.metric);
  graph.index = found.index + " on a GPU";
  graph.recall = found.recall;
  graph.search_seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
  return graph;
}

}  // namespace nearfold
