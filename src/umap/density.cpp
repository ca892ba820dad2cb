// The loops of math/umap_density.hpp: two over all edges, the first for re and Phi, the second for
// the sum. 16 n bytes a loop beside the map and the columns.
#include "umap/density.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "core/parallel.hpp"
#include "core/sixteen_sums.hpp"
#include "math/umap_density.hpp"
#include "umap/edge_schedule.hpp"

namespace nearfold {
namespace {

constexpr std::int64_t kRows = 256;  // of a range

}  // namespace

DensityTerm::DensityTerm(EdgeGraph& graph, const UmapParams& params, const UmapCurve& curve,
                         const Cpu& on)
    : offsets_(graph.offsets),
      columns_(graph.columns),
      radii_(std::exchange(graph.radii, {})),
      in_map_(radii_.size()),
      near_(radii_.size()),
      far_(radii_.size()),
      curve_(curve),
      shift_(params.dens_var_shift),
      share_(params.dens_frac),
      on_(on) {
  const std::vector<float>& weights = graph.weights;
  const double total = parallel_sum(
      on.threads, graph.edges(), kRatesOfRange, 0.0, [&](std::int64_t begin, std::int64_t end) {
        return chunked_sum(begin, end, 0.0, [&](std::int64_t e) {
          return static_cast<double>(weights[static_cast<std::size_t>(e)]);
        });
      });
  strength_ = density_strength(params.dens_lambda, total,
                               *std::max_element(weights.begin(), weights.end()), n());
}

bool DensityTerm::acts(std::int32_t epoch, std::int32_t epochs) const {
  return density_acts(share_, epoch, epochs);
}

template <int Fixed, class Term>
void DensityTerm::for_each_edge(const std::vector<float>& y, int dims, std::int64_t i,
                                const Term& term) const {
  const DimCount<Fixed> count(dims);
  const std::int64_t end = offsets_[static_cast<std::size_t>(i) + 1];
  for (std::int64_t e = offsets_[static_cast<std::size_t>(i)]; e < end; e += kRowSums) {
    // Behind the last one the vertex itself, whose lanes are left out.
    std::int32_t columns[kRowSums];
    const auto many = static_cast<int>(std::min<std::int64_t>(kRowSums, end - e));
    for (int l = 0; l < kRowSums; ++l)
      columns[l] = l < many ? columns_[static_cast<std::size_t>(e) + static_cast<std::size_t>(l)]
                            : static_cast<std::int32_t>(i);
    for (std::int64_t part = 0; part < kRowParts; ++part) {
      Floats d[DimCount<Fixed>::kRoom], d2{}, present;
      gather(y.data(), columns + part * kSimd, count, d);
      for (int c = 0; c < count.count(); ++c) {
        d[c] = y[static_cast<std::size_t>(i * count.count() + c)] - d[c];
        d2 += d[c] * d[c];
      }
      for (int l = 0; l < kSimd; ++l) present[l] = part * kSimd + l < many ? 1.0f : 0.0f;
      term(columns + part * kSimd, d, d2, present, part);
    }
  }
}

template <int Fixed>
double DensityTerm::measure(const std::vector<float>& y, int dims) {
  parallel_for(on_.threads, n(), kRows, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) {
      Floats phis[kRowParts] = {}, squares[kRowParts] = {};
      for_each_edge<Fixed>(
          y, dims, i,
          [&](const std::int32_t*, const Floats*, Floats d2, Floats present, std::int64_t part) {
            const Floats phi = present / (1.0f + density_power(d2, curve_));
            phis[part] += phi;
            squares[part] += phi * d2;
          });
      const auto at = static_cast<std::size_t>(i);
      far_[at] = added(phis);  // Phi, so far
      in_map_[at] = radius_in_map(far_[at], added(squares));
    }
  });
  const auto moments = [&](double less) {
    return parallel_sum(on_.threads, n(), kGrain, DensityMoments{},
                        [&](std::int64_t begin, std::int64_t end) {
                          return chunked_sum(begin, end, DensityMoments{}, [&](std::int64_t i) {
                            const auto at = static_cast<std::size_t>(i);
                            return DensityMoments::of(far_[at], in_map_[at], radii_[at], less);
                          });
                        });
  };
  const double mean = moments(0).mean();
  const DensityScale scale = DensityScale::of(mean, moments(mean), shift_);
  parallel_for(on_.threads, n(), kGrain, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) {
      const auto at = static_cast<std::size_t>(i);
      far_[at] = scale.far(far_[at], in_map_[at], radii_[at]);
      near_[at] = DensityScale::near(far_[at], in_map_[at]);
    }
  });
  return std::sqrt(scale.square);
}

template <int Fixed>
void DensityTerm::move_in(const std::vector<float>& y, int dims, float rate,
                          const std::vector<std::uint8_t>& held, std::vector<float>& next) {
  const auto factor = static_cast<float>(strength_ / measure<Fixed>(y, dims));
  const DimCount<Fixed> count(dims);
  parallel_for(on_.threads, n(), kRows, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) {
      Floats sums[DimCount<Fixed>::kRoom][kRowParts] = {};
      const bool is_held = !held.empty() && held[static_cast<std::size_t>(i)] != 0;
      const float near = near_[static_cast<std::size_t>(i)],
                  far = far_[static_cast<std::size_t>(i)];
      if (!is_held)
        for_each_edge<Fixed>(y, dims, i,
                             [&](const std::int32_t* others, const Floats* d, Floats d2,
                                 Floats present, std::int64_t part) {
                               Floats both_near, both_far;
                               for (int l = 0; l < kSimd; ++l) {
                                 both_near[l] = near + near_[static_cast<std::size_t>(others[l])];
                                 both_far[l] = far + far_[static_cast<std::size_t>(others[l])];
                               }
                               const Floats g =
                                   density_pull(d2, factor * present, both_near, both_far, curve_);
                               for (int c = 0; c < count.count(); ++c)
                                 sums[c][part] += clip4(g * d[c]);
                             });
      for (int c = 0; c < count.count(); ++c) {
        const auto at = static_cast<std::size_t>(i * count.count() + c);
        next[at] = is_held ? y[at] : y[at] + rate * added(sums[c]);
      }
    }
  });
}

void DensityTerm::move(const std::vector<float>& y, int dims, float rate,
                       const std::vector<std::uint8_t>& held, std::vector<float>& next) {
  if (dims == 2) return move_in<2>(y, dims, rate, held, next);
  if (dims == 3) return move_in<3>(y, dims, rate, held, next);
  move_in<kAnyDims>(y, dims, rate, held, next);
}

}  // namespace nearfold
