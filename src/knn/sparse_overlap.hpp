// What two sparse rows measure, from the columns that both store and a few sums of each: a row that
// is spread out over its columns meets others in as many steps as they store values. In float, with
// a bound of the rounding, so that only pairs that may matter are merged.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#include "core/simd.hpp"
#include "knn/sparse_rows.hpp"

namespace nearfold {

/// What is added up over common columns: products (l2, and of sets, whose values are 1); |x - y| -
/// |x| - |y| (l1, braycurtis); whether they are unequal, less 2; the term of canberra, less 2.
/// None: the largest difference and powers say nothing of a pair by its common columns.
enum class Overlap { products, sets, magnitudes, unequal, shares, none };

Overlap overlap_of(Norm norm);

/// Of two values, or of as many as a register holds; a term with a 0 is 0.
template <Overlap>
struct Term {
  template <class Real>
  static Real of(Real x, Real y) {  // products, sets
    return x * y;
  }
};
template <>
struct Term<Overlap::magnitudes> {
  template <class Real>
  static Real size(Real x) {
    return Number<Real>::larger(x, -x);
  }
  template <class Real>
  static Real of(Real x, Real y) {
    return size(x - y) - size(x) - size(y);
  }
};
template <>
struct Term<Overlap::unequal> {
  template <class Real>
  static Real of(Real x, Real y) {
    const Real zero{}, two = zero + 2.0f, one = zero + 1.0f;
    const Real term = x != y ? one - two : zero - two;
    return x != zero ? (y != zero ? term : zero) : zero;
  }
};
template <>
struct Term<Overlap::shares> {
  template <class Real>
  static Real of(Real x, Real y) {
    using M = Term<Overlap::magnitudes>;
    const Real zero{}, one = zero + 1.0f, all = M::size(x) + M::size(y);
    const Real term = M::size(x - y) / (all > zero ? all : one) - (one + one);
    return x != zero ? (y != zero ? term : zero) : zero;
  }
};

/// SparseRows::sums of all rows. O(stored).
void add_sums(SparseRows& rows, Overlap kind, const Cpu& on);

/// What is measured between two rows whose terms add up to `terms`, or somewhat less: what
/// measure_rows() gives is never below. Exact under sets and unequal.
template <Overlap kind>
float least_measured(const Measure& by, float terms, const RowSums& a, const RowSums& b,
                     float width) {
  constexpr float kRound = 0x1p-24f, kSteps = 16;
  const float both = a.own + b.own, stored = std::min(a.stored, b.stored);
  // Folds add the terms of a part one after the other; all are of one sign.
  const float less = 1 - kRound * ((a.stored + b.stored) / 16 + kSteps);
  if constexpr (kind == Overlap::sets) {
    const auto common = static_cast<std::int32_t>(terms);
    return set_distance(by.sets, common, static_cast<std::int32_t>(a.own) - common,
                        static_cast<std::int32_t>(b.own) - common,
                        static_cast<std::int32_t>(by.columns));
  } else if constexpr (kind == Overlap::unequal) {
    return (both + terms) / static_cast<float>(by.columns);
  } else if constexpr (kind == Overlap::shares) {
    return (both + terms - kRound * (2 * stored * stored + kSteps * (stored + 1) + 2 * both)) *
           less;
  } else if constexpr (kind == Overlap::magnitudes) {
    const float least = (both + terms - kRound * (stored + kSteps) * both) * less;
    return by.norm == Norm::braycurtis ? ratio_or_zero(least * less, both) : least;
  } else {
    const float rests = a.rest * b.sum + b.rest * a.sum + width * a.rest * b.rest;
    const float error = kRound * (2 * (stored + kSteps) * a.length * b.length + kSteps * both);
    return (both - 2 * (terms + rests) - error) * less;
  }
}

}  // namespace nearfold
