// The smallest values of rows of any lengths, of equal ones those that come first: a radix select,
// four bits of all rows at a time. Not by the limits of largest.hpp: a row of a cell has no first
// block that stands for the others, and must not be lost.
//
// Cost for rows of v values in all: 9 readings of them, 36 v bytes, and 16 comparisons of each in 8
// of these; ten launches. Where more values are equal to the last of a row than it has room for,
// one thread goes through that row.
#pragma once

#include <cstdint>

#include "kernels/core/atomics.hpp"
#include "kernels/core/launch_shape.hpp"
#include "math/host_device.hpp"
#include "math/ordered_bits.hpp"

namespace nearfold {

/// Row q is values [begin[q], begin[q + 1]), or [q length, (q + 1) length).
struct ValueRows {
  const float* values;
  const std::int64_t* begin;  // null: all are as long
  std::int64_t length;

  NEARFOLD_HD std::int64_t first(std::int64_t q) const { return begin ? begin[q] : q * length; }
  NEARFOLD_HD std::int64_t size(std::int64_t q) const {
    return begin ? begin[q + 1] - begin[q] : length;
  }
};

/// Which values of a row are taken: those below the limit, and of those equal to it all up to a
/// place in the row.
struct SmallestView {
  ValueRows rows;
  const std::uint32_t* limits;
  const std::int64_t* last;

  NEARFOLD_HD bool takes(std::int64_t q, std::int64_t place) const {
    const std::uint32_t key = ordered_bits(rows.values[rows.first(q) + place]);
    return key < limits[q] || (key == limits[q] && place <= last[q]);
  }
};

struct SmallestJob {
  ValueRows rows;
  std::int64_t wanted;    // of a row
  std::uint32_t* limits;  // the bits of the last that is taken, as far as they are known
  std::int64_t* left;     // its rank, from 1, among values that have these bits
  std::int64_t* equal;    // how many have all of them
  std::int64_t* last;     // see SmallestView

  /// Of no number.
  static constexpr std::uint32_t kNoLimit = 0xffffffffu;
  NEARFOLD_HD bool takes_all(std::int64_t q) const { return limits[q] == kNoLimit; }
};

struct StartSmallest {
  SmallestJob job;
  NEARFOLD_HD void operator()(std::int64_t q) const {
    job.limits[q] = job.rows.size(q) <= job.wanted ? SmallestJob::kNoLimit : 0;
    job.left[q] = job.wanted;
    job.equal[q] = 0;
  }
};

/// The four bits from `shift` on.
struct NextDigit {
  static constexpr int kDigits = 16;
  SmallestJob job;
  int shift;

  struct Part {
    std::uint32_t count[kDigits] = {};
    NEARFOLD_HD Part& operator+=(const Part& other) {
      for (int d = 0; d < kDigits; ++d) count[d] += other.count[d];
      return *this;
    }
  };
  NEARFOLD_HD Part part(std::int64_t q, int lane) const {
    Part part;
    if (job.takes_all(q)) return part;
    const float* const values = job.rows.values + job.rows.first(q);
    const std::int64_t size = job.rows.size(q);
    const std::uint64_t known = std::uint64_t{job.limits[q]} >> (shift + 4);
    for (std::int64_t v = lane; v < size; v += kRowLanes) {
      const std::uint64_t key = ordered_bits(values[v]);
      if (key >> (shift + 4) != known) continue;
      const auto digit = static_cast<std::uint32_t>(key >> shift) & (kDigits - 1);
      for (std::uint32_t d = 0; d < kDigits; ++d) part.count[d] += digit == d ? 1 : 0;
    }
    return part;
  }
  NEARFOLD_HD void finish(std::int64_t q, const Part& total) const {
    if (job.takes_all(q)) return;
    std::int64_t left = job.left[q];
    for (std::uint32_t d = 0; d < kDigits; ++d) {
      if (left > total.count[d]) {
        left -= total.count[d];
        continue;
      }
      job.limits[q] |= d << shift;
      job.equal[q] = total.count[d];
      break;
    }
    job.left[q] = left;
  }
};

/// last: the place of the value that is the left-th of equal ones.
struct LastOfEqual {
  SmallestJob job;
  NEARFOLD_HD void operator()(std::int64_t q) const {
    const std::int64_t size = job.rows.size(q);
    job.last[q] = size;
    if (job.takes_all(q) || job.equal[q] <= job.left[q]) return;
    const float* const values = job.rows.values + job.rows.first(q);
    std::int64_t left = job.left[q];
    NEARFOLD_ROLLED
    for (std::int64_t v = 0; v < size; ++v) {
      if (ordered_bits(values[v]) != job.limits[q] || --left > 0) continue;
      job.last[q] = v;
      return;
    }
  }
};

/// The places of what is taken, [rows, wanted], in any order; how many there are.
struct TakePlaces {
  SmallestView smallest;
  std::int64_t wanted;
  std::int32_t* places;
  std::int64_t* counts;  // 0 at first

  struct Part {
    std::int32_t none = 0;
    NEARFOLD_HD Part& operator+=(const Part&) { return *this; }
  };
  NEARFOLD_HD Part part(std::int64_t q, int lane) const {
    for (std::int64_t v = lane; v < smallest.rows.size(q); v += kRowLanes)
      if (smallest.takes(q, v))
        places[q * wanted + add_atomically(counts + q, 1)] = static_cast<std::int32_t>(v);
    return {};
  }
  NEARFOLD_HD void finish(std::int64_t, const Part&) const {}
};

struct ClearCount {
  std::int64_t* counts;
  NEARFOLD_HD void operator()(std::int64_t q) const { counts[q] = 0; }
};

/// Room to select for `rows` rows at a time.
template <class Executor>
class SmallestOf {
 public:
  SmallestOf(const Executor& executor, std::int64_t rows)
      : executor_(executor),
        limits_(executor.template buffer<std::uint32_t>(rows)),
        left_(executor.template buffer<std::int64_t>(rows)),
        equal_(executor.template buffer<std::int64_t>(rows)),
        last_(executor.template buffer<std::int64_t>(rows)) {}
  /// Bytes of a row.
  static constexpr std::int64_t kBytes = 4 + 3 * 8;

  /// The `wanted` smallest of each of `count` rows, all of shorter ones. Until the next call.
  SmallestView operator()(const ValueRows& rows, std::int64_t count, std::int64_t wanted) {
    const SmallestJob job{rows, wanted, limits_.data(), left_.data(), equal_.data(), last_.data()};
    executor_.for_each(count, StartSmallest{job});
    for (int shift = 28; shift >= 0; shift -= 4)
      executor_.for_each_row(count, NextDigit{job, shift});
    executor_.for_each(count, LastOfEqual{job});
    return {rows, limits_.data(), last_.data()};
  }

 private:
  Executor executor_;
  typename Executor::template Buffer<std::uint32_t> limits_;
  typename Executor::template Buffer<std::int64_t> left_, equal_, last_;
};

}  // namespace nearfold
