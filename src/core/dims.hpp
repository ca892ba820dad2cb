// The dimensions of a map where loops are compiled for their number, and where they are not.
#pragma once

namespace nearfold {

/// Maps have at most so many dimensions.
inline constexpr int kMostDims = 100;

/// As many dimensions as is known at run time, up to kMostDims.
inline constexpr int kAnyDims = 0;

/// A number of dimensions: the compiler's where it is Fixed.
template <int Fixed>
struct DimCount {
  static constexpr int kRoom = Fixed;  ///< of arrays
  constexpr explicit DimCount(int /*count*/) {}
  constexpr int count() const { return Fixed; }
};
template <>
struct DimCount<kAnyDims> {
  static constexpr int kRoom = kMostDims;
  constexpr explicit DimCount(int count) : count_(count) {}
  constexpr int count() const { return count_; }

 private:
  int count_;
};

}  // namespace nearfold
