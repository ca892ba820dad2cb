// Pairs of every vertex and the mirror of every one of them on a device: the rows of MirroredPairs
// (src/pacmap/pairs.hpp). Who has a vertex among its pairs is found by sorting.
//
// Cost: four launches and a sort of 8-byte keys, one a pair; 16 bytes a pair while it lasts, 8
// kept, and 8 a vertex.
#pragma once

#include <cstdint>

#include "kernels/weights/merged_rows.hpp"

namespace nearfold {

struct PairRows {
  const std::int64_t* offsets;
  const std::int32_t* columns;
};

struct KeyOfPair {
  const std::int32_t* others;  // [n, count]
  std::int64_t count;
  std::uint64_t* keys;
  NEARFOLD_HD void operator()(std::int64_t e) const { keys[e] = back_key(others[e], e / count); }
};
/// Where row i begins: behind the pairs of the vertices before it, and those that have one of them.
struct BeginOfPairs {
  const std::uint64_t* keys;
  std::int64_t pairs, count;
  std::int64_t* offsets;  // [n + 1]
  NEARFOLD_HD void operator()(std::int64_t i) const {
    offsets[i] = i * count + first_from(static_cast<std::uint64_t>(i) << 32, keys, pairs,
                                        [](std::uint64_t key) { return key; });
  }
};
struct PutOwnPair {
  const std::int32_t* others;
  const std::int64_t* offsets;
  std::int64_t count;
  std::int32_t* columns;
  NEARFOLD_HD void operator()(std::int64_t e) const {
    columns[offsets[e / count] + e % count] = others[e];
  }
};
/// The e-th of all that have a vertex among their pairs, by that vertex: there are as many before
/// it as keys, and the own pairs of all up to it.
struct PutMirror {
  const std::uint64_t* keys;
  std::int64_t count;
  std::int32_t* columns;
  NEARFOLD_HD void operator()(std::int64_t e) const {
    const auto of = static_cast<std::int64_t>(keys[e] >> 32);
    columns[(of + 1) * count + e] = from_of(keys[e]);
  }
};

template <class Executor>
class MirroredPairsOn {
 public:
  template <class T>
  using Buffer = typename Executor::template Buffer<T>;

  /// others [n, count], on the device.
  MirroredPairsOn(const Executor& executor, std::int64_t n, const Buffer<std::int32_t>& others)
      : executor_(executor),
        n_(n),
        count_(static_cast<std::int64_t>(others.size()) / n),
        offsets_(executor.template buffer<std::int64_t>(n + 1)),
        columns_(executor.template buffer<std::int32_t>(2 * n * count_)) {
    fill(others);
  }

  /// Other pairs, as many; they come to lie where the former did.
  void fill(const Buffer<std::int32_t>& others) {
    const std::int64_t pairs = n_ * count_;
    auto keys = executor_.template buffer<std::uint64_t>(pairs);
    executor_.for_each(pairs, KeyOfPair{others.data(), count_, keys.data()});
    executor_.sort(keys);
    executor_.for_each(n_ + 1, BeginOfPairs{keys.data(), pairs, count_, offsets_.data()});
    executor_.for_each(pairs, PutOwnPair{others.data(), offsets_.data(), count_, columns_.data()});
    executor_.for_each(pairs, PutMirror{keys.data(), count_, columns_.data()});
    executor_.wait();  // the keys go away
  }

  PairRows rows() const { return {offsets_.data(), columns_.data()}; }

 private:
  Executor executor_;
  std::int64_t n_, count_;
  Buffer<std::int64_t> offsets_;
  Buffer<std::int32_t> columns_;
};

}  // namespace nearfold
