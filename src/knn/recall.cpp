#include "knn/recall.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <numeric>
#include <utility>

namespace nearfold {

std::vector<std::int64_t> sampled_of(std::int64_t n, std::int64_t most) {
  constexpr std::int64_t kRows = 1000;
  const std::int64_t sampled = std::min({n, kRows, most});
  std::vector<std::int64_t> rows;
  for (std::int64_t s = 0; s < sampled; ++s) rows.push_back(s * n / sampled);
  return rows;
}

ExactSample sample_exactly(const ExactSearch& exact, const MetricRows& queries, bool are_points,
                           int k, const Cpu& on, std::int64_t most) {
  ExactSample sample{sampled_of(queries.view.rows(), most), {}};
  sample.neighbors = exact({queries, sample.rows, are_points}, k, on);
  return sample;
}

double share_found(float reach, std::span<const float> found) {
  const auto hits = std::count_if(found.begin(), found.end(), [&](float d) { return d <= reach; });
  return static_cast<double>(hits) / static_cast<double>(found.size());
}

Recall recall_of_shares(std::vector<double> shares) {
  const auto rows = static_cast<double>(shares.size());
  const double sum = std::accumulate(shares.begin(), shares.end(), 0.0);
  std::sort(shares.begin(), shares.end());
  // The smallest share that at least this part of the rows do not exceed.
  const auto percentile = [&](double part) {
    return shares[static_cast<std::size_t>(std::max(1.0, std::ceil(part * rows))) - 1];
  };
  return {sum / rows, percentile(0.01), percentile(0.05), std::ssize(shares)};
}

Recall recall_of(const NeighborRows& exact, const NeighborRows& found) {
  std::vector<double> shares;
  const auto k = static_cast<std::size_t>(exact.k);
  for (std::size_t r = 0; r < static_cast<std::size_t>(exact.n); ++r)
    shares.push_back(share_found(exact.distances[(r + 1) * k - 1],
                                 std::span(found.distances).subspan(r * k, k)));
  return recall_of_shares(std::move(shares));
}

NeighborRows rows_of(const NeighborRows& all, const std::vector<std::int64_t>& rows) {
  NeighborRows some(static_cast<std::int64_t>(rows.size()), all.k);
  for (std::size_t r = 0; r < rows.size(); ++r)
    some.copy_row(all, rows[r], static_cast<std::int64_t>(r));
  return some;
}

}  // namespace nearfold
