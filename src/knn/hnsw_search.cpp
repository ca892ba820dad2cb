// Search of a navigable small world: from the entry, always on from the nearest row whose links
// were not yet followed. All unseen links of a row are measured at once.
#include <algorithm>

#include "knn/hnsw_lists.hpp"

namespace nearfold {
namespace {

// Candidates kept on upper levels: one alone gets stuck between far clusters.
constexpr std::size_t kWalkers = 4;

}  // namespace

HnswSearch::HnswSearch(const KnnRows& rows, const HnswGraph& graph)
    : rows_(&rows), graph_(&graph), seen_(static_cast<std::size_t>(rows.n() / 32 + 1)) {}

bool HnswSearch::first_visit(std::int32_t row) {
  std::uint32_t& word = seen_[static_cast<std::size_t>(row) / 32];
  const std::uint32_t bit = 1u << (row % 32);
  if (word & bit) return false;
  word |= bit;
  visited_.push_back(row);
  return true;
}

void HnswSearch::enter(const float* query, float square, std::int32_t row) {
  const auto is_row = [&](Visit c) { return row_of(c) == row; };
  if (std::any_of(best_.begin(), best_.end(), is_row)) return;
  float to_row;
  measure(*rows_, query, square, &row, 1, &to_row);
  offer(make_visit(to_row, row), best_.size() + 1);
}

void HnswSearch::start(const float* query, float square, int level) {
  best_.clear();
  enter(query, square, graph_->entry);
  for (int above = levels_above(*graph_, graph_->entry); above > level; --above)
    widen(query, square, above, kWalkers);
}

void HnswSearch::widen(const float* query, float square, int level, std::size_t ef) {
  for (const std::int32_t row : visited_) seen_[static_cast<std::size_t>(row) / 32] = 0;
  visited_.clear();
  for (Visit& c : best_) {
    c &= ~kFollowed;
    first_visit(row_of(c));
  }
  for (std::size_t at = 0; at < best_.size();) {
    if (best_[at] & kFollowed) {
      ++at;
      continue;
    }
    best_[at] |= kFollowed;
    const std::size_t before = visited_.size();
    for (const std::int32_t row : list_of(*graph_, row_of(best_[at]), level)) {
      if (row < 0) break;
      if (first_visit(row)) prefetch_row(rows_->rows.row(row), rows_->rows.cols());
    }
    if (at + 1 < best_.size())
      __builtin_prefetch(list_of(*graph_, row_of(best_[at + 1]), level).data());
    const std::size_t fresh = visited_.size() - before;
    measures_.resize(std::max(measures_.size(), fresh));
    measure(*rows_, query, square, visited_.data() + before, static_cast<std::int64_t>(fresh),
            measures_.data());
    for (std::size_t f = 0; f < fresh; ++f)
      at = std::min(at, offer(make_visit(measures_[f], visited_[before + f]), ef));
  }
}

std::size_t HnswSearch::offer(Visit c, std::size_t ef) {
  if (best_.size() >= ef) {
    if (c > best_.back()) return best_.size();
    best_.pop_back();
  }
  const auto place = std::upper_bound(best_.begin(), best_.end(), c);
  const auto index = static_cast<std::size_t>(place - best_.begin());
  best_.insert(place, c);
  return index;
}

int HnswSearch::operator()(const float* query, float query_square, int ef, int count,
                           std::int32_t* out) {
  start(query, query_square, 0);
  enter(query, query_square, graph_->entry);  // lowest links lead from it to every row
  widen(query, query_square, 0, static_cast<std::size_t>(ef));
  const std::size_t found = std::min(best_.size(), static_cast<std::size_t>(count));
  std::transform(best_.begin(), best_.begin() + static_cast<std::ptrdiff_t>(found), out, row_of);
  return static_cast<int>(found);
}

}  // namespace nearfold
