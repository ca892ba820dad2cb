#include "knn_refine.hpp"

#include <algorithm>

namespace nearfold {

const std::vector<Candidate>& Refine::operator()(const float* query, float scale,
                                                 std::int64_t self, const std::int32_t* candidates,
                                                 int count, int k) {
  const auto& points = space_->points.view;
  const auto prefetch = [&](std::size_t c) {
    if (c >= ids_.size()) return;
    const float* const row = points.row(ids_[c]);
    for (std::int64_t at = 0; at < std::min<std::int64_t>(points.cols, 1024); at += 16)
      __builtin_prefetch(row + at);
  };
  ids_.clear();
  for (int c = 0; c < count; ++c) {
    if (candidates[c] < 0) continue;
    const std::int32_t id = rows_->ids[static_cast<std::size_t>(candidates[c])];
    if (id != self) ids_.push_back(id);
  }
  measured_.clear();
  prefetch(0);
  for (std::size_t c = 0; c < ids_.size(); ++c) {
    prefetch(c + 1);
    const float measured = measure_rows(space_->norm, query, points.row(ids_[c]), points.cols);
    measured_.push_back(
        candidate(distance_of(space_->distance.metric, measured, scale), ids_[c]));
  }
  const auto wanted = std::min(measured_.size(), static_cast<std::size_t>(k));
  std::partial_sort(measured_.begin(), measured_.begin() + static_cast<std::ptrdiff_t>(wanted),
                    measured_.end());
  measured_.resize(wanted);
  return measured_;
}

int candidates_for(int k, bool lossless, int effort, std::int64_t n) {
  const std::int64_t slack = lossless ? 8 : 8 + k / 4;
  return static_cast<int>(std::min(n, k + 1 + (slack << effort)));
}

}  // namespace nearfold
