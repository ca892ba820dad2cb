// A start for a map of very many points: a map of some, and all others at the landmarks nearest to
// them.
#include <algorithm>
#include <array>
#include <numeric>
#include <string>
#include <vector>

#include "core/check_points.hpp"
#include "core/check_sparse.hpp"
#include "core/device.hpp"
#include "core/parallel.hpp"
#include "core/taken_rows.hpp"
#include "init/start_rows.hpp"
#include "knn/query_search.hpp"
#include "knn/sparse_graph.hpp"
#include "math/new_row.hpp"
#include "math/philox.hpp"
#include "method.hpp"
#include "nearfold/error.hpp"
#include "nearfold/model.hpp"
#include "nearfold/unique.hpp"

namespace nearfold {
namespace {

constexpr std::int64_t kFewLandmarks = 2000,
                       kManyLandmarks = 20'000;  // landmarks where none are asked for
constexpr std::int64_t kVoters = 10;             // landmarks by which a point is placed

std::int64_t count_of(std::int64_t n, std::optional<std::int64_t> landmarks) {
  if (!landmarks) return std::min(n, std::clamp(n / 10, kFewLandmarks, kManyLandmarks));
  require(*landmarks >= 4, "landmarks", *landmarks, "at least 4");
  if (*landmarks > n)
    throw InvalidInput("there are " + std::to_string(*landmarks) + " landmarks to be drawn of " +
                       std::to_string(n) + " points; use fewer");
  return *landmarks;
}

/// m of n, ascending: those whose random numbers are the smallest.
std::vector<std::int64_t> drawn(std::int64_t m, std::int64_t n, std::uint64_t seed) {
  std::vector<std::pair<std::uint32_t, std::int64_t>> keys;
  for (std::int64_t i = 0; i < n; ++i)
    keys.emplace_back(random4(seed, Stream::sample, static_cast<std::uint64_t>(i)).v[0], i);
  std::nth_element(keys.begin(), keys.begin() + (m - 1), keys.end());
  std::vector<std::int64_t> ids;
  for (std::int64_t i = 0; i < m; ++i) ids.push_back(keys[static_cast<std::size_t>(i)].second);
  std::sort(ids.begin(), ids.end());
  return ids;
}

/// The k landmarks nearest to each point, of narrow ones some at a time as floats.
std::vector<std::int32_t> nearest(const InputPoints& landmarks, const InputPoints& points, int k,
                                  const Distance& distance, const Cpu& on) {
  if (points.sparse)
    return SparseQuerySearch(*landmarks.sparse, k, distance, on)(*points.sparse, on).neighbors;
  const QuerySearch search(landmarks.host, k, distance, on);
  if (!points.host.is_narrow()) return search(points.host.floats(), on).neighbors;
  constexpr std::int64_t kTogether = 1 << 14;
  std::vector<std::int32_t> all;
  for (std::int64_t first = 0; first < points.rows(); first += kTogether) {
    std::vector<std::int64_t> rows(
        static_cast<std::size_t>(std::min(kTogether, points.rows() - first)));
    std::iota(rows.begin(), rows.end(), first);
    const auto some = search(take_rows(points.host, rows), on).neighbors;
    all.insert(all.end(), some.begin(), some.end());
  }
  return all;
}

/// Of points that were checked.
Matrix start_of(const InputPoints& points, const Settings& settings,
                std::optional<std::int64_t> landmarks, const Progress& progress) {
  const Cpu& on = std::get<Cpu>(settings.device);
  if (settings.unique) {
    const UniqueRows unique =
        points.use_stored([&](const auto& rows) { return unique_rows(rows, on); });
    Settings plain = settings;
    plain.unique = false;
    const TakenRows distinct(points, unique.rows);
    return take_rows(start_of(distinct.points(), plain, landmarks, progress), unique.of);
  }
  const std::int64_t n = points.rows(), m = count_of(n, landmarks);
  const std::vector<std::int64_t> ids = drawn(m, n, settings.seed);
  const TakenRows some(points, ids);
  Settings of_some = settings;
  of_some.init.reset();
  const Result map =
      some.points().use([&](const auto& rows) { return embed(rows, of_some, progress); });
  if (!map.info.finished)
    throw Cancelled("the landmarks' map was stopped by its progress function");

  const auto k = static_cast<int>(std::min(m, kVoters));
  const std::vector<std::int32_t> near = nearest(some.points(), points, k, settings.distance, on);
  Matrix layout(n, settings.dims);
  parallel_for(on.threads, n, kGrain, [&](std::int64_t begin, std::int64_t end) {
    std::array<float, kVoters> alike;
    alike.fill(1.0f);
    std::array<WeightedPlace, kVoters> room;
    for (std::int64_t i = begin; i < end; ++i)
      for (int c = 0; c < settings.dims; ++c)
        layout.row(i)[c] =
            weighted_median(map.layout.data() + c, settings.dims,
                            &near[static_cast<std::size_t>(i * k)], alike.data(), k, room.data());
  });
  for (std::size_t l = 0; l < ids.size(); ++l)
    std::copy_n(map.layout.row(static_cast<std::int64_t>(l)), settings.dims, layout.row(ids[l]));
  const auto width =
      std::visit([n](const auto& params) { return init_width(params, n); }, settings.method);
  if (!width) return layout;
  const auto factor = static_cast<float>(width->usual / deviation(layout, 0, on));
  for (float& x : layout.span()) x *= factor;
  return layout;
}

/// Refuses what start_of() cannot do, naming rows as they are in the points and not in a sample.
void check(const InputPoints& points, const Settings& settings) {
  validate(settings);
  const Cpu& on = require_cpu(settings.device, "an initialization by landmarks");
  if (!settings.targets.empty())
    throw Unsupported("targets steer all points and landmarks are some of them; use another init");
  if (output_metric_of(settings.method) != OutputMetric::euclidean)
    throw Unsupported(std::string("landmarks are of maps in flat space, and output_metric is ") +
                      name(output_metric_of(settings.method)) + "; use another init");
  if (points.sparse) {
    check_points(*points.sparse);
    make_sparse_space(*points.sparse, settings.distance, on);
  } else {
    check_points(points.host, on);
    make_space(points.host, settings.distance, on);
  }
}

}  // namespace

Matrix landmark_init(const StoredView& points, const Settings& settings,
                     std::optional<std::int64_t> landmarks, const Progress& progress) {
  check(points, settings);
  return start_of(points, settings, landmarks, progress);
}
Matrix landmark_init(const SparseView& points, const Settings& settings,
                     std::optional<std::int64_t> landmarks, const Progress& progress) {
  check(points, settings);
  return start_of(points, settings, landmarks, progress);
}

}  // namespace nearfold
