// The rows that the probes of a search through cells are tuned on, and the truth about them.
#pragma once

#include <cstdint>
#include <vector>

#include "kernels/knn/search.hpp"
#include "knn/sampled_recall.hpp"

namespace nearfold {

template <class Executor>
struct SampleOn {
  std::vector<std::int64_t> points;
  typename Executor::template Buffer<std::int64_t> there;  // the same
  NeighborRows neighbors;                                  // exact, in their order

  std::int64_t count() const { return static_cast<std::int64_t>(points.size()); }
  PointIds which() const { return {there.data(), 0}; }
};

/// What sample_exactly() of the processor (knn/recall.hpp) says of the points. Cost: a search of
/// 1,000 rows in float32, and all pairs of those that it did not certify.
template <class Executor>
SampleOn<Executor> sample_exactly(const Executor& executor, SearchOn<Executor>& search,
                                  Finder& finder) {
  SampleOn<Executor> sample{sampled_of(search.n()), {}, {}};
  sample.there = executor.upload(sample.points);
  search.search(finder, sample.which(), sample.count(), nullptr);
  search.measure(search.uncertified(sample.which(), sample.count(), nullptr));
  sample.neighbors = search.neighbors_of(sample.which(), sample.count());
  return sample;
}

}  // namespace nearfold
