#include "aligned/pull.hpp"

#include <algorithm>
#include <cmath>

#include "core/parallel.hpp"

namespace nearfold {

double moves_of_epoch(const EdgeGraph& graph, const UmapParams& params) {
  double total = 0;
  float heaviest = 0;
  for (const float w : graph.weights) {
    total += static_cast<double>(w);
    heaviest = std::max(heaviest, w);
  }
  if (!(heaviest > 0)) return 0;
  const double firings = total / (static_cast<double>(heaviest) * static_cast<double>(graph.n));
  return firings * (2.0 + params.negative_sample_rate);
}

AlignmentPull::AlignmentPull(const std::vector<Tie>& ties, const std::vector<double>& moves,
                             const std::vector<bool>& held, double regularisation)
    : of_(moves.size()) {
  for (const Tie& tie : ties) {
    const double strength = regularisation * (moves[tie.from] + moves[tie.to]) / 2 *
                            std::exp(-(static_cast<double>(tie.to - tie.from) - 1));
    if (!(strength > 0)) continue;
    if (!held[tie.from]) of_[tie.from].push_back({tie.to, &tie.ahead, &tie, strength});
    if (!held[tie.to]) of_[tie.to].push_back({tie.from, &tie.back, &tie, strength});
  }
}

void AlignmentPull::move(const std::vector<Matrix>& maps, std::size_t set, double rate,
                         Matrix& next, const Cpu& on) const {
  const Matrix& y = maps[set];
  const std::int64_t dims = y.cols();
  parallel_for(on.threads, y.rows(), kGrain, [&](std::int64_t begin, std::int64_t end) {
    std::vector<double> towards(static_cast<std::size_t>(dims));
    for (std::int64_t i = begin; i < end; ++i) {
      std::fill(towards.begin(), towards.end(), 0.0);
      double total = 0;
      for (const Link& link : of_[set]) {
        const std::int32_t other = (*link.counterpart)[static_cast<std::size_t>(i)];
        if (other < 0) continue;
        const std::int64_t row = link.other > set ? i : other;  // of the tie's first set
        const double s = rate * link.strength *
                         static_cast<double>(link.tie->similarity[static_cast<std::size_t>(row)]);
        total += s;
        for (std::int64_t c = 0; c < dims; ++c)
          towards[static_cast<std::size_t>(c)] +=
              s * (static_cast<double>(maps[link.other].row(other)[c]) -
                   static_cast<double>(y.row(i)[c]));
      }
      for (std::int64_t c = 0; c < dims; ++c)
        next.row(i)[c] = static_cast<float>(static_cast<double>(y.row(i)[c]) +
                                            towards[static_cast<std::size_t>(c)] / (1 + 2 * total));
    }
  });
}

}  // namespace nearfold
