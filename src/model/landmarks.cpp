// A start for a map of very many points: a map of some, and all others at the landmarks nearest to
// them.
#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "core/check_points.hpp"
#include "core/device.hpp"
#include "core/parallel.hpp"
#include "core/take_rows.hpp"
#include "init/start_rows.hpp"
#include "knn/query_search.hpp"
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

}  // namespace

Matrix landmark_init(HostMatrix<const float> points, const Settings& settings,
                     std::optional<std::int64_t> landmarks, const Progress& progress) {
  validate(settings);
  const Cpu& on = require_cpu(settings.device, "an initialization by landmarks");
  if (!settings.targets.empty())
    throw Unsupported("targets steer all points and landmarks are some of them; use another init");
  if (output_metric_of(settings.method) != OutputMetric::euclidean)
    throw Unsupported(std::string("landmarks are of maps in flat space, and output_metric is ") +
                      name(output_metric_of(settings.method)) + "; use another init");
  if (settings.unique) {
    const UniqueRows unique = unique_rows(points, on);
    Settings plain = settings;
    plain.unique = false;
    return take_rows(landmark_init(take_rows(points, unique.rows), plain, landmarks, progress),
                     unique.of);
  }
  check_points(points, on);
  const std::int64_t n = points.rows(), m = count_of(n, landmarks);
  const std::vector<std::int64_t> ids = drawn(m, n, settings.seed);
  const Matrix some = take_rows(points, ids);
  Settings of_some = settings;
  of_some.init.reset();
  const Result map = embed(some, of_some, progress);
  if (!map.info.finished)
    throw Cancelled("the landmarks' map was stopped by its progress function");

  const auto k = static_cast<int>(std::min(m, kVoters));
  const QueryResult near = QuerySearch(some, k, settings.distance, on)(points, on);
  Matrix layout(n, settings.dims);
  parallel_for(on.threads, n, kGrain, [&](std::int64_t begin, std::int64_t end) {
    std::array<float, kVoters> alike;
    alike.fill(1.0f);
    std::array<WeightedPlace, kVoters> room;
    for (std::int64_t i = begin; i < end; ++i)
      for (int c = 0; c < settings.dims; ++c)
        layout.row(i)[c] = weighted_median(map.layout.data() + c, settings.dims,
                                           &near.neighbors[static_cast<std::size_t>(i * k)],
                                           alike.data(), k, room.data());
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

}  // namespace nearfold
