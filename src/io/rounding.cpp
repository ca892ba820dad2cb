#include "io/rounding.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>
#include <utility>

#include "nearfold/error.hpp"

namespace nearfold::io {
namespace {

constexpr std::int64_t kSampleValues = std::int64_t{1} << 20;  // 8 MB of doubles
constexpr std::int64_t kMinSample = 16;                        // rows

/// Holds every value and every difference that matters: long double has 64 bits for integers.
template <class T>
using Exact = std::conditional_t<std::is_integral_v<T> && sizeof(T) == 8, long double, double>;

bool fits(double value, float converted) {
  return !std::isinf(converted) || std::isinf(value);
}

/// The element at this share of the values, which are put in another order.
double element_at(std::vector<double>& values, double share) {
  const auto at = static_cast<std::ptrdiff_t>(share * static_cast<double>(values.size() - 1));
  std::nth_element(values.begin(), values.begin() + at, values.end());
  return values[static_cast<std::size_t>(at)];
}

std::vector<double> finite(std::span<const double> values) {
  std::vector<double> kept;
  std::copy_if(values.begin(), values.end(), std::back_inserter(kept),
               [](double x) { return std::isfinite(x); });
  return kept;
}

}  // namespace

void Rounding::set(const Shift* shift) {
  may_shift_ = shift != nullptr;
  choose_ = shift != nullptr && !shift->given;
  offsets_ = shift != nullptr && shift->given ? shift->offsets : std::vector<double>();
}

void Rounding::begin(std::int64_t rows, std::int64_t cols, Order order) {
  if (!offsets_.empty() && std::ssize(offsets_) != cols)
    throw InvalidInput("there are " + std::to_string(cols) + " columns, and the points have " +
                       std::to_string(offsets_.size()) + "; both must be made in the same way");
  rows_ = rows;
  cols_ = cols;
  order_ = order;
  integers_ = 0;
  largest_ = 0;
  sampled_ = std::min(rows, std::max(kMinSample, kSampleValues / cols));
  inexact_.resize(static_cast<std::size_t>(cols));  // what the pass before has seen stays
  if (std::ssize(sample_) != sampled_ * cols) sample_.clear();
}

template <class T>
bool Rounding::convert(std::int64_t first, std::span<const T> in, float* out) {
  if constexpr (kWide<T>) {
    sample(first, in);
  } else if (offsets_.empty()) {
    for (std::size_t i = 0; i < in.size(); ++i) out[i] = static_cast<float>(in[i]);
    return true;
  }
  return convert_all(first, in, out);
}

template <class T>
bool Rounding::convert_all(std::int64_t first, std::span<const T> in, float* out) {
  const bool by_rows = order_ == Order::rows;
  const std::int64_t length = std::max<std::int64_t>(1, by_rows ? cols_ : rows_);
  const bool shifted = !offsets_.empty();
  if (inexact_.empty()) inexact_.resize(1);  // no columns
  std::int64_t line = first / length, at = first % length;
  bool all = true;
  for (std::size_t i = 0; i < in.size(); ++i) {
    const auto column = static_cast<std::size_t>(cols_ == 0 ? 0 : by_rows ? at : line);
    Exact<T> value = static_cast<Exact<T>>(in[i]);
    if (shifted) value -= static_cast<Exact<T>>(offsets_[column]);
    const auto rounded = static_cast<float>(value);
    out[i] = rounded;
    const auto size = static_cast<double>(value < 0 ? -value : value);
    if (size > largest_) largest_ = size;
    all &= fits(static_cast<double>(value), rounded);
    if (static_cast<Exact<T>>(rounded) != value && !std::isnan(value)) {
      inexact_[column] = 1;
      if constexpr (std::is_integral_v<T>) ++integers_;
    }
    if (++at == length) {
      at = 0;
      ++line;
    }
  }
  return all;
}

/// Row r of the sample is row r * rows / sampled of the data.
template <class T>
void Rounding::sample(std::int64_t first, std::span<const T> in) {
  if (cols_ == 0) return;
  if (sample_.empty()) sample_.resize(static_cast<std::size_t>(sampled_ * cols_));
  const bool by_rows = order_ == Order::rows;
  const std::int64_t end = first + static_cast<std::int64_t>(in.size());
  const std::int64_t lines = by_rows ? sampled_ : cols_, length = by_rows ? cols_ : sampled_;
  // Of the lines of the sample, those that lie in this block, and of each the values.
  const auto line_of = [&](std::int64_t l) { return by_rows ? l * rows_ / sampled_ : l; };
  const std::int64_t stored = by_rows ? cols_ : rows_;  // values of a line in the data
  std::int64_t l = by_rows ? first / stored * sampled_ / rows_ : first / stored;
  for (; l < lines && line_of(l) * stored < end; ++l)
    for (std::int64_t v = 0; v < length; ++v) {
      const std::int64_t from = line_of(l) * stored + (by_rows ? v : v * rows_ / sampled_);
      if (from < first || from >= end) continue;
      const std::int64_t row = by_rows ? l : v, column = by_rows ? v : l;
      sample_[static_cast<std::size_t>(column * sampled_ + row)] =
          static_cast<double>(in[static_cast<std::size_t>(from - first)]);
    }
}

void Rounding::require_normal(const std::string& file) const {
  constexpr double kMin = std::numeric_limits<float>::min();
  if (largest_ > 0 && largest_ < kMin)
    throw InvalidInput("'" + file +
                       "': all values are below 1.2e-38, which float32 does not hold: scale the "
                       "data");
}

std::span<const double> Rounding::sample_of(std::int64_t column) const {
  return std::span(sample_).subspan(static_cast<std::size_t>(column * sampled_),
                                    static_cast<std::size_t>(sampled_));
}

bool Rounding::choose_offsets() {
  if (!choose_ || sample_.empty()) return false;
  choose_ = false;
  std::vector<double> chosen(static_cast<std::size_t>(cols_));
  bool any = false;
  for (std::int64_t c = 0; c < cols_; ++c) {
    if (inexact_[static_cast<std::size_t>(c)] == 0) continue;
    std::vector<double> values = finite(sample_of(c));
    if (values.empty()) continue;
    const double middle = element_at(values, 0.5);
    // Around 0 there is nothing to gain: floats are densest there.
    if (std::fabs(middle) <= element_at(values, 0.75) - element_at(values, 0.25)) continue;
    chosen[static_cast<std::size_t>(c)] = middle;
    any = true;
  }
  if (any) offsets_ = std::move(chosen);
  return any;
}

/// In the sample, of columns where there are more than random numbers would have: n of them in
/// [-1, 1] have about n^2 / 2^26 that are one float, and others near 0 more than those.
Rounding::Merged Rounding::count_merged() const {
  Merged merged;
  if (sample_.empty()) return merged;
  for (std::int64_t c = 0; c < cols_; ++c) {
    const auto column = static_cast<std::size_t>(c);
    if (inexact_[column] == 0) continue;
    std::vector<double> values = finite(sample_of(c));
    std::sort(values.begin(), values.end());
    values.erase(std::unique(values.begin(), values.end()), values.end());
    const double offset = offsets_.empty() ? 0 : offsets_[column];
    std::int64_t count = 0;
    for (std::size_t i = 1; i < values.size(); ++i)
      count += static_cast<float>(values[i] - offset) == static_cast<float>(values[i - 1] - offset);
    const auto n = static_cast<double>(values.size());
    const double expected = 0x1p-23 * n * n;
    const double usual =
        expected + 3 * std::sqrt(expected) + 0.5 * std::log2(static_cast<double>(cols_));
    if (static_cast<double>(count) <= usual) continue;
    if (merged.columns == 0) merged.first = c;
    merged.values += count;
    ++merged.columns;
  }
  return merged;
}

void Rounding::warn(const std::string& file, std::vector<std::string>& warnings,
                    std::span<const std::string> titles) const {
  if (integers_ > 0 && offsets_.empty())
    warnings.push_back("'" + file + "': " + std::to_string(integers_) +
                       " integers beyond 2^24 (16777216) were rounded to float32");
  const Merged merged = count_merged();
  if (merged.values == 0) return;
  warnings.push_back(
      "'" + file + "': " + std::to_string(merged.values) + " distinct values in " +
      std::to_string(merged.columns) + " of " + std::to_string(cols_) +
      " columns became equal to others in float32" +
      (sampled_ < rows_ ? ", of " + std::to_string(sampled_) + " rows looked at" : "") +
      " (first in " +
      (titles.empty() ? "column " + std::to_string(merged.first) + ", from 0"
                      : titles[static_cast<std::size_t>(merged.first)]) +
      "): " +
      (may_shift_ ? "they lie far apart and close together at once; take logarithms, or drop what "
                    "lies far away"
                  : "no offset is subtracted here, where it may have a meaning; subtract one from "
                    "the column yourself where it has none"));
}

void TextValues::push_back(double value) {
  const auto rounded = static_cast<float>(value);
  const bool exact = static_cast<double>(rounded) == value || std::isnan(value);
  if (doubles_.empty() && exact) return floats_.push_back(rounded);
  if (doubles_.empty()) {
    doubles_.reserve(floats_.capacity());
    doubles_.assign(floats_.begin(), floats_.end());
    floats_ = {};
  }
  doubles_.push_back(value);
}

namespace {

template <class T>
void take_out(std::vector<T>& values, const std::vector<bool>& keep) {
  std::size_t to = 0;
  for (std::size_t from = 0; from < values.size(); ++from)
    if (keep[from % keep.size()]) values[to++] = values[from];
  values.resize(to);
}

}  // namespace

void TextValues::keep_columns(const std::vector<bool>& keep) {
  if (std::find(keep.begin(), keep.end(), false) == keep.end()) return;
  take_out(floats_, keep);
  take_out(doubles_, keep);
}

Matrix TextValues::take(std::int64_t cols, const ByteSource& source) {
  Rounding& rounding = source.rounding();
  const auto rows = static_cast<std::int64_t>(size()) / cols;
  if (doubles_.empty() && rounding.offsets().empty())
    return {rows, cols, std::exchange(floats_, {})};
  if (doubles_.empty()) doubles_.assign(floats_.begin(), floats_.end());
  floats_ = {};
  Matrix matrix(rows, cols);
  const std::span<const double> all = doubles_;
  rounding.begin(rows, cols);
  rounding.convert(0, all, matrix.data());
  if (rounding.choose_offsets()) {
    rounding.begin(rows, cols);
    rounding.convert(0, all, matrix.data());
  }
  rounding.require_normal(source.name());
  doubles_ = {};
  return matrix;
}

template bool Rounding::convert(std::int64_t, std::span<const float>, float*);
template bool Rounding::convert(std::int64_t, std::span<const double>, float*);
template bool Rounding::convert(std::int64_t, std::span<const std::int8_t>, float*);
template bool Rounding::convert(std::int64_t, std::span<const std::uint8_t>, float*);
template bool Rounding::convert(std::int64_t, std::span<const std::int16_t>, float*);
template bool Rounding::convert(std::int64_t, std::span<const std::uint16_t>, float*);
template bool Rounding::convert(std::int64_t, std::span<const std::int32_t>, float*);
template bool Rounding::convert(std::int64_t, std::span<const std::uint32_t>, float*);
template bool Rounding::convert(std::int64_t, std::span<const std::int64_t>, float*);
template bool Rounding::convert(std::int64_t, std::span<const std::uint64_t>, float*);

}  // namespace nearfold::io
