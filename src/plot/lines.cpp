#include "plot/lines.hpp"

#include <algorithm>

#include "math/philox.hpp"

namespace nearfold {

Lines lines_of(const KnnGraphView& graph, std::int64_t k) {
  k = std::min(k, graph.k);
  const std::int64_t all = graph.n * k;
  Lines lines{.n = graph.n, .pairs = {}, .sampled = all > kMaxLines};
  const std::int64_t count = std::min(all, kMaxLines);
  lines.pairs.reserve(static_cast<std::size_t>(count));
  for (std::int64_t line = 0; line < count; ++line) {
    std::int64_t place = line;
    if (lines.sampled) {
      const Random4 bits = random4(0, Stream::sample, static_cast<std::uint64_t>(line), 1);
      const std::uint64_t drawn = std::uint64_t{bits.v[0]} << 32 | bits.v[1];
      place = static_cast<std::int64_t>(drawn % static_cast<std::uint64_t>(all));
    }
    const auto point = static_cast<std::int32_t>(place / k);
    const std::int32_t near =
        graph.neighbors[static_cast<std::size_t>(place / k * graph.k + place % k)];
    lines.pairs.push_back({std::min(point, near), std::max(point, near)});
  }
  std::sort(lines.pairs.begin(), lines.pairs.end());
  lines.pairs.erase(std::unique(lines.pairs.begin(), lines.pairs.end()), lines.pairs.end());
  return lines;
}

}  // namespace nearfold
