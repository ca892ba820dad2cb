#include "knn/equal_rows.hpp"

#include <algorithm>
#include <cstring>
#include <numeric>
#include <utility>

#include "core/hash.hpp"
#include "core/parallel.hpp"

namespace nearfold {
namespace {

std::uint64_t hash_of(const StoredView& rows, std::int64_t i) {
  return hash_bytes(rows.row_data(i), static_cast<std::size_t>(rows.row_bytes()));
}

/// Names the first of its kind for every row of a run of one hash.
void name_firsts(std::span<const HashedRow> run,
                 const std::function<bool(std::int64_t, std::int64_t)>& are_equal,
                 std::vector<std::int32_t>& first) {
  std::vector<std::int32_t> kinds;  // more than one where hashes collide
  for (const auto& [hash, row] : run) {
    const auto same = std::find_if(kinds.begin(), kinds.end(),
                                   [&, r = row](std::int32_t kind) { return are_equal(kind, r); });
    first[static_cast<std::size_t>(row)] = same == kinds.end() ? row : *same;
    if (same == kinds.end()) kinds.push_back(row);
  }
}

}  // namespace

std::vector<HashedRow> hashed_rows(std::int64_t n,
                                   const std::function<std::uint64_t(std::int64_t)>& hash_of,
                                   const Cpu& on) {
  std::vector<HashedRow> hashes(static_cast<std::size_t>(n));
  parallel_for(on.threads, n, kGrain, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i)
      hashes[static_cast<std::size_t>(i)] = {hash_of(i), static_cast<std::int32_t>(i)};
  });
  std::sort(hashes.begin(), hashes.end());
  return hashes;
}

EqualRows groups_among(std::span<const HashedRow> hashes,
                       const std::function<bool(std::int64_t, std::int64_t)>& are_equal) {
  const auto same_hash = [](const HashedRow& a, const HashedRow& b) { return a.first == b.first; };
  if (std::adjacent_find(hashes.begin(), hashes.end(), same_hash) == hashes.end()) return {};
  const std::size_t n = hashes.size();
  std::vector<std::int32_t> first(n);
  for (std::size_t from = 0, to = 0; from < n; from = to) {
    while (to < n && same_hash(hashes[from], hashes[to])) ++to;
    name_firsts(hashes.subspan(from, to - from), are_equal, first);
  }
  return groups_by(std::move(first));
}

RowLookup::RowLookup(const StoredView& rows, const Cpu& on)
    : rows_(rows),
      hashes_(hashed_rows(
          rows.rows(), [&](std::int64_t i) { return hash_of(rows, i); }, on)) {}

EqualRows RowLookup::equal_rows() const {
  const auto bytes = static_cast<std::size_t>(rows_.row_bytes());
  return groups_among(hashes_, [&](std::int64_t a, std::int64_t b) {
    return std::memcmp(rows_.row_data(a), rows_.row_data(b), bytes) == 0;
  });
}

EqualRows groups_by(std::vector<std::int32_t> first) {
  const std::size_t n = first.size();
  EqualRows equal;
  equal.first = std::move(first);
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

std::vector<std::int32_t> RowLookup::first_equal(const StoredView& others, const Cpu& on) const {
  const auto bytes = static_cast<std::size_t>(rows_.row_bytes());
  std::vector<std::int32_t> first(static_cast<std::size_t>(others.rows()), -1);
  parallel_for(on.threads, others.rows(), kGrain, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) {
      const std::uint64_t hash = hash_of(others, i);
      auto at = std::lower_bound(hashes_.begin(), hashes_.end(), HashedRow{hash, 0});
      while (at != hashes_.end() && at->first == hash &&
             std::memcmp(rows_.row_data(at->second), others.row_data(i), bytes) != 0)
        ++at;
      if (at != hashes_.end() && at->first == hash) first[static_cast<std::size_t>(i)] = at->second;
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
