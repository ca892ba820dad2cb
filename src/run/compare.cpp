// Exact and approximate graphs side by side, and the number of points from which one is faster.
#include "nearfold/compare.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

#include "core/device.hpp"
#include "core/reported.hpp"
#include "core/stopping.hpp"
#include "core/taken_rows.hpp"
#include "method.hpp"
#include "quality/quality.hpp"
#include "stages.hpp"

namespace nearfold {
namespace {

constexpr std::int64_t kMin = 1000;  // points of the smallest subset that is timed
constexpr int kHalvings = 2;         // of the interval that a crossing lies in

KnnGraph neighbors_of(const InputPoints& points, int k, const KnnParams& knn, const Settings& s,
                      const Progress& progress) {
  return points.use([&](const auto& some) {
    return find_neighbors(some, k, knn, s.device, s.seed, s.distance, progress);
  });
}

Compared compare_one(const InputPoints& points, std::span<const std::int32_t> labels, int k,
                     const Settings& settings, const QualityParams& quality, const Compared* exact,
                     const Progress& progress) {
  const KnnGraph graph = neighbors_of(points, k, settings.knn, settings, progress);
  Result result =
      points.use([&](const auto& some) { return embed(graph, some, settings, progress); });
  Compared one{settings.knn,
               graph.build_seconds,
               graph.search_seconds,
               std::move(result.info),
               std::move(result.layout),
               {},
               {}};
  if (!one.info.finished) return one;
  reported(progress, Stage::evaluate, points.rows(), [&] {
    {
      const Part part(exact ? 0.8 : 1);
      one.quality =
          points.use([&](const auto& some) { return evaluate(some, one.layout, labels, quality); });
    }
    const Part part(1);
    if (exact) one.agreement = compare_layouts(exact->layout, one.layout, 10, quality);
  });
  return one;
}

/// The least of up to three times, fewer where a search is long.
double time_of(const InputPoints& points, int k, const KnnParams& knn, const Settings& settings,
               const Progress& progress) {
  constexpr double kLong = 0.5;  // seconds
  double least = 0, all = 0;
  for (int round = 0; round < 3 && all < kLong; ++round) {
    const KnnGraph graph = neighbors_of(points, k, knn, settings, progress);
    least = round == 0 ? graph.seconds() : std::min(least, graph.seconds());
    all += graph.seconds();
  }
  return least;
}

/// Subsets of the points, and what is measured on them.
class Timer {
 public:
  Timer(const InputPoints& points, int k, const Settings& settings, const Progress& progress)
      : points_(points), k_(k), settings_(settings), progress_(progress) {}

  SearchTimes operator()(std::int64_t n, const KnnParams& knn) {
    const TakenRows subset(points_, draw_rows(points_.rows(), n, settings_.seed, Draw::points));
    const auto [exact, fresh] = exact_.try_emplace(n, 0.0);
    if (fresh) exact->second = time_of(subset.points(), k_, FlatKnn{}, settings_, progress_);
    return {n, exact->second, time_of(subset.points(), k_, knn, settings_, progress_)};
  }

