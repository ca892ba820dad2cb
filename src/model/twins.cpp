#include "model/twins.hpp"

#include <algorithm>
#include <bit>

#include "core/parallel.hpp"

namespace nearfold {
namespace {

/// In four parts, which do not wait for each other.
std::uint64_t hash_of(const float* row, std::int64_t cols) {
  constexpr std::uint64_t kOdd = 0x9E3779B97F4A7C15u;
  std::uint64_t part[4] = {1, 2, 3, 4};
  for (std::int64_t c = 0; c < cols; ++c) {
    const std::uint32_t bits = std::bit_cast<std::uint32_t>(row[c] + 0.0f);  // -0 becomes 0
    std::uint64_t& sum = part[c % 4];
    sum = std::rotl((sum ^ bits) * kOdd, 29);
  }
  std::uint64_t hash = 0;
  for (const std::uint64_t sum : part) hash = std::rotl((hash ^ sum) * kOdd, 29);
  return hash;
}

}  // namespace

Twins::Twins(HostMatrix<const float> points, const Cpu& on)
    : points_(points), hashes_(static_cast<std::size_t>(points.rows())) {
  parallel_for(on.threads, points.rows(), kGrain, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i)
      hashes_[static_cast<std::size_t>(i)] = {hash_of(points.row(i), points.cols()),
                                              static_cast<std::int32_t>(i)};
  });
  std::sort(hashes_.begin(), hashes_.end());
}

std::int32_t Twins::of(const float* row) const {
  const std::uint64_t hash = hash_of(row, points_.cols());
  for (auto at = std::lower_bound(hashes_.begin(), hashes_.end(), std::pair{hash, 0});
       at != hashes_.end() && at->first == hash; ++at)
    if (std::equal(row, row + points_.cols(), points_.row(at->second))) return at->second;
  return -1;
}

}  // namespace nearfold
