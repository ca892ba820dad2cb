#include "knn/recall.hpp"

#include <algorithm>
#include <cmath>

namespace nearfold {

ExactSample sample_exactly(const ExactSearch& exact, const MetricRows& queries, bool are_points,
                           int k, const Cpu& on, std::int64_t most) {
  constexpr std::int64_t kRows = 1000;
  const std::int64_t n = queries.view.rows(), sampled = std::min({n, kRows, most});
  ExactSample sample;
  for (std::int64_t s = 0; s < sampled; ++s) sample.rows.push_back(s * n / sampled);
  sample.neighbors = exact({queries, sample.rows, are_points}, k, on);
  return sample;
}

Recall recall_of(const NeighborRows& exact, const NeighborRows& found) {
  std::vector<double> shares;
  double sum = 0;
  for (std::int64_t r = 0; r < exact.n; ++r) {
    const float reach = exact.distances[static_cast<std::size_t>((r + 1) * exact.k - 1)];
    const auto row = found.distances.begin() + r * exact.k;
    const auto hits = std::count_if(row, row + exact.k, [&](float d) { return d <= reach; });
    shares.push_back(static_cast<double>(hits) / static_cast<double>(exact.k));
    sum += shares.back();
  }
  std::sort(shares.begin(), shares.end());
  // The smallest share that at least this part of the rows do not exceed.
  const auto percentile = [&](double part) {
    const double rank = std::ceil(part * static_cast<double>(shares.size()));
    return shares[static_cast<std::size_t>(std::max(1.0, rank)) - 1];
  };
  return {sum / static_cast<double>(exact.n), percentile(0.01), percentile(0.05), exact.n};
}

NeighborRows rows_of(const NeighborRows& all, const std::vector<std::int64_t>& rows) {
  NeighborRows some(static_cast<std::int64_t>(rows.size()), all.k);
  for (std::size_t r = 0; r < rows.size(); ++r)
    some.copy_row(all, rows[r], static_cast<std::int64_t>(r));
  return some;
}

}  // namespace nearfold
