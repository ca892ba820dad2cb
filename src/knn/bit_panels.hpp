// Sets as bits, laid out for exact search: eight of them side by side, word by word, in the order
// of how many elements they have.
#pragma once

#include <cstdint>
#include <vector>

#include "knn/metric.hpp"

namespace nearfold {

inline constexpr std::int64_t kPanelSets = 8;

struct BitPanels {
  std::int64_t words = 0;             // of 64 columns, of a set
  std::vector<std::uint64_t> panels;  // [n / 8 rounded up, words, 8]; empty sets fill up
  std::vector<std::int32_t> counts;   // [n, rounded up]: elements, ascending
  std::vector<std::int32_t> ids;      // [n]

  std::int64_t n() const { return static_cast<std::int64_t>(ids.size()); }
  const std::uint64_t* panel(std::int64_t p) const {
    return panels.data() + p * words * kPanelSets;
  }
};

/// The first of every kind of point. O(n words), and a sort.
BitPanels make_bit_panels(const MetricSpace& space, const Cpu& on);

/// Elements of a set in a row of `words`.
std::int32_t count_bits(const float* row, std::int64_t words);

/// Sets that are counted at once.
inline constexpr int kSetsAtOnce = 4;

/// out[q][s]: elements in both the set rows[q] and set s of the panels, for all of `count` panels.
void count_both(const std::uint64_t* const* rows, const std::uint64_t* panels, std::int64_t count,
                std::int64_t words, std::int32_t* const* out);

}  // namespace nearfold