 private:
  InputPoints points_;
  int k_;
  const Settings& settings_;
  const Progress& progress_;
  std::map<std::int64_t, double> exact_;  // seconds at each size
};

bool pays(const SearchTimes& t) {
  return t.approximate < t.exact;
}

/// Where the logarithms of the times meet, if they run straight between two sizes.
std::int64_t crossing(const SearchTimes& a, const SearchTimes& b) {
  const double at_a = std::log(a.approximate / a.exact), at_b = std::log(b.approximate / b.exact);
  const auto from = std::log(static_cast<double>(a.n)), to = std::log(static_cast<double>(b.n));
  return std::llround(std::exp(from + (to - from) * at_a / (at_a - at_b)));
}

BreakEven find_break_even(Timer& timer, const Compared& exact, const Compared& approximate,
                          std::int64_t n, std::int64_t fewest) {
  BreakEven out;
  auto& times = out.times;
  times.push_back({n, exact.knn_seconds(), approximate.knn_seconds()});
  for (std::int64_t size = n / 2; size >= fewest; size /= 2)
    times.insert(times.begin(), timer(size, approximate.knn));
  for (int step = 0; step <= kHalvings; ++step) {
    // Above the last size at which the exact search is faster; noise below it does not matter.
    const auto last = std::find_if_not(times.rbegin(), times.rend(), pays);
    if (last == times.rend() || last == times.rbegin()) return out;
    const auto above = last.base();
    const SearchTimes a = *last, b = *above;
    const auto middle =
        static_cast<std::int64_t>(std::sqrt(static_cast<double>(a.n) * static_cast<double>(b.n)));
    if (step == kHalvings || middle <= a.n) {
      out.n = crossing(a, b);
      return out;
    }
    times.insert(above, timer(middle, approximate.knn));
  }
  return out;
}

std::vector<Compared> compare_all(const InputPoints& points, std::span<const std::int32_t> labels,
                                  int k, std::span<const KnnParams> methods,
                                  const Settings& settings, const QualityParams& quality,
                                  const OnCompared& on_compared, const Progress& progress) {
  if (settings.unique)
    throw InvalidParameter(
        "unique makes maps of distinct rows, and searches are compared on all that are given; "
        "leave it out, or give the distinct rows");
  Settings one = settings;
  QualityParams scored = quality;
  scored.distance = settings.distance;
  scored.map_metric = output_metric_of(settings.method);
  scored.device = std::visit([](const auto& on) { return Device{host_of(on)}; }, settings.device);
  std::vector<KnnParams> all{FlatKnn{}};
  all.insert(all.end(), methods.begin(), methods.end());
  for (const KnnParams& knn : all) {
    one.knn = knn;
    validate(one);
  }
  std::vector<Compared> out;
  try {
    for (const KnnParams& knn : all) {
      one.knn = knn;
      const Compared* const exact = out.empty() ? nullptr : out.data();
      Compared compared = compare_one(points, labels, k, one, scored, exact, progress);
      if (!compared.info.finished) break;
      out.push_back(std::move(compared));
      if (on_compared) on_compared(out.back());
    }
  } catch (const Cancelled&) {  // within a search or a score: without that one
  }
  return out;
}

std::vector<BreakEven> find_all_break_even(const InputPoints& points, int k,
                                           std::span<const Compared> compared,
                                           const Settings& settings, const Progress& progress) {
  const std::int64_t fewest = std::max<std::int64_t>(kMin, 4 * std::int64_t{k});
  Timer timer(points, k, settings, progress);
  std::vector<BreakEven> out;
  for (std::size_t c = 1; c < compared.size(); ++c)
    out.push_back(find_break_even(timer, compared[0], compared[c], points.rows(), fewest));
  return out;
}

}  // namespace

std::vector<Compared> compare_graphs(HostMatrix<const float> points,
                                     std::span<const std::int32_t> labels, int k,
                                     std::span<const KnnParams> methods, const Settings& settings,
                                     const QualityParams& quality, const OnCompared& on_compared,
                                     const Progress& progress) {
  return compare_all(points, labels, k, methods, settings, quality, on_compared, progress);
}
std::vector<Compared> compare_graphs(const SparseView& points, std::span<const std::int32_t> labels,
                                     int k, std::span<const KnnParams> methods,
                                     const Settings& settings, const QualityParams& quality,
                                     const OnCompared& on_compared, const Progress& progress) {
  return compare_all(points, labels, k, methods, settings, quality, on_compared, progress);
}

std::vector<BreakEven> break_even(HostMatrix<const float> points, int k,
                                  std::span<const Compared> compared, const Settings& settings,
                                  const Progress& progress) {
  return find_all_break_even(points, k, compared, settings, progress);
}
std::vector<BreakEven> break_even(const SparseView& points, int k,
                                  std::span<const Compared> compared, const Settings& settings,
                                  const Progress& progress) {
  return find_all_break_even(points, k, compared, settings, progress);
}

}  // namespace nearfold
