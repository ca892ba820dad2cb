// Which points are scored, and what a mean over them is worth.
#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include "math/philox.hpp"
#include "quality/quality.hpp"

namespace nearfold {

std::vector<std::int64_t> draw_rows(std::int64_t n, std::int64_t count, std::uint64_t seed,
                                    Draw what) {
  std::vector<std::int64_t> rows(static_cast<std::size_t>(n));
  std::iota(rows.begin(), rows.end(), std::int64_t{0});
  if (count >= n) return rows;
  // The rows of the smallest random keys.
  std::vector<std::pair<std::uint64_t, std::int64_t>> keys;
  keys.reserve(rows.size());
  for (const std::int64_t i : rows) {
    const Random4 bits = random4(seed, Stream::sample, static_cast<std::uint64_t>(i),
                                 static_cast<std::uint32_t>(what));
    keys.emplace_back(std::uint64_t{bits.v[0]} << 32 | bits.v[1], i);
  }
  std::nth_element(keys.begin(), keys.begin() + count, keys.end());
  rows.resize(static_cast<std::size_t>(count));
  for (std::size_t r = 0; r < rows.size(); ++r) rows[r] = keys[r].second;
  std::sort(rows.begin(), rows.end());
  return rows;
}

Score mean_score(std::string name, const std::vector<double>& values, std::int64_t population) {
  const auto count = static_cast<double>(values.size());
  const double mean = std::accumulate(values.begin(), values.end(), 0.0) / count;
  double squares = 0;
  for (const double value : values) squares += (value - mean) * (value - mean);
  const double missing = 1 - count / static_cast<double>(population);
  return {std::move(name), mean, std::sqrt(squares / (count - 1) / count * missing),
          static_cast<std::int64_t>(values.size())};
}

}  // namespace nearfold
