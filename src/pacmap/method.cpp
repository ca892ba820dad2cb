#include "pacmap/method.hpp"

#include <algorithm>
#include <cmath>

#include "core/dims.hpp"

namespace nearfold {
namespace {

int share_of_near(int near, double ratio) {
  return static_cast<int>(std::nearbyint(near * ratio));
}

PairCounts counts_for(int near, const PacmapParams& p) {
  return {near, share_of_near(near, p.MN_ratio), share_of_near(near, p.FP_ratio)};
}

/// Further pairs are none of the near ones; a mid-near one is chosen among points that are new.
bool fit(const PairCounts& pairs, std::int64_t n) {
  const bool mid_near = pairs.mid_near == 0 || pairs.mid_near - 1 + kMidNearCandidates <= n - 1;
  return pairs.near + pairs.further <= n - 1 && mid_near;
}

int near_count(const PacmapParams& p, std::int64_t n) {
  if (p.n_neighbors) return *p.n_neighbors;
  if (n <= 10'000) return 10;
  return static_cast<int>(std::nearbyint(10 + 15 * (std::log10(static_cast<double>(n)) - 4)));
}

}  // namespace

PairCounts pairs_of(const PacmapParams& p, std::int64_t n) {
  const int near = near_count(p, n);
  const PairCounts pairs = counts_for(near, p);
  if (fit(pairs, n)) return pairs;
  int most = near;
  while (most > 0 && !fit(counts_for(most, p), n)) --most;
  std::ostringstream text;
  text << "n_neighbors " << near << " with MN_ratio " << p.MN_ratio << " and FP_ratio "
       << p.FP_ratio << " takes " << near << " near, " << pairs.mid_near << " mid-near and "
       << pairs.further << " further pairs of each point, and " << n << " points have " << n - 1
       << " others; use "
       << (most > 0 ? "n_neighbors of at most " + std::to_string(most) : "smaller ratios");
  throw InvalidInput(text.str());
}

void check(const PacmapParams& p) {
  constexpr int kMostIterations = 1'000'000;
  if (p.n_neighbors)
    require(*p.n_neighbors >= 1 && *p.n_neighbors <= 1'000'000, "n_neighbors", *p.n_neighbors,
            "in [1, 1000000]");
  require(p.MN_ratio >= 0 && p.MN_ratio <= 100, "MN_ratio", p.MN_ratio, "in [0, 100]");
  require(p.FP_ratio >= 0 && p.FP_ratio <= 100, "FP_ratio", p.FP_ratio, "in [0, 100]");
  std::int64_t all = 0;
  for (const int phase : p.num_iters) {
    require(phase >= 0 && phase <= kMostIterations, "a phase of num_iters", phase,
            "in [0, 1000000]");
    all += phase;
  }
  require(all >= 1, "the sum of num_iters", all, ">= 1");
  require(p.lr > 0 && std::isfinite(p.lr), "lr", p.lr, "> 0 and finite");
}

void check(const LocalmapParams& p) {
  check(static_cast<const PacmapParams&>(p));
  require(p.low_dist_thres > 0 && p.low_dist_thres <= 1e6, "low_dist_thres", p.low_dist_thres,
          "in (0, 1e6]");
}

void check_dims(const PacmapParams&, int dims) {
  static_assert(kMostDims == 100);
  require(dims >= 1 && dims <= kMostDims, "n_components", dims, "in [1, 100]");
}

int k_needed(const PacmapParams& params, std::int64_t n) {
  return static_cast<int>(
      std::min<std::int64_t>(pairs_of(params, n).near + kMoreCandidates, n - 1));
}

PacmapParams resolved(const PacmapParams& params, std::int64_t n) {
  PacmapParams known = params;
  known.n_neighbors = near_count(params, n);
  return known;
}

LocalmapParams resolved(const LocalmapParams& params, std::int64_t n) {
  LocalmapParams known = params;
  known.n_neighbors = near_count(params, n);
  return known;
}

int iteration_count(const PacmapParams& params, std::int64_t /*n*/) {
  return params.num_iters[0] + params.num_iters[1] + params.num_iters[2];
}

Init usual_init(const PacmapParams&, bool has_points) {
  if (has_points) return PcaInit{};
  return SpectralInit{};
}

int usual_update(const PacmapParams&, std::int64_t /*n*/) {
  return 100;
}

PacmapParams ending_with(const PacmapParams& params, int iterations) {
  PacmapParams last = params;
  last.num_iters = {0, 0, iterations};
  return last;
}

LocalmapParams ending_with(const LocalmapParams& params, int iterations) {
  LocalmapParams last = params;
  last.num_iters = {0, 0, iterations};
  return last;
}

void check_state(const PacmapParams&, const Checkpoint& from, std::int64_t n, int dims) {
  check_rows("update", from.update, n, dims);
  check_rows("gains", from.gains, n, dims);
  for (const float square : from.gains.values())
    if (square < 0) throw InvalidInput("the checkpoint's gains are not all >= 0");
}

void check_state(const LocalmapParams& params, const Checkpoint& from, std::int64_t n, int dims) {
  check_state(static_cast<const PacmapParams&>(params), from, n, dims);
  const std::int64_t each = pairs_of(params, n).further;
  if (from.further.empty()) return;
  if (static_cast<std::int64_t>(from.further.size()) != n * each)
    throw InvalidInput("the checkpoint has " + std::to_string(from.further.size()) +
                       " further pairs; this run has " + std::to_string(n * each));
  for (std::size_t e = 0; e < from.further.size(); ++e)
    if (const std::int64_t other = from.further[e];
        other < 0 || other >= n || other == static_cast<std::int64_t>(e) / each)
      throw InvalidInput("the checkpoint pairs point " +
                         std::to_string(static_cast<std::int64_t>(e) / each) + " with " +
                         std::to_string(other) + ", which is no other point");
}

/// Every start is scaled.
std::optional<InitWidth> init_width(const PacmapParams&, std::int64_t /*n*/) {
  return {};
}

bool share_edges(const PacmapParams& a, const PacmapParams& b) {
  return a.n_neighbors == b.n_neighbors && a.MN_ratio == b.MN_ratio && a.FP_ratio == b.FP_ratio;
}

std::string wide_warning(const PacmapParams&) {
  return "100 principal components of them often give a map by pacmap whose clusters are purer, "
         "and "
         "faster (pca(points, 100))";
}

std::string why_points(const PacmapParams& params) {
  if (params.MN_ratio == 0) return "";
  return "mid-near pairs are found by the distances of points drawn by chance, and there are none "
         "beside the graph; give the points with it, or set MN_ratio to 0";
}

std::string why_on_cpu(const PacmapParams&, int /*dims*/) {
  return "";
}

/// There are few already.
std::optional<Thriftier> with_fewer_neighbors(const PacmapParams&) {
  return {};
}

/// Edges and pairs with their mirrors, offsets of three lists; of each coordinate the layout, its
/// successor, two means and what a report copies.
Need optimize_need(const PacmapParams& p, const Counts& c) {
  const PairCounts pairs = counts_for(near_count(p, static_cast<std::int64_t>(c.n)), p);
  const double drawn = pairs.mid_near + pairs.further;
  const double terms = 2 * (pairs.near + drawn), slower = 1 + 0.3 * c.more_dims();
  return {16.0 * pairs.near + 12 * drawn + 60 + 20 * c.dims, 0,
          iteration_count(p, 0) * c.n * terms * 3e-9 * slower / c.threads};
}

/// Draws for further pairs every tenth iteration, and their list once more.
Need optimize_need(const LocalmapParams& p, const Counts& c) {
  Need need = optimize_need(static_cast<const PacmapParams&>(p), c);
  need.bytes_per_point += 12 * p.FP_ratio * near_count(p, static_cast<std::int64_t>(c.n));
  need.seconds *= 1.5;
  return need;
}

/// The same, and the keys that mirrors are found by.
Need device_optimize_need(const PacmapParams& p, const Counts& c) {
  const PairCounts pairs = counts_for(near_count(p, static_cast<std::int64_t>(c.n)), p);
  const double drawn = pairs.mid_near + pairs.further;
  const double keys = 16.0 * std::max(pairs.mid_near, pairs.further);
  return {16.0 * pairs.near + 12 * drawn + keys + 80 + 20 * c.dims, 0, 0};
}

}  // namespace nearfold
