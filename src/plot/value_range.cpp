#include "plot/value_range.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "nearfold/error.hpp"

namespace nearfold {
namespace {

// Between the two values nearest to it by rank. `values` is reordered.
double percentile(std::vector<float>& values, double percent) {
  const double rank = percent / 100.0 * static_cast<double>(values.size() - 1);
  const auto at = values.begin() + static_cast<std::ptrdiff_t>(rank);
  std::nth_element(values.begin(), at, values.end());
  const double low = double{*at};
  const double high =
      at + 1 == values.end() ? low : double{*std::min_element(at + 1, values.end())};
  return low + (high - low) * (rank - std::floor(rank));
}

}  // namespace

std::optional<ValueRange> value_range(std::vector<float> values, std::optional<float> low,
                                      std::optional<float> high) {
  constexpr double kCut = 2.0;  // percent, of either end
  std::erase_if(values, [](float value) { return !std::isfinite(value); });
  if (values.empty()) return std::nullopt;
  const auto [least, most] = std::minmax_element(values.begin(), values.end());
  const ValueRange all{*least, *most};
  ValueRange range{static_cast<float>(percentile(values, kCut)),
                   static_cast<float>(percentile(values, 100.0 - kCut))};
  if (range.low >= range.high) range = all;
  range.low = low.value_or(range.low);
  range.high = high.value_or(range.high);
  if (range.low > range.high || (range.low == range.high && all.low < all.high))
    throw InvalidParameter("the scale of values would go from " + number_text(range.low) + " to " +
                           number_text(range.high) +
                           ": the given end lies beyond most values; give vmin and vmax");
  range.below = all.low < range.low;
  range.above = all.high > range.high;
  return range;
}

std::string number_text(float value) {
  std::array<char, 32> text{};
  return {text.data(), std::to_chars(text.begin(), text.end(), value).ptr};
}

}  // namespace nearfold
