#include <algorithm>
#include <utility>

#include "core/parallel.hpp"
#include "target/target.hpp"

namespace nearfold {
namespace {

constexpr int kSweeps = 50;

/// Distinct known classes, ascending.
std::vector<std::int32_t> known_classes(const std::vector<std::int32_t>& classes) {
  std::vector<std::int32_t> known;
  for (const std::int32_t c : classes)
    if (c >= 0) known.push_back(c);
  std::sort(known.begin(), known.end());
  known.erase(std::unique(known.begin(), known.end()), known.end());
  return known;
}

/// The mean of the neighbours' shares, by weight; 0 without neighbours.
void average(const EdgeGraph& graph, const ClassShares& from, std::int64_t v, float* to) {
  std::fill_n(to, from.classes, 0.0f);
  float total = 0;
  for (std::int64_t e = graph.offsets[static_cast<std::size_t>(v)];
       e < graph.offsets[static_cast<std::size_t>(v) + 1]; ++e) {
    const float w = graph.weights[static_cast<std::size_t>(e)];
    const float* const row = from.row(graph.columns[static_cast<std::size_t>(e)]);
    for (int c = 0; c < from.classes; ++c) to[c] += w * row[c];
    total += w;
  }
  if (total > 0)
    for (int c = 0; c < from.classes; ++c) to[c] /= total;
}

/// Over the mass of each class, so that a class is not favoured for having spread far; rows then
/// sum to 1 again.
void normalise(ClassShares& shares, std::int64_t n, const Cpu& on) {
  const auto classes = static_cast<std::size_t>(shares.classes);
  std::vector<double> mass(classes, 0.0);
  parallel_for(on.threads, shares.classes, 1, [&](std::int64_t c, std::int64_t) {
    double sum = 0;
    for (std::int64_t v = 0; v < n; ++v) sum += static_cast<double>(shares.row(v)[c]);
    mass[static_cast<std::size_t>(c)] = sum;
  });
  parallel_for(on.threads, n, kGrain, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t v = begin; v < end; ++v) {
      float* const row = &shares.of[static_cast<std::size_t>(v) * classes];
      double sum = 0;
      for (std::size_t c = 0; c < classes; ++c)
        sum += mass[c] > 0 ? static_cast<double>(row[c]) / mass[c] : 0;
      if (!(sum > 0)) continue;
      for (std::size_t c = 0; c < classes; ++c)
        row[c] = mass[c] > 0 ? static_cast<float>(static_cast<double>(row[c]) / mass[c] / sum) : 0;
    }
  });
}

}  // namespace

ClassShares spread_classes(const EdgeGraph& graph, const std::vector<std::int32_t>& classes,
                           const Cpu& on) {
  const std::vector<std::int32_t> known = known_classes(classes);
  ClassShares shares{static_cast<int>(known.size()), {}};
  shares.of.assign(classes.size() * known.size(), 0.0f);
  for (std::size_t v = 0; v < classes.size(); ++v)
    if (classes[v] >= 0)
      shares.of[v * known.size() +
                static_cast<std::size_t>(std::lower_bound(known.begin(), known.end(), classes[v]) -
                                         known.begin())] = 1;
  if (known.empty()) return shares;
  ClassShares next = shares;
  for (int sweep = 0; sweep < kSweeps; ++sweep) {
    parallel_for(on.threads, graph.n, kGrain, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t v = begin; v < end; ++v)
        if (classes[static_cast<std::size_t>(v)] < 0)
          average(graph, shares, v, &next.of[static_cast<std::size_t>(v) * known.size()]);
    });
    std::swap(shares.of, next.of);
  }
  normalise(shares, graph.n, on);
  return shares;
}

}  // namespace nearfold
