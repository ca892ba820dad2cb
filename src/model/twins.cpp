#include "model/twins.hpp"

#include <algorithm>

#include "core/hash.hpp"
#include "core/parallel.hpp"
#include "knn/sparse_rows.hpp"

namespace nearfold {
namespace {

std::uint64_t hash_of(const InputPoints& rows, std::int64_t r) {
  return rows.sparse ? hash_of(sparse_row(*rows.sparse, r))
                     : hash_of_values(rows.host.float_row(r), rows.host.cols());
}

bool are_equal(const InputPoints& rows, std::int64_t r, const InputPoints& others, std::int64_t o) {
  if (rows.sparse) return are_equal(sparse_row(*rows.sparse, r), sparse_row(*others.sparse, o));
  const float* const row = rows.host.float_row(r);
  return std::equal(row, row + rows.host.cols(), others.host.float_row(o));
}

}  // namespace

Twins::Twins(const InputPoints& points, const Cpu& on)
    : points_(points), hashes_(static_cast<std::size_t>(points.rows())) {
  parallel_for(on.threads, points.rows(), kGrain, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i)
      hashes_[static_cast<std::size_t>(i)] = {hash_of(points, i), static_cast<std::int32_t>(i)};
  });
  std::sort(hashes_.begin(), hashes_.end());
}

std::int32_t Twins::of(const InputPoints& rows, std::int64_t r) const {
  const std::uint64_t hash = hash_of(rows, r);
  for (auto at = std::lower_bound(hashes_.begin(), hashes_.end(), std::pair{hash, 0});
       at != hashes_.end() && at->first == hash; ++at)
    if (are_equal(rows, r, points_, at->second)) return at->second;
  return -1;
}

}  // namespace nearfold
