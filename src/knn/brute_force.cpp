// Exact neighbours by measuring every pair, for norms that no matrix product bounds. Tiles of
// queries and points stay in the cache while they meet. Of equal rows one is looked for and found
// for all of them (equal_rows.hpp).
#include <algorithm>
#include <utility>

#include "core/parallel.hpp"
#include "knn/exact.hpp"

namespace nearfold {
namespace {

constexpr std::int64_t kQueriesAtOnce = 16;
constexpr std::int64_t kColumns = 16;  // that are measured together

/// Rows filled up with zeros to whole steps of 16 columns, whose distances have the same bits and
/// are measured several times faster where there are few columns.
class PaddedRows {
 public:
  explicit PaddedRows(std::int64_t cols) : width_((cols + kColumns - 1) / kColumns * kColumns) {}
  std::int64_t width() const { return width_; }
  void add(const StoredView& points, std::int64_t i) {
    const std::size_t at = values_.size();
    values_.resize(at + static_cast<std::size_t>(width_));
    points.copy_row(i, values_.data() + at);
  }
  const float* row(std::int64_t r) const { return values_.data() + r * width_; }

 private:
  std::int64_t width_;
  std::vector<float> values_;
};

}  // namespace

NeighborRows search_all_pairs(const MetricSpace& space, const Queries& queries, int k,
                              const Cpu& on) {
  const auto& points = space.points.view;
  const Queries searched = all_kinds(space);
  const std::int64_t n = std::ssize(searched.which);
  const std::int64_t points_at_once = std::clamp<std::int64_t>(65536 / points.cols(), 8, 4096);
  Answers answers(queries, space, k);
  parallel_for(on.threads, std::ssize(queries.which), kQueriesAtOnce,
               [&](std::int64_t begin, std::int64_t end) {
                 PaddedRows rows(points.cols());
                 std::vector<Asked> asked;
                 for (std::int64_t q = begin; q < end; ++q) {
                   rows.add(queries.rows.view, queries.which[static_cast<std::size_t>(q)]);
                   asked.emplace_back(space, queries, static_cast<std::size_t>(q), k);
                 }
                 for (std::int64_t first = 0; first < n; first += points_at_once) {
                   const std::int64_t last = std::min(n, first + points_at_once);
                   PaddedRows tile(points.cols());
                   for (std::int64_t p = first; p < last; ++p)
                     tile.add(points, searched.which[static_cast<std::size_t>(p)]);
                   for (std::size_t q = 0; q < asked.size(); ++q) {
                     const float* const row = rows.row(static_cast<std::int64_t>(q));
                     const float scale =
                         queries.rows.scale(queries.which[static_cast<std::size_t>(begin) + q]);
                     for (std::int64_t p = first; p < last; ++p) {
                       const auto id =
                           static_cast<std::int32_t>(searched.which[static_cast<std::size_t>(p)]);
                       if (id == asked[q].alone()) continue;
                       const float measured =
                           measure_rows(space.norm, row, tile.row(p - first), rows.width());
                       asked[q].offer(distance_of(space.norm, measured, scale), id);
                     }
                   }
                 }
                 for (std::size_t q = 0; q < asked.size(); ++q)
                   answers.write(static_cast<std::size_t>(begin) + q, std::move(asked[q]));
               });
  return answers.finish(on);
}

}  // namespace nearfold
