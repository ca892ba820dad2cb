#include "knn/measure.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>

#include "knn/metric_table.hpp"

namespace nearfold {
namespace {

std::uint64_t word_at(const float* row, std::int64_t c) {
  std::uint64_t word;
  std::memcpy(&word, row + c, sizeof word);
  return word;
}

/// In shares of the largest difference, whose powers neither overflow nor vanish together.
float minkowski(const float* a, const float* b, std::int64_t width, double p) {
  const auto most = static_cast<double>(fold_pairs<Norm::linf>(a, b, width));
  if (!(most > 0)) return 0;
  double sum = 0;
  for (std::int64_t c = 0; c < width; ++c)
    sum += share_power(std::abs(static_cast<double>(a[c]) - static_cast<double>(b[c])) / most, p);
  return static_cast<float>(most * std::pow(sum, 1 / p));
}

float measure_bits(const Measure& by, const float* a, const float* b, std::int64_t width) {
  std::int64_t both = 0, first = 0, second = 0;
  for (std::int64_t c = 0; c < width; c += 2) {
    const std::uint64_t x = word_at(a, c), y = word_at(b, c);
    both += std::popcount(x & y);
    first += std::popcount(x & ~y);
    second += std::popcount(y & ~x);
  }
  return set_distance(by.sets, both, first, second, by.columns);
}

/// l1, l2 and linf are minkowski's, too, and faster.
void resolve_power(Measure& by) {
  if (by.p == 1) by.norm = Norm::l1;
  if (by.p == 2) {
    by.norm = Norm::l2;
    by.form = DistanceForm::root;
  }
  if (std::isinf(by.p)) by.norm = Norm::linf;
}

}  // namespace

double share_power(double x, double p) {
  constexpr double kSquared = 64;
  if (p != std::floor(p) || p > kSquared) return std::pow(x, p);
  double all = 1;
  for (auto left = static_cast<int>(p); left > 0; left /= 2, x *= x)
    if (left % 2 == 1) all *= x;
  return all;
}

Measure measure_for(const Distance& distance, std::int64_t columns) {
  const MetricRow& row = row_of(distance.metric);
  Measure by(row.norm);
  by.form = row.distance;
  by.sets = row.sets;
  by.columns = columns;
  by.p = distance.params.p.value_or(2);
  if (row.norm == Norm::lp) resolve_power(by);
  if (row.norm == Norm::custom) by.custom = std::make_shared<CustomDistance>(distance.custom);
  return by;
}

float measure_others(const Measure& by, const float* a, const float* b, std::int64_t width) {
  switch (by.norm) {
    case Norm::l2:
      return squared_distance(a, b, width);
    case Norm::l1:
      return fold_pairs<Norm::l1>(a, b, width);
    case Norm::linf:
      return fold_pairs<Norm::linf>(a, b, width);
    case Norm::lp:
      return minkowski(a, b, width, by.p);
    case Norm::canberra:
      return fold_pairs<Norm::canberra>(a, b, width);
    case Norm::braycurtis:
      return ratio_or_zero(fold_pairs<Norm::l1>(a, b, width), fold_by<SumFold>(a, b, width));
    case Norm::unequal:
      return fold_pairs<Norm::unequal>(a, b, width) / static_cast<float>(by.columns);
    case Norm::bits:
      return measure_bits(by, a, b, width);
    case Norm::custom:
      return (*by.custom)(a, b, by.columns);
  }
  return 0;
}

float measured_at(const Measure& by, float distance, float scale) {
  constexpr float kMore = 1.0f + 0x1p-21f, kMin = std::numeric_limits<float>::denorm_min();
  return measured_in(by.form, distance, scale) * kMore + kMin;
}

std::int64_t unequal_bits(const float* a, const float* b, std::int64_t width) {
  std::int64_t count = 0;
  for (std::int64_t c = 0; c < width; c += 2) count += std::popcount(word_at(a, c) ^ word_at(b, c));
  return count;
}

}  // namespace nearfold
