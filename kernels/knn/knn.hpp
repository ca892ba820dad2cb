// Neighbours on a device: flat and through cells, as searches (search.hpp) that follow each
// other until every row is what it should be. Templates over the executor and over what finds
// candidates, so that all of it runs where there is no GPU.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "core/stopping.hpp"
#include "kernels/knn/fp16_scaling.hpp"
#include "kernels/knn/search.hpp"

namespace nearfold {

inline constexpr std::int64_t kTrial = 2048;        // rows that halves and floats are timed on,
inline constexpr std::int64_t kTrialPays = 50'000;  // where there are so many

/// Whether the first rows are found sooner in fp16 here, by products of our own, than in float32 by
/// FAISS: it depends on the GPU.
template <class Executor>
bool fp16_is_faster(SearchOn<Executor>& search, Finder& finder, const Fp16Scaling& frame) {
  const auto seconds = [&](const Fp16Scaling* by) {
    const auto began = std::chrono::steady_clock::now();
    search.search(finder, {}, std::min(search.n(), kTrial), by);
    return std::chrono::steady_clock::now() - began;
  };
  seconds(&frame);  // code is loaded
  seconds(nullptr);
  return seconds(&frame) < seconds(nullptr);
}

/// Every row, exact: in fp16 if so planned and found to be faster, then uncertified rows in
/// float32, then by all pairs. The answer does not depend on how it was found, which is returned:
/// in fp16?
template <class Executor>
bool find_flat(const Executor& executor, SearchOn<Executor>& search, bool by_halves,
               std::unique_ptr<Finder> finder, std::int64_t trial_pays = kTrialPays) {
  std::optional<HalfFrames<Executor>> halves;
  if (by_halves) {
    const Part part(0.05);
    halves.emplace(executor, search.rows());
    if (search.n() >= trial_pays && !fp16_is_faster(search, *finder, halves->frame()))
      halves.reset();
  }
  const Fp16Scaling* const frame = halves ? &halves->frame() : nullptr;
  {
    const Part part(0.9);
    search.search(*finder, {}, search.n(), frame);
  }
  UncertifiedRows<Executor> open = search.uncertified({}, search.n(), frame);
  if (halves && open.count > 0) {
    const Part part(0.95);
    search.search(*finder, open.ids(), open.count, nullptr);
    open = search.uncertified(open.ids(), open.count, nullptr);
  }
  finder.reset();  // its memory is free from here on
  search.measure(open);
  return halves.has_value();
}

/// How an inverted file is searched.
struct CellTask {
  int nlist = 1;
  std::optional<int> nprobe;  // unset: doubled until the target is reached
  double target_recall = 0.95;
  std::function<std::unique_ptr<FaissCells>(const DeviceRows<float>&)> make;
  std::function<Recall(const NeighborRows& exact, const NeighborRows& found)> recall_of;
};

struct CellsFound {
  int nprobe = 1;
  Recall recall;
};

inline constexpr std::int64_t kTuningSample = 1000;  // rows that probes are tuned on

/// Every row through cells, whose probes double until the sample's recall reaches the target; a row
/// that is too short is made exact. One structure of FAISS at a time. All rows are held.
template <class Executor>
CellsFound find_through_cells(const Executor& executor, SearchOn<Executor>& search,
                              const CellTask& task, std::unique_ptr<Finder> finder) {
  const std::int64_t n = search.n(), count = std::min(n, kTuningSample);
  std::vector<std::int64_t> sampled;
  for (std::int64_t s = 0; s < count; ++s) sampled.push_back(s * n / count);
  const auto list = executor.upload(sampled);
  const PointIds sample{list.data(), 0};
  {
    const Part part(0.1);
    search.search(*finder, sample, count, nullptr);
  }
  const NeighborRows truth = search.distances_of(sample, count);
  finder.reset();

  auto index = task.make({search.rows().all(), n, search.rows().width()});
  CellsFound found{task.nprobe.value_or(1), {}};
  double left = 1;  // share of the progress to come: how many rounds there will be is not known
  const auto look = [&] {
    left *= 0.7;
    const Part part(0.5 - 0.4 * left);
    index->set_probes(found.nprobe);
    search.search(*index, sample, count);
    found.recall = task.recall_of(truth, search.distances_of(sample, count));
  };
  look();
  const int most = std::min(task.nlist, kMaxPerCells);
  while (!task.nprobe && found.recall.mean < task.target_recall && found.nprobe < most) {
    found.nprobe = std::min(2 * found.nprobe, most);
    look();
  }
  {
    const Part part(1);
    search.search(*index, PointIds{}, n);
  }
  index.reset();
  search.measure(search.too_short());
  return found;
}

}  // namespace nearfold
