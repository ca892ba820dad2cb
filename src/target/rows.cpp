#include "target/rows.hpp"

#include <cmath>
#include <limits>

#include "math/edge_union.hpp"

namespace nearfold {
namespace {

/// The exponent of a row: umap-learn's reprocess_row().
float exponent_for(const float* row, std::int64_t count, double target) {
  constexpr int kHalvings = 32;
  constexpr double kEnough = 1e-5;
  double low = 0, high = std::numeric_limits<double>::infinity(), middle = 1;
  for (int step = 0; step < kHalvings; ++step) {
    double sum = 0;
    for (std::int64_t e = 0; e < count; ++e)
      if (row[e] > 0) sum += double{pow_f(row[e], static_cast<float>(middle))};
    if (std::abs(sum - target) < kEnough) break;
    if (sum < target)
      high = middle;
    else
      low = middle;
    middle = std::isinf(high) ? 2 * middle : 0.5 * (low + high);
  }
  return static_cast<float>(middle);
}

}  // namespace

void scale_to_heaviest(DirectedRows& rows, std::int64_t n, const Cpu& on) {
  parallel_for(on.threads, n, kGrain, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) {
      const auto first = rows.values.begin() + rows.offsets[static_cast<std::size_t>(i)];
      const auto last = rows.values.begin() + rows.offsets[static_cast<std::size_t>(i) + 1];
      const float most = first == last ? 0 : *std::max_element(first, last);
      if (most > 0) std::for_each(first, last, [&](float& x) { x /= most; });
    }
  });
}

void rescale_rows(DirectedRows& rows, std::int64_t n, int n_neighbors, const Cpu& on) {
  const double target = std::log2(n_neighbors);
  parallel_for(on.threads, n, kGrain, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) {
      const std::int64_t first = rows.offsets[static_cast<std::size_t>(i)];
      const std::int64_t count = rows.offsets[static_cast<std::size_t>(i) + 1] - first;
      float* const row = rows.values.data() + first;
      const float power = exponent_for(row, count, target);
      for (std::int64_t e = 0; e < count; ++e) row[e] = row[e] > 0 ? pow_f(row[e], power) : 0.0f;
    }
  });
}

EdgeGraph united_rows(const DirectedRows& rows, std::int64_t n, const Cpu& on) {
  DirectedRows back;
  back.offsets.assign(static_cast<std::size_t>(n) + 1, 0);
  for (const std::int32_t j : rows.columns) ++back.offsets[static_cast<std::size_t>(j) + 1];
  std::partial_sum(back.offsets.begin(), back.offsets.end(), back.offsets.begin());
  back.columns.resize(rows.columns.size());
  back.values.resize(rows.columns.size());
  std::vector<std::int64_t> next(back.offsets.begin(), back.offsets.end() - 1);
  for (std::int64_t i = 0; i < n; ++i)
    for (auto e = static_cast<std::size_t>(rows.offsets[static_cast<std::size_t>(i)]);
         e < static_cast<std::size_t>(rows.offsets[static_cast<std::size_t>(i) + 1]); ++e) {
      const auto to = static_cast<std::size_t>(next[static_cast<std::size_t>(rows.columns[e])]++);
      back.columns[to] = static_cast<std::int32_t>(i);
      back.values[to] = rows.values[e];
    }
  EdgeGraph out;
  out.n = n;
  fill_rows(out, n, out.weights, on, [&](std::int64_t i, const auto& emit) {
    merge(row_of(rows.offsets, rows.columns, rows.values, i),
          row_of(back.offsets, back.columns, back.values, i),
          [&](std::int32_t j, float ij, float ji) {
            const float w = UmapUnion{1.0f}(std::max(ij, 0.0f), std::max(ji, 0.0f));
            if (w > 0) emit(j, w);
          });
  });
  return out;
}

}  // namespace nearfold
