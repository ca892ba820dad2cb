// The rows of UMAP's graph that are too long for one thread: their terms are computed by lanes,
// into memory and in their order, and then added up in it, so that the sums are those of one
// thread. What fires in an epoch is found once, at its start, for the two steps that each row has a
// part in.
//
// Cost: hub_loops.hpp; none in an epoch without hubs. For each edge of a hub 4 bytes, and for each
// term of one step 4 Dims.
#pragma once

#include <algorithm>
#include <vector>

#include "kernels/graph/long_rows.hpp"
#include "kernels/umap/hub_loops.hpp"

namespace nearfold {

template <class Executor, class Space>
class UmapHubs {
 public:
  static constexpr int kDims = UmapTerms<Space>::kDims;
  static constexpr std::int64_t kLongestRow = 64;
  /// A hub is also this many times as long as the mean row, so that there is always room for the
  /// terms of all hubs: those of a graph in which all rows are long have no need of lanes.
  static constexpr std::int64_t kTimesTheMean = 8;

  /// Of rows with so many edges in all.
  UmapHubs(const Executor& executor, const UmapRows& rows, std::int32_t parts, std::int64_t edges,
           float samples_per_firing)
      : executor_(executor),
        rows_(rows),
        parts_(parts),
        longest_(std::max(kLongestRow, kTimesTheMean * parts_of(edges, rows.n * parts))) {
    find_hubs();
    if (count() > 0) make_room(samples_per_firing);
  }

  std::int64_t count() const { return hubs_.back(); }

  /// Once an epoch, before its steps.
  void find_firing(const UmapClock* clock) {
    executor_.for_each(count() * kHubLanes, CountFiring{list(), clock, lane_counts_.data()});
    executor_.for_each(count() * kHubLanes, KeepFiring{list(), clock, lane_counts_.data(),
                                                       fired_.data(), pulls_.data()});
  }

  /// The sums of all hubs that have a part in a step.
  HubSums sum(const UmapTerms<Space>& terms) {
    if (count() == 0) return {};
    const HubStep<Space> step = step_of(terms);
    executor_.for_each(step.pulls.count(), HubPulls<Space>{step});
    executor_.for_each(step.pushes.first_count, HubPushes<Space>{step});
    executor_.for_each(step.hubs.count() * kDims, AddHubTerms<Space>{step, sums_.data()});
    return {longest_, hub_rows_.data(), count(), pulls_.data(), sums_.data()};
  }

 private:
  template <class T>
  using Buffer = typename Executor::template Buffer<T>;

  HubList list() const {
    return {rows_, hub_rows_.data(), first_pull_.data(), first_push_.data(), count()};
  }

  /// Of the step of a part; begin: [parts + 1].
  TwoRanges ranges(const std::vector<std::int64_t>& begin, std::int32_t part) const {
    const auto p = static_cast<std::size_t>(part);
    const auto s = static_cast<std::size_t>(second_part(part, parts_));
    return {begin[p], begin[p + 1] - begin[p], begin[s], begin[s + 1] - begin[s]};
  }

  HubStep<Space> step_of(const UmapTerms<Space>& terms) {
    return {.list = list(),
            .terms = terms,
            .hubs = ranges(hubs_, terms.part),
            .pulls = ranges(pull_quads_, terms.part),
            .pushes = ranges(push_quads_, terms.part),  // only the first are of this step
            .pull_counts = pulls_.data(),
            .fired = fired_.data(),
            .pull_forces = pull_forces_.data(),
            .push_forces = push_forces_.data()};
  }

  /// Fills hub_rows_ and hubs_, the hubs before each part.
  void find_hubs() {
    hub_rows_ = long_rows(executor_, rows_.offsets, parts_ * rows_.n, longest_);
    const std::vector<std::int64_t> rows = executor_.download(hub_rows_);
    for (std::int64_t p = 0; p <= parts_; ++p)
      hubs_.push_back(std::lower_bound(rows.begin(), rows.end(), p * rows_.n) - rows.begin());
  }

  /// Memory for the terms when all edges fire.
  void make_room(float samples_per_firing) {
    first_pull_ = executor_.template buffer<std::int64_t>(count() + 1);
    first_push_ = executor_.template buffer<std::int64_t>(count() + 1);
    executor_.for_each(count() + 1, CountQuads{rows_, hub_rows_.data(), count(), samples_per_firing,
                                               first_pull_.data(), first_push_.data()});
    exclusive_scan(executor_, first_pull_.data(), count() + 1);
    exclusive_scan(executor_, first_push_.data(), count() + 1);
    pull_quads_ = at_parts(executor_.download(first_pull_));
    push_quads_ = at_parts(executor_.download(first_push_));
    std::int64_t pulls = 0, pushes = 0;  // of the largest step, in quads
    for (std::int32_t p = 0; p < parts_; ++p) {
      pulls = std::max(pulls, ranges(pull_quads_, p).count());
      pushes = std::max(pushes, ranges(push_quads_, p).first_count);
    }
    pulls_ = executor_.template buffer<std::int32_t>(count());
    lane_counts_ = executor_.template buffer<std::int32_t>(count() * kHubLanes);
    fired_ = executor_.template buffer<std::int32_t>(4 * pull_quads_.back());
    pull_forces_ = executor_.template buffer<float>(4 * kDims * pulls);
    push_forces_ = executor_.template buffer<float>(4 * kDims * pushes);
    sums_ = executor_.template buffer<float>(count() * kDims);
  }

  /// Of values for each hub those for the first of each part, and the last one.
  std::vector<std::int64_t> at_parts(const std::vector<std::int64_t>& of_hubs) const {
    std::vector<std::int64_t> at;
    for (const std::int64_t hub : hubs_) at.push_back(of_hubs[static_cast<std::size_t>(hub)]);
    return at;
  }

  Executor executor_;
  UmapRows rows_;
  std::int32_t parts_;
  std::int64_t longest_;
  std::vector<std::int64_t> hubs_, pull_quads_, push_quads_;  // [parts + 1], before each part
  Buffer<std::int64_t> hub_rows_;                             // [count], ascending
  Buffer<std::int64_t> first_pull_, first_push_;              // [count + 1], in quads
  Buffer<std::int32_t> pulls_, lane_counts_, fired_;
  Buffer<float> pull_forces_, push_forces_, sums_;
};

}  // namespace nearfold
