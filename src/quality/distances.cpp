// Distances between points anywhere: their order, their correlation, and the shape they make.
#include <algorithm>
#include <cmath>
#include <initializer_list>
#include <numeric>
#include <string>
#include <utility>

#include "core/parallel.hpp"
#include "linalg/symmetric_eigen.hpp"
#include "math/philox.hpp"
#include "nearfold/error.hpp"
#include "quality/quality.hpp"

namespace nearfold {
namespace {

/// The bits of draw `t`.
Random4 draw(std::uint64_t seed, Draw what, std::int64_t t) {
  return random4(seed, Stream::sample, static_cast<std::uint64_t>(t),
                 static_cast<std::uint32_t>(what));
}

/// One of n rows without those in `others`, which ascend.
std::int64_t row_besides(std::uint32_t bits, std::int64_t n,
                         std::initializer_list<std::int64_t> others) {
  const auto free = static_cast<std::uint32_t>(n - static_cast<std::int64_t>(others.size()));
  std::int64_t row = to_range(bits, free);
  for (const std::int64_t other : others) row += row >= other ? 1 : 0;
  return row;
}

/// The rank of each value, from 1; equal values share the mean of theirs.
std::vector<double> ranks_of(const std::vector<float>& values) {
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(),
            [&](std::size_t a, std::size_t b) { return values[a] < values[b]; });
  std::vector<double> ranks(values.size());
  for (std::size_t begin = 0, end = 0; begin < order.size(); begin = end) {
    while (end < order.size() && values[order[end]] == values[order[begin]]) ++end;
    const double rank = 0.5 * static_cast<double>(begin + 1 + end);
    for (std::size_t r = begin; r < end; ++r) ranks[order[r]] = rank;
  }
  return ranks;
}

/// Pearson's correlation of two lists of ranks, which have one mean; 0 where one is constant.
double rank_correlation(const std::vector<double>& a, const std::vector<double>& b) {
  const double mean = 0.5 * static_cast<double>(a.size() + 1);
  double aa = 0, ab = 0, bb = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    aa += (a[i] - mean) * (a[i] - mean);
    ab += (a[i] - mean) * (b[i] - mean);
    bb += (b[i] - mean) * (b[i] - mean);
  }
  return aa > 0 && bb > 0 ? ab / std::sqrt(aa * bb) : 0;
}

/// A map moved to the origin and scaled to norm 1, a column after the other.
std::vector<double> normalized(HostMatrix<const float> map) {
  const std::int64_t n = map.rows();
  std::vector<double> out(static_cast<std::size_t>(map.size()));
  double squares = 0;
  for (std::int64_t c = 0; c < map.cols(); ++c) {
    double sum = 0;
    for (std::int64_t i = 0; i < n; ++i) sum += double{map.row(i)[c]};
    for (std::int64_t i = 0; i < n; ++i) {
      double& x = out[static_cast<std::size_t>(c * n + i)];
      x = double{map.row(i)[c]} - sum / static_cast<double>(n);
      squares += x * x;
    }
  }
  if (!(squares > 0))
    throw InvalidInput("all " + std::to_string(n) +
                       " points of a map are in one place, which has no shape to compare; "
                       "give a map with at least 2 places");
  for (double& x : out) x /= std::sqrt(squares);
  return out;
}

}  // namespace

namespace {

template <class Points, class Space>
Score triplet_accuracy_in(const Points& points, const Space& layout, std::int64_t count,
                          std::uint64_t seed, const Cpu& on) {
  const std::int64_t n = points.n();
  const auto same = [&](std::int64_t t) {
    const Random4 bits = draw(seed, Draw::triplets, t);
    const std::int64_t i = to_range(bits.v[0], static_cast<std::uint32_t>(n));
    const std::int64_t j = row_besides(bits.v[1], n, {i});
    const std::int64_t l = row_besides(bits.v[2], n, {std::min(i, j), std::max(i, j)});
    const auto nearer = [&](const auto& space) {
      return distance_between(space, i, j) < distance_between(space, i, l);
    };
    return nearer(points) == nearer(layout);
  };
  const auto hits = parallel_sum(on.threads, count, kGrain, std::int64_t{0},
                                 [&](std::int64_t begin, std::int64_t end) {
                                   std::int64_t sum = 0;
                                   for (std::int64_t t = begin; t < end; ++t)
                                     sum += same(t) ? 1 : 0;
                                   return sum;
                                 });
  const double share = static_cast<double>(hits) / static_cast<double>(count);
  return {"triplet_accuracy", share, std::sqrt(share * (1 - share) / static_cast<double>(count)),
          count};
}

template <class Points, class Space>
Score distance_correlation_in(const Points& points, const Space& layout, std::int64_t count,
                              std::uint64_t seed, const Cpu& on) {
  const std::int64_t n = points.n();
  std::vector<float> among_points(static_cast<std::size_t>(count)), in_map(among_points.size());
  parallel_for(on.threads, count, kGrain, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t p = begin; p < end; ++p) {
      const auto [i, j] = random_pair(seed, p, n);
      among_points[static_cast<std::size_t>(p)] = distance_between(points, i, j);
      in_map[static_cast<std::size_t>(p)] = distance_between(layout, i, j);
    }
  });
  const double r = rank_correlation(ranks_of(among_points), ranks_of(in_map));
  const double error = (1 - r * r) * std::sqrt((1 + r * r / 2) / static_cast<double>(count - 3));
  return {"cpd_spearman", r, error, count};
}

}  // namespace

std::pair<std::int64_t, std::int64_t> random_pair(std::uint64_t seed, std::int64_t t,
                                                  std::int64_t n) {
  const Random4 bits = draw(seed, Draw::pairs, t);
  const std::int64_t i = to_range(bits.v[0], static_cast<std::uint32_t>(n));
  return {i, row_besides(bits.v[1], n, {i})};
}

Score triplet_accuracy(const PointSpace& points, const MapSpace& layout, std::int64_t count,
                       std::uint64_t seed, const Cpu& on) {
  return std::visit(
      [&](const auto& among, const auto& map) {
        return triplet_accuracy_in(among, map, count, seed, on);
      },
      points, layout);
}

Score distance_correlation(const PointSpace& points, const MapSpace& layout, std::int64_t count,
                           std::uint64_t seed, const Cpu& on) {
  return std::visit(
      [&](const auto& among, const auto& map) {
        return distance_correlation_in(among, map, count, seed, on);
      },
      points, layout);
}

double procrustes_disparity(HostMatrix<const float> a, HostMatrix<const float> b) {
  const std::vector<double> from = normalized(a), to = normalized(b);
  const std::int64_t n = a.rows(), side = a.cols() + b.cols();
  // The singular values of M are the eigenvalues above 0 of [0 M; M' 0]. Of M = from' to, the lower
  // half.
  std::vector<double> both(static_cast<std::size_t>(side * side));
  for (std::int64_t c = 0; c < a.cols(); ++c)
    for (std::int64_t d = 0; d < b.cols(); ++d)
      both[static_cast<std::size_t>((a.cols() + d) * side + c)] = std::inner_product(
          from.begin() + c * n, from.begin() + (c + 1) * n, to.begin() + d * n, 0.0);
  double common = 0;
  for (const double value : symmetric_eigen(std::move(both), side).values)
    common += std::max(0.0, value);
  return std::max(0.0, 1 - common * common);  // rounding may leave less than 0
}

}  // namespace nearfold
