#include "knn/equal_rows.hpp"

#include <algorithm>
#include <cstring>
#include <numeric>
#include <utility>

#include "core/hash.hpp"
#include "core/parallel.hpp"

namespace nearfold {
namespace {

std::uint64_t hash_of(const float* row, std::int64_t cols) {
  return hash_bytes(row, static_cast<std::size_t>(cols) * sizeof(float));
}

}  // namespace

RowLookup::RowLookup(HostMatrix<const float> rows, const Cpu& on)
    : rows_(rows), hashes_(static_cast<std::size_t>(rows.rows())) {
  parallel_for(on.threads, rows.rows(), kGrain, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i)
      hashes_[static_cast<std::size_t>(i)] = {hash_of(rows.row(i), rows.cols()),
                                              static_cast<std::int32_t>(i)};
  });
  std::sort(hashes_.begin(), hashes_.end());
}

/// Names the first of its kind for every point of a run of one hash.
void RowLookup::name_firsts(std::span<const Hashed> run, std::vector<std::int32_t>& first) const {
  const auto bytes = static_cast<std::size_t>(rows_.cols()) * sizeof(float);
  std::vector<std::int32_t> kinds;  // more than one where hashes collide
  for (const auto& [hash, point] : run) {
    const auto same = std::find_if(kinds.begin(), kinds.end(), [&, p = point](std::int32_t kind) {
      return std::memcmp(rows_.row(kind), rows_.row(p), bytes) == 0;
    });
    first[static_cast<std::size_t>(point)] = same == kinds.end() ? point : *same;
    if (same == kinds.end()) kinds.push_back(point);
  }
}

EqualRows RowLookup::equal_rows() const {
  const auto same_hash = [](const Hashed& a, const Hashed& b) { return a.first == b.first; };
  if (std::adjacent_find(hashes_.begin(), hashes_.end(), same_hash) == hashes_.end()) return {};
  const std::size_t n = hashes_.size();
  std::vector<std::int32_t> first(n);
  for (std::size_t from = 0, to = 0; from < n; from = to) {
    while (to < n && same_hash(hashes_[from], hashes_[to])) ++to;
    name_firsts({hashes_.data() + from, to - from}, first);
  }
  return groups_by(std::move(first));
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

std::vector<std::int32_t> RowLookup::first_equal(HostMatrix<const float> others,
                                                 const Cpu& on) const {
  const auto bytes = static_cast<std::size_t>(rows_.cols()) * sizeof(float);
  std::vector<std::int32_t> first(static_cast<std::size_t>(others.rows()), -1);
  parallel_for(on.threads, others.rows(), kGrain, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) {
      const std::uint64_t hash = hash_of(others.row(i), others.cols());
      auto at = std::lower_bound(hashes_.begin(), hashes_.end(), Hashed{hash, 0});
      while (at != hashes_.end() && at->first == hash &&
             std::memcmp(rows_.row(at->second), others.row(i), bytes) != 0)
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
