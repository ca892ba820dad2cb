// What is measured between two sparse rows, by merging their columns.
#include <bit>
#include <cmath>
#include <stdexcept>

#include "knn/sparse_rows.hpp"

namespace nearfold {
namespace {

/// visit(column, x, y) for every column that one of them stores, ascending; how many there were.
template <class Visit>
std::int64_t merge(const SparseRow& a, const SparseRow& b, const Visit& visit) {
  std::size_t i = 0, j = 0;
  std::int64_t count = 0;
  const std::size_t ends = a.columns.size(), end = b.columns.size();
  for (; i < ends && j < end; ++count) {
    const std::int32_t c = a.columns[i], d = b.columns[j];
    visit(std::min(c, d), c <= d ? a.values[i] : a.rest, d <= c ? b.values[j] : b.rest);
    i += c <= d ? 1 : 0;
    j += d <= c ? 1 : 0;
  }
  for (; i < ends; ++i, ++count) visit(a.columns[i], a.values[i], b.rest);
  for (; j < end; ++j, ++count) visit(b.columns[j], a.rest, b.values[j]);
  return count;
}

/// fold_by() of math/distance.hpp.
template <class By>
float fold(const SparseRow& a, const SparseRow& b, std::int64_t width) {
  constexpr int kParts = 16;
  float part[kParts] = {};
  const std::int64_t seen = merge(a, b, [&](std::int32_t c, float x, float y) {
    float& kept = part[c % kParts];
    kept = By::fold(kept, x, y);
  });
  for (int size = kParts / 2; size > 0; size /= 2)
    for (int l = 0; l < size; ++l) part[l] = By::join(part[l], part[l + size]);
  if (a.rest == 0 && b.rest == 0) return part[0];
  return part[0] + static_cast<float>(width - seen) * By::fold(0, a.rest, b.rest);
}
template <Norm norm>
float fold(const SparseRow& a, const SparseRow& b, std::int64_t width) {
  return fold<PairFold<norm>>(a, b, width);
}

float minkowski(const SparseRow& a, const SparseRow& b, std::int64_t width, double p) {
  const auto most = static_cast<double>(fold<Norm::linf>(a, b, width));
  if (!(most > 0)) return 0;
  double sum = 0;
  merge(a, b, [&](std::int32_t, float x, float y) {
    sum += share_power(std::abs(static_cast<double>(x) - static_cast<double>(y)) / most, p);
  });
  return static_cast<float>(most * std::pow(sum, 1 / p));
}

float measure_sets(const Measure& by, const SparseRow& a, const SparseRow& b) {
  std::int64_t both = 0, first = 0, second = 0;
  merge(a, b, [&](std::int32_t, float x, float y) {
    both += x != 0 && y != 0 ? 1 : 0;
    first += x != 0 && y == 0 ? 1 : 0;
    second += x == 0 && y != 0 ? 1 : 0;
  });
  return set_distance(by.sets, both, first, second, by.columns);
}

}  // namespace

float measure_rows(const Measure& by, const SparseRow& a, const SparseRow& b, std::int64_t width) {
  switch (by.norm) {
    case Norm::l2:
      return fold<Norm::l2>(a, b, width);
    case Norm::l1:
      return fold<Norm::l1>(a, b, width);
    case Norm::linf:
      return fold<Norm::linf>(a, b, width);
    case Norm::lp:
      return minkowski(a, b, width, by.p);
    case Norm::canberra:
      return fold<Norm::canberra>(a, b, width);
    case Norm::braycurtis:
      return ratio_or_zero(fold<Norm::l1>(a, b, width), fold<SumFold>(a, b, width));
    case Norm::unequal:
      return fold<Norm::unequal>(a, b, width) / static_cast<float>(by.columns);
    case Norm::bits:
      return measure_sets(by, a, b);
    case Norm::custom:
      throw std::logic_error("require_sparse_metric() refuses functions of the caller's");
  }
  return 0;
}

}  // namespace nearfold
