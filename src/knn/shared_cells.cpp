#include "knn/shared_cells.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <memory>

#include "core/check_points.hpp"
#include "core/hash.hpp"
#include "core/reported.hpp"
#include "knn/approximate.hpp"
#include "knn/query_search.hpp"
#include "nearfold/error.hpp"

namespace nearfold {

// ---- equal points -------------------------------------------------------------------------------

EqualPoints::EqualPoints(const EqualRows& equal) {
  for (std::size_t f = 0; f < equal.first.size(); ++f) {
    if (!equal.is_first(static_cast<std::int32_t>(f))) continue;
    const auto group = equal.group(static_cast<std::int32_t>(f));
    if (group.size() < 2) continue;
    members.insert(members.end(), group.begin(), group.end());
    begin.push_back(std::ssize(members));
  }
  look_up();
}

EqualPoints::EqualPoints(std::vector<std::int64_t> begins, std::vector<std::int32_t> of)
    : begin(std::move(begins)), members(std::move(of)) {
  look_up();
}

void EqualPoints::look_up() {
  for (std::size_t g = 0; g + 1 < begin.size(); ++g)
    for (std::int64_t m = begin[g]; m < begin[g + 1]; ++m)
      group_of_.emplace_back(members[static_cast<std::size_t>(m)], static_cast<std::int32_t>(g));
  std::sort(group_of_.begin(), group_of_.end());
}

std::span<const std::int32_t> EqualPoints::group(std::int32_t point) const {
  const auto found =
      std::lower_bound(group_of_.begin(), group_of_.end(), std::pair(point, std::int32_t{0}));
  if (found == group_of_.end() || found->first != point) return {};
  const auto g = static_cast<std::size_t>(found->second);
  return std::span(members).subspan(static_cast<std::size_t>(begin[g]),
                                    static_cast<std::size_t>(begin[g + 1] - begin[g]));
}

// ---- the cells ----------------------------------------------------------------------------------

const AllPoints& SharedCells::all() const {
  return state_->all;
}
int SharedCells::k() const {
  return state_->k;
}
std::uint64_t SharedCells::seed() const {
  return state_->seed;
}
Distance SharedCells::distance() const {
  return state_->distance;
}
std::string SharedCells::fingerprint() const {
  return state_->fingerprint;
}
std::string SharedCells::description() const {
  return describe_ivf(static_cast<int>(state_->centroids.n()), state_->effort);
}

namespace {

struct Hash {
  std::uint64_t value = 0;

  template <class T>
  void add(const std::vector<T>& values) {
    value = hash_bytes(values.data(), values.size() * sizeof(T), value);
  }
};

std::string fingerprint_of(const SharedCells::State& cells) {
  Hash hash;
  hash.add(std::vector{cells.all.n, cells.all.dim, std::int64_t{cells.k},
                       std::int64_t{static_cast<int>(cells.distance.metric)},
                       std::int64_t{static_cast<int>(cells.distance.zero_vectors)},
                       static_cast<std::int64_t>(cells.seed),
                       std::int64_t{cells.effort.probes_or_ef},
                       std::int64_t{cells.effort.candidates}});
  hash.add(std::vector{cells.all.longest});
  for (const std::vector<double>* params :
       {&cells.distance.params.w, &cells.distance.params.V, &cells.distance.params.VI})
    if (!params->empty()) hash.add(*params);
  hash.add(cells.projection.mean);
  hash.add(cells.projection.axes.values());
  hash.add(cells.centroids.rows.values());
  hash.add(cells.begin);
  hash.add(cells.ids);
  hash.add(cells.equal.members);
  std::array<char, 17> hex{};
  std::snprintf(hex.data(), hex.size(), "%016llx", static_cast<unsigned long long>(hash.value));
  return hex.data();
}

}  // namespace

SharedCells shared(SharedCells::State&& state) {
  state.fingerprint = fingerprint_of(state);
  return SharedCells(std::make_shared<const SharedCells::State>(std::move(state)));
}

SharedCells train_cells(HostMatrix<const float> points, int k, const IvfKnn& ivf, const Cpu& on,
                        std::uint64_t seed, const Distance& distance, const Progress& progress) {
  validate(Settings{.knn = ivf, .distance = distance, .device = on});
  return reported(progress, Stage::knn, points.rows(), [&] {
    check_points(points, on);
    require_k(k, points.rows() - 1, points.rows());
    MetricSpace space = make_space(points, distance, on);
    space.tie_seed = seed;
    space.equal = find_equal_rows(space.points.view, on);
    TunedIndex tuned = tune_index(space, k, ivf, on, seed);
    auto& cells = std::get<IvfLists>(tuned.index.search);
    return shared({{points.rows(), points.cols(), space.longest},
                   k,
                   distance,
                   seed,
                   ivf,
                   tuned.effort,
                   std::move(tuned.index.projection),
                   std::move(cells.centroids),
                   std::move(cells.begin),
                   std::move(tuned.index.rows.ids),
                   EqualPoints(space.equal)});
  });
}

std::vector<std::pair<std::int32_t, std::int32_t>> rows_of(const SharedCells::State& cells,
                                                           const RowRange& range) {
  std::vector<std::pair<std::int32_t, std::int32_t>> rows;
  rows.reserve(static_cast<std::size_t>(range.rows()));
  for (std::size_t r = 0; r < cells.ids.size(); ++r)
    if (cells.ids[r] >= range.begin && cells.ids[r] < range.end)
      rows.emplace_back(static_cast<std::int32_t>(r), cells.ids[r]);
  return rows;
}

}  // namespace nearfold
