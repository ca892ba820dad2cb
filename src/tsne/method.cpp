#include "tsne/method.hpp"

#include <algorithm>
#include <cmath>
#include <string>

#include "tsne/tsne.hpp"
#include "tsne/volume_grid.hpp"
#include "weights/conditional_row.hpp"

namespace nearfold {

void check(const TsneParams& p) {
  const auto momentum = [](double m) { return m >= 0 && m < 1; };
  require(p.perplexity > 1 && p.perplexity <= 1e6, "perplexity", p.perplexity, "in (1, 1e6]");
  for (const double perplexity : p.perplexities)
    require(perplexity > 1 && perplexity <= 1e6, "perplexity", perplexity, "in (1, 1e6]");
  require(p.perplexities.size() <= 100, "the number of perplexities", p.perplexities.size(),
          "100 at most");
  require(p.k_neighbors >= 1, "k_neighbors", p.k_neighbors, ">= 1");
  require(p.dof > 0 && p.dof <= 100, "dof", p.dof, "in (0, 100]");
  require(p.early_exaggeration >= 1 && p.early_exaggeration <= 1e6, "early_exaggeration",
          p.early_exaggeration, "in [1, 1e6]");
  require(p.early_exaggeration_iter >= 0, "early_exaggeration_iter", p.early_exaggeration_iter,
          ">= 0");
  require(p.exaggeration >= 1 && p.exaggeration <= 1e6, "exaggeration", p.exaggeration,
          "in [1, 1e6]");
  require(p.late_exaggeration >= 1 && p.late_exaggeration <= 1e6, "late_exaggeration",
          p.late_exaggeration, "in [1, 1e6]");
  require(p.late_exaggeration_iter >= 0, "late_exaggeration_iter", p.late_exaggeration_iter,
          ">= 0");
  require(p.max_iter >= 1, "max_iter", p.max_iter, ">= 1");
  if (p.late_exaggeration_iter > std::max(0, p.max_iter - p.early_exaggeration_iter))
    throw InvalidParameter(
        "late_exaggeration_iter is " + std::to_string(p.late_exaggeration_iter) +
        " and early_exaggeration_iter " + std::to_string(p.early_exaggeration_iter) +
        ": together they must be max_iter at most, which is " + std::to_string(p.max_iter));
  if (p.learning_rate)
    require(*p.learning_rate > 0 && std::isfinite(*p.learning_rate), "learning_rate",
            *p.learning_rate, "> 0 and finite");
  require(momentum(p.initial_momentum), "initial_momentum", p.initial_momentum, "in [0, 1)");
  require(momentum(p.final_momentum), "final_momentum", p.final_momentum, "in [0, 1)");
  require(p.max_step_norm > 0, "max_step_norm", p.max_step_norm, "> 0");
}

void check_dims(const TsneParams& params, int dims) {
  require(dims >= 1 && dims <= kMostTsneDims, "n_components", dims,
          "1 to 10 for t-SNE; UMAP makes maps of up to 100 dimensions");
  if (dims != 2 && dims != 3 && params.repulsion == TsneParams::Repulsion::fft) throw_no_fft(dims);
}

void throw_no_fft(int dims) {
  throw Unsupported("t-SNE by FFT has 2 or 3 dimensions, not " + std::to_string(dims) +
                    "; use repulsion exact");
}

namespace {

double largest_perplexity(const TsneParams& params) {
  return std::ranges::max(perplexities_of(params));
}

int k_of_uniform(const TsneParams& params, std::int64_t n) {
  if (params.k_neighbors < n) return params.k_neighbors;
  throw InvalidInput("k_neighbors is " + std::to_string(params.k_neighbors) + ", and " +
                     std::to_string(n) + " points have " + std::to_string(n - 1) +
                     " others; use fewer neighbours");
}

}  // namespace

int k_needed(const TsneParams& params, std::int64_t n) {
  if (params.affinities == TsneParams::Affinities::uniform) return k_of_uniform(params, n);
  const double perplexity = largest_perplexity(params);
  const double k = std::floor(3 * perplexity), others = static_cast<double>(n) - 1;
  if (k <= others) return static_cast<int>(k);
  // A third of the others; of 4 points that is 1, and 1.33 still asks for no more than 3.
  const double most = std::floor(std::max(others / 3, 1.335) * 100) / 100;
  std::ostringstream text;
  text << "perplexity " << perplexity << " takes " << k << " neighbours, three times as many, and "
       << n << " points have " << others << " others; use a perplexity of at most " << most;
  throw InvalidInput(text.str());
}

TsneParams resolved(const TsneParams& params, std::int64_t /*n*/) {
  return params;
}

int iteration_count(const TsneParams& params, std::int64_t /*n*/) {
  return params.max_iter;
}

Init usual_init(const TsneParams&, bool has_points) {
  if (has_points) return PcaInit{};
  return SpectralInit{};
}

int usual_update(const TsneParams&, std::int64_t /*n*/) {
  return 100;
}

TsneParams ending_with(const TsneParams& params, int iterations) {
  TsneParams last = params;
  last.early_exaggeration_iter = 0;
  last.exaggeration = final_exaggeration(params);
  last.late_exaggeration_iter = 0;
  last.early_stop = false;
  last.max_iter = iterations;
  return last;
}

void check_state(const TsneParams& params, const Checkpoint& from, std::int64_t n, int dims) {
  if (from.early_iterations < 0 || from.early_iterations > params.early_exaggeration_iter)
    throw InvalidInput("the checkpoint has " + std::to_string(from.early_iterations) +
                       " iterations of early exaggeration; this run has " +
                       std::to_string(params.early_exaggeration_iter));
  check_rows("update", from.update, n, dims);
  check_rows("gains", from.gains, n, dims);
}

/// openTSNE warns from 1e-2 on, too. Maps end about 2.2 sqrt(n) wide.
std::optional<InitWidth> init_width(const TsneParams&, std::int64_t n) {
  return InitWidth{1e-4, 1e-2, 10 * std::sqrt(static_cast<double>(n))};
}

bool share_edges(const TsneParams& a, const TsneParams& b) {
  if (a.affinities != b.affinities) return false;
  if (a.affinities == TsneParams::Affinities::uniform)
    return a.k_neighbors == b.k_neighbors && a.symmetrize == b.symmetrize;
  return std::ranges::equal(perplexities_of(a), perplexities_of(b));
}

std::string wide_warning(const TsneParams&) {
  return "";
}

std::string why_points(const TsneParams&) {
  return "";
}

std::string why_on_cpu(const TsneParams& params, int dims) {
  if (dims == 3 && params.repulsion == TsneParams::Repulsion::fft)
    return "t-SNE by FFT in 3 dimensions is there on the processor alone";
  return "";
}

std::optional<Thriftier> with_fewer_neighbors(const TsneParams& params) {
  constexpr double kFew = 10;
  if (params.affinities == TsneParams::Affinities::uniform) return {};
  if (largest_perplexity(params) <= kFew) return {};
  TsneParams fewer = params;
  fewer.perplexities.clear();
  fewer.perplexity = kFew;
  return Thriftier{fewer, "a perplexity of 10"};
}

namespace {

/// A layout, its update, gains and force, and copies of them; beside it what all pairs or a mesh
/// keep of a point, and the mesh.
Need other_dims_need(const TsneParams& p, const Counts& c) {
  constexpr double kDim = 28, kRow = 60, kPlaced = 150;
  const auto n = static_cast<std::int64_t>(std::min(c.n, 2e9));
  const bool mesh =
      c.dims == 3 && (p.repulsion == TsneParams::Repulsion::fft ||
                      (p.repulsion == TsneParams::Repulsion::automatic && n >= kExactBelowIn3d));
  const double pairs = c.n * c.n * 1e-10 * (5 + c.dims) * (p.dof == 1 ? 1 : 3);
  return {8 * c.entries + kDim * c.dims + kRow + (mesh ? kPlaced : 0),
          mesh ? TsneVolume::kBytesOfNode * mesh_nodes(c.n) + 20e6 * c.threads : 0,
          p.max_iter * ((mesh ? c.n * 4e-7 : pairs) + c.n * c.entries * 3e-9) / c.threads};
}

}  // namespace

Need optimize_need(const TsneParams& p, const Counts& c) {
  if (c.dims != 2) return other_dims_need(p, c);
  // Of the layout, units; a wider one is refused (repulsion_fft.cpp).
  const double span = std::min(0.8 * std::sqrt(c.n), 1600.0) / std::sqrt(std::min(1.0, p.dof));
  return {8 * c.entries + 150, 100 * span * span,
          p.max_iter * (c.n * c.entries * 1.5e-9 + c.n * 6e-8) / c.threads};
}

/// By FFT a grid: charges, values, a spectrum and its factor, what two plans of cuFFT work in; 80
/// bytes a node, of which there are 2.5 a unit of the layout, rounded up to a quarter of an octave.
Need device_optimize_need(const TsneParams& p, const Counts& c) {
  constexpr double kFewUnits = 100;  // more than the square root tells, of a small map
  constexpr double kSides = 2.5 * 1.25, kNode = 80, kCopies = 8 << 22;
  const double span = (std::min(0.8 * std::sqrt(c.n), 1600.0) + kFewUnits) /
                      std::sqrt(std::min(1.0, p.dof));  // in nodes of a dof of 1
  const bool grid = p.repulsion != TsneParams::Repulsion::exact && c.dims == 2;
  return {8 * c.entries + 120, grid ? kCopies + kNode * kSides * kSides * span * span : 0.0, 0};
}

}  // namespace nearfold
