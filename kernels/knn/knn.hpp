// Exact neighbours on a device, as searches (search.hpp) that follow each other until every row is
// certified. A template over the executor and over what finds candidates, so that all of it runs
// where there is no GPU.
//
// Cost for n points of d columns, k neighbours, c candidates (the power of two from k + 24 on): in
// fp16 2 n^2 d flops and 8 n^2 bytes of products (largest.hpp), in float32 2 n^2 d flops by FAISS;
// then 3 n c d flops and 4 n c d bytes to measure candidates again, in each tile. Rows left open
// cost as much each once more, and then all pairs (brute_force.hpp).
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>

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

}  // namespace nearfold
