// Rows laid out so that bounding them from a few queries and testing the bounds is one pass: a row
// in each lane of a register, some registers side by side, column after column. Products stay in
// registers, and nothing is written but for those that pass.
//
// Their last bits depend on the processor, which has or has not a fused multiply-add. So they are
// for bounds that allow for any rounding.
#pragma once

#include <cstdint>
#include <memory>

#include "core/simd.hpp"

namespace nearfold {

class BoundPanels {
 public:
  // Sums of each query for each register of rows fill the registers there are; rows of a tile, of
  // a hundred columns or so, the nearest cache.
  static constexpr int kQueries = kSimdBytes == 64 ? 8 : 4;             ///< tested together
  static constexpr int kPanels = kSimdBytes == 16 ? 2 : 3;              ///< registers side by side
  static constexpr std::int64_t kTile = std::int64_t{kPanels} * kSimd;  ///< rows

  BoundPanels() = default;
  /// For n rows, which set_tile() gives, all of them. After the `first` columns of a tile a test
  /// looks whether the rest could matter: it should carry little. first = width: no such look.
  BoundPanels(std::int64_t n, std::int64_t width, std::int64_t first);
  /// The rows [t kTile, ...), one after the other, and what is added to the products of each.
  void set_tile(std::int64_t t, const float* rows, const float* own);

  std::int64_t n() const { return n_; }
  std::int64_t width() const { return width_; }
  std::int64_t tiles() const { return (n_ + kTile - 1) / kTile; }
  float own(std::int64_t r) const { return own_[r / kSimd][r % kSimd]; }
  void copy_row(std::int64_t r, float* to) const;
  /// The norm of a row's columns behind the first, rounded up.
  float rest(const float* row) const;

  struct Tested {
    const float* row = nullptr;  // [width]
    float own = 0, limit = 0;    // bounds up to the limit pass
    float rest = 0;              // rest() of the row
  };
  /// hit(q, first row, bounds, lanes) where bounds of rows first + lane pass, a bit per lane:
  /// (<row, query> + the row's own) + the query's own. Rows are left out, too, whose bounds would
  /// be beyond the limit in exact arithmetic.
  template <class Hit>
  void test(std::int64_t tile, const Tested (&queries)[kQueries], const Hit& hit) const;

 private:
  template <class T>
  using Room = std::unique_ptr<T[]>;  // written for the first time by the threads that fill it

  const Floats* tile(std::int64_t t) const { return values_.get() + t * width_ * kPanels; }

  std::int64_t n_ = 0, width_ = 0, first_ = 0;
  Room<Floats> values_;  // [tiles, width, kPanels]
  Room<Floats> own_;     // [tiles, kPanels]; NaN behind the last row, which passes nowhere
  Room<Floats> rest_;    // [tiles, kPanels]
};

template <class Hit>
void BoundPanels::test(std::int64_t t, const Tested (&queries)[kQueries], const Hit& hit) const {
  Floats sum[kQueries][kPanels] = {};
  const Floats* column = tile(t);
  const auto add_columns = [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t c = begin; c < end; ++c, column += kPanels)
      for (int q = 0; q < kQueries; ++q) {
        const Floats value = repeated(queries[q].row[c]);
        for (int p = 0; p < kPanels; ++p) sum[q][p] = fused(value, column[p], sum[q][p]);
      }
  };
  const auto bounds_of = [&](int q, int p, Floats products) {
    return (products + own_[t * kPanels + p]) + queries[q].own;
  };
  add_columns(0, first_);
  if (first_ < width_) {
    // Products over the rest are at least minus the product of norms.
    std::uint32_t any = 0;
    for (int q = 0; q < kQueries; ++q)
      for (int p = 0; p < kPanels; ++p) {
        const Floats least = fused(repeated(-queries[q].rest), rest_[t * kPanels + p], sum[q][p]);
        any |= lanes_up_to(bounds_of(q, p, least), queries[q].limit);
      }
    if (any == 0) return;
    add_columns(first_, width_);
  }
  for (int q = 0; q < kQueries; ++q)
    for (int p = 0; p < kPanels; ++p) {
      const Floats bounds = bounds_of(q, p, sum[q][p]);
      const std::uint32_t lanes = lanes_up_to(bounds, queries[q].limit);
      if (lanes != 0) hit(q, t * kTile + std::int64_t{p} * kSimd, bounds, lanes);
    }
}

}  // namespace nearfold
