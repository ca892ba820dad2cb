// Sorting by a key of few values in two passes (counting sort): entries of one key stay in their
// order.
#pragma once

#include <cstdint>
#include <numeric>
#include <utility>
#include <vector>

namespace nearfold {

/// First count() the key of every entry, then begin(), then next() the same keys in the same order.
class Places {
 public:
  explicit Places(std::int64_t keys) : begin_(static_cast<std::size_t>(keys) + 1) {}

  void count(std::int64_t key) { ++begin_[static_cast<std::size_t>(key) + 1]; }

  /// Where the entries of each key begin [keys + 1].
  std::vector<std::int64_t> begin() {
    std::partial_sum(begin_.begin(), begin_.end(), begin_.begin());
    next_.assign(begin_.begin(), begin_.end() - 1);
    return std::move(begin_);
  }

  /// Where the next entry of a key goes.
  std::size_t next(std::int64_t key) {
    return static_cast<std::size_t>(next_[static_cast<std::size_t>(key)]++);
  }

 private:
  std::vector<std::int64_t> begin_, next_;
};

}  // namespace nearfold
