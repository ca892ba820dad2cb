// Rows of a layout [n, Dims] as a device reads and writes them.
#pragma once

#include <cstdint>

#include "math/host_device.hpp"

namespace nearfold {

/// A row that one thread reads or writes. Two coordinates are one access of 8 bytes; three, which
/// lie 12 bytes apart, are three of 4.
template <int Dims>
struct alignas(Dims == 2 ? 8 : 4) LayoutRow {
  float at[Dims];
};

/// A row's worth of sums, which lanes add up by coordinate.
template <int Dims>
struct LayoutSum {
  float at[Dims] = {};
  NEARFOLD_HD LayoutSum& operator+=(const LayoutSum& other) {
    for (int c = 0; c < Dims; ++c) at[c] += other.at[c];
    return *this;
  }
};

/// Row i. `rows` is at a multiple of 8 bytes, as all memory of an executor is.
template <int Dims>
NEARFOLD_HD inline LayoutRow<Dims> load_row(const float* rows, std::int64_t i) {
  return reinterpret_cast<const LayoutRow<Dims>*>(rows)[i];
}
template <int Dims>
NEARFOLD_HD inline void store_row(const LayoutRow<Dims>& row, float* rows, std::int64_t i) {
  reinterpret_cast<LayoutRow<Dims>*>(rows)[i] = row;
}

}  // namespace nearfold
