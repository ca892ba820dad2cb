#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "core/check_points.hpp"
#include "core/device.hpp"
#include "core/parallel.hpp"
#include "core/reported.hpp"
#include "math/elementary.hpp"
#include "model/check_model.hpp"
#include "nearfold/error.hpp"
#include "nearfold/model.hpp"

namespace nearfold {
namespace {

constexpr std::int64_t kNear = 15;
constexpr std::size_t kScale = 2;  // the neighbour that tells how wide the mean is, from 0

QueryResult nearest_on(const Matrix& map, HostMatrix<const float> places, std::int64_t k,
                       const Cpu& on) {
  const auto most = static_cast<int>(std::min(k, map.rows()));
  return find_neighbors(places, map, most, FlatKnn{}, on, 0);
}

/// Of points of the map: the distance to their 15th neighbour; where that is 0, 1.
std::vector<float> spacing_of(const Matrix& map, const std::vector<std::int32_t>& points,
                              const Cpu& on) {
  Matrix places(std::ssize(points), map.cols());
  for (std::int64_t i = 0; i < places.rows(); ++i)
    std::copy_n(map.row(points[static_cast<std::size_t>(i)]), map.cols(), places.row(i));
  const QueryResult found = nearest_on(map, places, kNear + 1, on);
  std::vector<float> spacing(points.size());
  for (std::size_t i = 0; i < spacing.size(); ++i) {
    const float last = found.distances[(i + 1) * static_cast<std::size_t>(found.k) - 1];
    spacing[i] = last > 0 ? last : 1.0f;
  }
  return spacing;
}

/// Of places whose nearest points are known, with their distances.
std::vector<float> remoteness_of(const Matrix& map, const std::vector<std::int32_t>& nearest,
                                 const std::vector<float>& distances, const Cpu& on) {
  std::vector<std::int32_t> points = nearest;
  std::sort(points.begin(), points.end());
  points.erase(std::unique(points.begin(), points.end()), points.end());
  const std::vector<float> spacing = spacing_of(map, points, on);
  std::vector<float> remoteness(nearest.size());
  for (std::size_t r = 0; r < nearest.size(); ++r) {
    const auto at = std::lower_bound(points.begin(), points.end(), nearest[r]) - points.begin();
    remoteness[r] = distances[r] / spacing[static_cast<std::size_t>(at)];
  }
  return remoteness;
}

/// What 99 % of some of the map's own points stay below.
float usual_remoteness(const Matrix& map, const Cpu& on) {
  constexpr std::int64_t kSome = 1000;
  const std::int64_t some = std::min(kSome, map.rows());
  Matrix places(some, map.cols());
  for (std::int64_t s = 0; s < some; ++s)
    std::copy_n(map.row(s * map.rows() / some), map.cols(), places.row(s));
  const QueryResult found = nearest_on(map, places, 2, on);  // itself, and the nearest other
  std::vector<std::int32_t> nearest;
  std::vector<float> distances;
  for (std::size_t s = 0; s < static_cast<std::size_t>(some); ++s) {
    nearest.push_back(found.neighbors[2 * s + 1]);
    distances.push_back(found.distances[2 * s + 1]);
  }
  std::vector<float> own = remoteness_of(map, nearest, distances, on);
  const auto at = static_cast<std::ptrdiff_t>(0.99 * static_cast<double>(some - 1));
  std::nth_element(own.begin(), own.begin() + at, own.end());
  return own[static_cast<std::size_t>(at)];
}

/// The mean of a place's neighbours by their distances on the map.
void weighted_mean(const Matrix& points, const std::int32_t* ids, const float* distances,
                   std::size_t k, float* out) {
  const float h = std::max(distances[std::min(kScale, k - 1)], 1e-30f);
  std::vector<double> sum(static_cast<std::size_t>(points.cols()));
  double all = 0;
  for (std::size_t j = 0; j < k; ++j) {
    const float d = distances[j] / h;
    const double weight = double{exp_f(-0.5f * d * d)};
    all += weight;
    for (std::size_t c = 0; c < sum.size(); ++c) sum[c] += weight * double{points.row(ids[j])[c]};
  }
  for (std::size_t c = 0; c < sum.size(); ++c) out[c] = static_cast<float>(sum[c] / all);
}

Inverted invert(const Model& model, HostMatrix<const float> positions, const Cpu& on) {
  const QueryResult found = nearest_on(model.map, positions, kNear, on);
  const auto k = static_cast<std::size_t>(found.k);
  Matrix means(positions.rows(), model.points.cols());
  std::vector<std::int32_t> nearest(static_cast<std::size_t>(found.rows));
  std::vector<float> distances(nearest.size());
  parallel_for(on.threads, found.rows, 16, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) {
      const auto r = static_cast<std::size_t>(i);
      weighted_mean(model.points, &found.neighbors[r * k], &found.distances[r * k], k,
                    means.row(i));
      nearest[r] = found.neighbors[r * k];
      distances[r] = found.distances[r * k];
    }
  });
  return {unprepare(model.preparation, std::move(means), on),
          remoteness_of(model.map, nearest, distances, on), 0};
}

}  // namespace

Inverted inverse_transform(const Model& model, HostMatrix<const float> positions,
                           const Device& device, const Progress& progress) {
  const Cpu& on = require_cpu(device);
  check_model(model, on);
  if (positions.cols() != model.map.cols())
    throw InvalidInput("the positions have " + std::to_string(positions.cols()) +
                       " columns, and the map " + std::to_string(model.map.cols()));
  check_values(positions, on);
  return reported(progress, Stage::optimize, std::max<std::int64_t>(1, positions.rows()), [&] {
    Inverted out;
    if (positions.rows() > 0)
      out = invert(model, positions, on);
    else
      out.rows = unprepare(model.preparation, Matrix(0, model.points.cols()), on);
    out.remote = usual_remoteness(model.map, on);
    return out;
  });
}

}  // namespace nearfold
