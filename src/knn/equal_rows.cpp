#include "knn/equal_rows.hpp"

#include <algorithm>
#include <bit>
#include <cstring>
#include <numeric>
#include <utility>

#include "core/parallel.hpp"

namespace nearfold {
namespace {

using Hashed = std::pair<std::uint64_t, std::int32_t>;  // of a row, and its point

/// Four sums side by side, which do not wait for each other.
std::uint64_t hash_of(const float* row, std::int64_t cols) {
  constexpr std::uint64_t kOdd = 0x9E3779B97F4A7C15u;
  constexpr std::int64_t kParts = 4, kStep = 2 * kParts;  // two floats a word
  std::uint64_t part[kParts] = {1, 2, 3, 4};
  const auto mixed = [](std::uint64_t x) { return std::rotl(x * kOdd, 29); };
  std::int64_t c = 0;
  for (; c + kStep <= cols; c += kStep) {
    std::uint64_t words[kParts];
    std::memcpy(words, row + c, sizeof words);
    for (int p = 0; p < kParts; ++p) part[p] = mixed(part[p] ^ words[p]);
  }
  for (; c < cols; ++c) part[0] = mixed(part[0] ^ std::bit_cast<std::uint32_t>(row[c]));
  std::uint64_t hash = 0;
  for (const std::uint64_t p : part) hash = mixed(hash ^ p);
  return hash;
}

/// Of every row, ascending by hash and point.
std::vector<Hashed> sorted_hashes(HostMatrix<const float> points, const Cpu& on) {
  std::vector<Hashed> hashes(static_cast<std::size_t>(points.rows()));
  parallel_for(on.threads, points.rows(), kGrain, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i)
      hashes[static_cast<std::size_t>(i)] = {hash_of(points.row(i), points.cols()),
                                             static_cast<std::int32_t>(i)};
  });
  std::sort(hashes.begin(), hashes.end());
  return hashes;
}

/// Names the first of its kind for every point of a run of one hash.
void name_firsts(std::span<const Hashed> run, HostMatrix<const float> points,
                 std::vector<std::int32_t>& first) {
  const auto bytes = static_cast<std::size_t>(points.cols()) * sizeof(float);
  std::vector<std::int32_t> kinds;  // more than one where hashes collide
  for (const auto& [hash, point] : run) {
    const auto same = std::find_if(kinds.begin(), kinds.end(), [&, p = point](std::int32_t kind) {
      return std::memcmp(points.row(kind), points.row(p), bytes) == 0;
    });
    first[static_cast<std::size_t>(point)] = same == kinds.end() ? point : *same;
    if (same == kinds.end()) kinds.push_back(point);
  }
}

}  // namespace

EqualRows find_equal_rows(HostMatrix<const float> points, const Cpu& on) {
  const std::vector<Hashed> hashes = sorted_hashes(points, on);
  const auto same_hash = [](const Hashed& a, const Hashed& b) { return a.first == b.first; };
  if (std::adjacent_find(hashes.begin(), hashes.end(), same_hash) == hashes.end()) return {};
  const std::size_t n = hashes.size();
  EqualRows equal;
  equal.first.resize(n);
  for (std::size_t from = 0, to = 0; from < n; from = to) {
    while (to < n && same_hash(hashes[from], hashes[to])) ++to;
    name_firsts({hashes.data() + from, to - from}, points, equal.first);
  }
  equal.begin.assign(n + 1, 0);
  for (const std::int32_t f : equal.first) ++equal.begin[static_cast<std::size_t>(f) + 1];
  std::partial_sum(equal.begin.begin(), equal.begin.end(), equal.begin.begin());
  std::vector<std::int32_t> next(equal.begin.begin(), equal.begin.end() - 1);
  equal.members.resize(n);
  for (std::size_t i = 0; i < n; ++i)
    equal.members[static_cast<std::size_t>(next[static_cast<std::size_t>(equal.first[i])]++)] =
        static_cast<std::int32_t>(i);
  return equal;
}

std::vector<std::int32_t> first_equal(HostMatrix<const float> rows, HostMatrix<const float> among,
                                      const Cpu& on) {
  const std::vector<Hashed> hashes = sorted_hashes(among, on);
  const auto bytes = static_cast<std::size_t>(rows.cols()) * sizeof(float);
  std::vector<std::int32_t> first(static_cast<std::size_t>(rows.rows()), -1);
  parallel_for(on.threads, rows.rows(), kGrain, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) {
      const std::uint64_t hash = hash_of(rows.row(i), rows.cols());
      auto at = std::lower_bound(hashes.begin(), hashes.end(), Hashed{hash, 0});
      while (at != hashes.end() && at->first == hash &&
             std::memcmp(among.row(at->second), rows.row(i), bytes) != 0)
        ++at;
      if (at != hashes.end() && at->first == hash) first[static_cast<std::size_t>(i)] = at->second;
    }
  });
  return first;
}

std::int64_t EqualRows::duplicates() const {
  std::int64_t count = 0;
  for (std::size_t i = 0; i < first.size(); ++i)
    count += first[i] != static_cast<std::int32_t>(i) ? 1 : 0;
  return count;
}

double EqualRows::pairs() const {
  double sum = 0;
  for (std::size_t f = 0; f < first.size(); ++f) {
    const auto size = static_cast<double>(begin[f + 1] - begin[f]);
    sum += size > 1 ? size * size : 0;
  }
  return sum;
}

}  // namespace nearfold
