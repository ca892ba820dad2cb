#include "knn/sparse_postings.hpp"

#include <algorithm>
#include <vector>

#include "core/parallel.hpp"
#include "knn/top_k.hpp"

namespace nearfold {
namespace {

/// Rows whose sums are added up together: they stay in the cache, of which those of a million rows
/// are several times as many.
constexpr std::int64_t kBlock = std::int64_t{1} << 16;

/// What one row met in the lists of its columns, block by block.
class Met {
 public:
  Met(std::int64_t n, std::int64_t most, int count)
      : count_(static_cast<std::size_t>(count)),
        products_(static_cast<std::size_t>(std::min(n, kBlock))),
        rows_(static_cast<std::size_t>(most) + 1) {}

  void begin(std::int64_t block) { first_ = static_cast<std::int32_t>(block); }

  void add(std::int32_t row, float product) {
    float& sum = products_[static_cast<std::size_t>(row - first_)];
    rows_[met_] = row;
    met_ += sum == 0 ? 1 : 0;  // again where terms cancel: its sum is taken once all the same
    sum += product;
  }

  /// Keeps the rows of the largest products of the block, but for `self`.
  void take(std::int32_t self) {
    for (std::size_t m = 0; m < met_; ++m) {
      float& sum = products_[static_cast<std::size_t>(rows_[m] - first_)];
      const float product = sum;
      sum = 0;
      if (product >= least_ && product > 0 && rows_[m] != self) keep(candidate(-product, rows_[m]));
    }
    met_ = 0;
  }

  /// The rows of the largest products of all blocks; none afterwards.
  void give(std::int32_t* out) {
    std::fill_n(out, count_, -1);
    for (const Candidate c : best_) *out++ = id_of(c);
    best_.clear();
    least_ = 0;
  }

 private:
  void keep(Candidate c) {
    if (best_.size() == count_) {
      if (c >= best_.back()) return;
      best_.pop_back();
    }
    best_.insert(std::upper_bound(best_.begin(), best_.end(), c), c);
    if (best_.size() == count_) least_ = -value_of(best_.back());
  }

  std::size_t count_;
  std::vector<float> products_;  // of the rows of a block
  std::vector<std::int32_t> rows_;
  std::size_t met_ = 0;
  std::int32_t first_ = 0;
  std::vector<Candidate> best_;  // ascending by the negative product
  float least_ = 0;              // the smallest product that can still come in
};

/// What is left of a column's list of rows, and the value that is looked for there.
struct List {
  std::size_t at = 0, end = 0;
  float value = 0;
};

/// The lists of the rarest columns of a row, as many as have `most` entries in all.
void lists_of(const SparseRow& row, const SparseMatrix& by_column, std::int64_t most,
              std::vector<List>& lists) {
  lists.clear();
  for (std::size_t e = 0; e < row.columns.size(); ++e) {
    const auto* const begin = &by_column.indptr[static_cast<std::size_t>(row.columns[e])];
    if (row.values[e] != 0)
      lists.push_back(
          {static_cast<std::size_t>(begin[0]), static_cast<std::size_t>(begin[1]), row.values[e]});
  }
  std::stable_sort(lists.begin(), lists.end(),
                   [](const List& a, const List& b) { return a.end - a.at < b.end - b.at; });
  std::size_t kept = 0;
  for (auto left = static_cast<std::size_t>(most); kept < lists.size(); ++kept) {
    const std::size_t size = lists[kept].end - lists[kept].at;
    if (size > left) break;
    left -= size;
  }
  lists.resize(kept);
}

/// Rows of zeros are near each other: each gets those that follow it.
void link_empty_rows(const SparseRows& rows, int count, std::vector<std::int32_t>& found) {
  std::vector<std::int32_t> empty;
  for (std::int64_t i = 0; i < rows.n(); ++i)
    if (std::ranges::all_of(rows.row(i).values, [](float v) { return v == 0; }))
      empty.push_back(static_cast<std::int32_t>(i));
  const std::size_t others = empty.empty() ? 0 : empty.size() - 1;
  for (std::size_t e = 0; e < empty.size(); ++e)
    for (std::size_t c = 0; c < std::min(static_cast<std::size_t>(count), others); ++c)
      found[static_cast<std::size_t>(empty[e]) * static_cast<std::size_t>(count) + c] =
          empty[(e + 1 + c) % empty.size()];
}

}  // namespace

std::vector<std::int32_t> rows_sharing_columns(const SparseRows& rows, int count, std::int64_t most,
                                               const Cpu& on) {
  constexpr std::int64_t kRowsOfRange = 1024;
  const SparseMatrix by_column =
      transposed(SparseView(rows.n(), rows.width, rows.begin, rows.columns, rows.values));
  const std::int32_t* const ids = by_column.indices.data();
  const float* const values = by_column.values.data();
  std::vector<std::int32_t> found(static_cast<std::size_t>(rows.n() * count));
  parallel_for(on.threads, rows.n(), kRowsOfRange, [&](std::int64_t first, std::int64_t end) {
    Met met(rows.n(), most, count);
    std::vector<List> lists;
    for (std::int64_t i = first; i < end; ++i) {
      lists_of(rows.row(i), by_column, most, lists);
      for (std::int64_t block = 0; block < rows.n(); block += kBlock) {
        const std::int64_t behind = std::min(rows.n(), block + kBlock);
        met.begin(block);
        for (List& list : lists)
          for (; list.at < list.end && ids[list.at] < behind; ++list.at)
            met.add(ids[list.at], list.value * values[list.at]);
        met.take(static_cast<std::int32_t>(i));
      }
      met.give(&found[static_cast<std::size_t>(i * count)]);
    }
  });
  link_empty_rows(rows, count, found);
  return found;
}

}  // namespace nearfold
