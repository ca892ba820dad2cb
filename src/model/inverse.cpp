#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "core/device.hpp"
#include "core/parallel.hpp"
#include "core/quantile.hpp"
#include "core/reported.hpp"
#include "core/take_rows.hpp"
#include "knn/query_search.hpp"
#include "knn/sparse_rows.hpp"
#include "math/elementary.hpp"
#include "model/check_model.hpp"
#include "nearfold/error.hpp"
#include "nearfold/model.hpp"

namespace nearfold {
namespace {

constexpr std::int64_t kNear = 15;
constexpr std::size_t kScale = 2;  // the neighbour that tells how wide the mean is, from 0

/// Column `column` of what was found, or the last.
template <class T>
std::vector<T> column_of(const QueryResult& found, const std::vector<T>& values,
                         std::int64_t column) {
  std::vector<T> out(static_cast<std::size_t>(found.rows));
  const std::int64_t at = std::min(column, found.k - 1);
  for (std::int64_t r = 0; r < found.rows; ++r)
    out[static_cast<std::size_t>(r)] = values[static_cast<std::size_t>(r * found.k + at)];
  return out;
}

/// sum += weight * (row i of the points).
void add_row(const Model& model, std::int64_t i, double weight, std::vector<double>& sum) {
  if (model.sparse) {
    const SparseRow row = sparse_row(model.sparse->view(), i);
    for (std::size_t e = 0; e < row.values.size(); ++e)
      sum[static_cast<std::size_t>(row.columns[e])] += weight * double{row.values[e]};
  } else {
    for (std::size_t c = 0; c < sum.size(); ++c) sum[c] += weight * double{model.points.row(i)[c]};
  }
}

/// The mean of a place's neighbours by their distances on the map.
void weighted_mean(const Model& model, const std::int32_t* ids, const float* distances,
                   std::size_t k, float* out) {
  const float h = std::max(distances[std::min(kScale, k - 1)], 1e-30f);
  std::vector<double> sum(static_cast<std::size_t>(model.dim()));
  double all = 0;
  for (std::size_t j = 0; j < k; ++j) {
    const float d = distances[j] / h;
    const double weight = double{exp_f(-0.5f * d * d)};
    all += weight;
    add_row(model, ids[j], weight, sum);
  }
  for (std::size_t c = 0; c < sum.size(); ++c) out[c] = static_cast<float>(sum[c] / all);
}

}  // namespace

struct Inverter::State {
  const Model* model;
  Cpu on;
  QuerySearch search;  // of the map: a place's 15 nearest, or a point's and itself
  float remote = 0;

  State(const Model& m, const Cpu& cpu)
      : model((check_model(m, cpu), &m)),
        on(cpu),
        search(m.map, static_cast<int>(std::min(kNear + 1, m.map.rows())), {}, cpu) {
    remote = usual_remoteness();
  }

  /// Of places by the nearest point of each and its distance, over the distance of that point to
  /// its 15th neighbour; where that is 0, 1.
  std::vector<float> remoteness_of(const std::vector<std::int32_t>& nearest,
                                   const std::vector<float>& distances) const {
    std::vector<std::int32_t> points = nearest;
    std::sort(points.begin(), points.end());
    points.erase(std::unique(points.begin(), points.end()), points.end());
    const QueryResult found = search(take_rows(model->map.view(), points), on);
    const std::vector<float> spacing = column_of(found, found.distances, kNear);
    std::vector<float> remoteness(nearest.size());
    for (std::size_t r = 0; r < nearest.size(); ++r) {
      const auto at = std::lower_bound(points.begin(), points.end(), nearest[r]) - points.begin();
      const float own = spacing[static_cast<std::size_t>(at)];
      remoteness[r] = distances[r] / (own > 0 ? own : 1.0f);
    }
    return remoteness;
  }

  /// What 99 % of some of the map's own points stay below.
  float usual_remoteness() const {
    constexpr std::int64_t kSome = 1000;
    const std::int64_t n = model->map.rows(), some = std::min(kSome, n);
    std::vector<std::int32_t> points;
    points.reserve(static_cast<std::size_t>(some));
    for (std::int64_t s = 0; s < some; ++s)
      points.push_back(static_cast<std::int32_t>(s * n / some));
    const QueryResult found =
        search(take_rows(model->map.view(), points), on);  // itself, then others
    return quantile(
        remoteness_of(column_of(found, found.neighbors, 1), column_of(found, found.distances, 1)),
        0.99);
  }

  Inverted invert(HostMatrix<const float> positions) const {
    Matrix means(positions.rows(), model->dim());
    if (positions.rows() == 0) return {unprepare(model->preparation, std::move(means), on), {}};
    check_queries(positions, model->map.cols(), on);
    const QueryResult found = search(positions, on);
    const auto k = static_cast<std::size_t>(found.k);
    parallel_for(on.threads, found.rows, 16, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t r = begin; r < end; ++r) {
        const std::size_t at = static_cast<std::size_t>(r) * k;
        weighted_mean(*model, &found.neighbors[at], &found.distances[at],
                      std::min<std::size_t>(k, kNear), means.row(r));
      }
    });
    return {
        unprepare(model->preparation, std::move(means), on),
        remoteness_of(column_of(found, found.neighbors, 0), column_of(found, found.distances, 0))};
  }
};

Inverter::Inverter(const Model& model, const Device& device) {
  require_flat(model, "an inverse transform");
  state_ = std::make_unique<State>(model, require_cpu(device, "the way from a map back to rows"));
}
Inverter::Inverter(Inverter&&) noexcept = default;
Inverter& Inverter::operator=(Inverter&&) noexcept = default;
Inverter::~Inverter() = default;

float Inverter::remote() const {
  return state_->remote;
}

Inverted Inverter::rows(HostMatrix<const float> positions, const Progress& progress) const {
  if (positions.cols() != state_->model->map.cols())
    throw InvalidInput("the positions have " + std::to_string(positions.cols()) +
                       " columns, and the map " + std::to_string(state_->model->map.cols()));
  return reported(progress, Stage::optimize, std::max<std::int64_t>(1, positions.rows()),
                  [&] { return state_->invert(positions); });
}

Inverted inverse_transform(const Model& model, HostMatrix<const float> positions,
                           const Device& device, const Progress& progress) {
  return Inverter(model, device).rows(positions, progress);
}

}  // namespace nearfold
