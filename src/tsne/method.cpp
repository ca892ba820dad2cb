#include "tsne/method.hpp"

#include <algorithm>
#include <cmath>

namespace nearfold {

void check(const TsneParams& p) {
  const auto momentum = [](double m) { return m >= 0 && m < 1; };
  require(p.perplexity > 1 && p.perplexity <= 1e6, "perplexity", p.perplexity, "in (1, 1e6]");
  require(p.early_exaggeration >= 1 && p.early_exaggeration <= 1e6, "early_exaggeration",
          p.early_exaggeration, "in [1, 1e6]");
  require(p.early_exaggeration_iter >= 0, "early_exaggeration_iter", p.early_exaggeration_iter,
          ">= 0");
  require(p.exaggeration >= 1 && p.exaggeration <= 1e6, "exaggeration", p.exaggeration,
          "in [1, 1e6]");
  require(p.max_iter >= 1, "max_iter", p.max_iter, ">= 1");
  if (p.learning_rate)
    require(*p.learning_rate > 0 && std::isfinite(*p.learning_rate), "learning_rate",
            *p.learning_rate, "> 0 and finite");
  require(momentum(p.initial_momentum), "initial_momentum", p.initial_momentum, "in [0, 1)");
  require(momentum(p.final_momentum), "final_momentum", p.final_momentum, "in [0, 1)");
  require(p.max_step_norm > 0, "max_step_norm", p.max_step_norm, "> 0");
}

void check_dims(const TsneParams& params, int dims) {
  require(dims >= 1 && dims <= 3, "n_components", dims,
          "1, 2 or 3 for t-SNE; UMAP makes maps of up to 100 dimensions");
  if (dims != 2 && params.repulsion == TsneParams::Repulsion::fft) throw_no_fft(dims);
}

void throw_no_fft(int dims) {
  throw Unsupported("t-SNE by FFT has 2 dimensions, not " + std::to_string(dims) +
                    "; use repulsion exact");
}

int k_needed(const TsneParams& params, std::int64_t n) {
  const double k = std::floor(3 * params.perplexity), others = static_cast<double>(n) - 1;
  if (k <= others) return static_cast<int>(k);
  // A third of the others; of 4 points that is 1, and 1.33 still asks for no more than 3.
  const double most = std::floor(std::max(others / 3, 1.335) * 100) / 100;
  std::ostringstream text;
  text << "perplexity " << params.perplexity << " takes " << k
       << " neighbours, three times as many, and " << n << " points have " << others
       << " others; use a perplexity of at most " << most;
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
  return a.perplexity == b.perplexity;
}

std::optional<Thriftier> with_fewer_neighbors(const TsneParams& params) {
  constexpr double kFew = 10;
  if (params.perplexity <= kFew) return {};
  TsneParams fewer = params;
  fewer.perplexity = kFew;
  return Thriftier{fewer, "a perplexity of 10"};
}

Need optimize_need(const TsneParams& p, const Counts& c) {
  // Of the layout, units; a wider one is refused (repulsion_fft.cpp).
  const double span = std::min(0.8 * std::sqrt(c.n), 1600.0);
  return {8 * c.entries + 150, 100 * span * span,
          p.max_iter * (c.n * c.entries * 1.5e-9 + c.n * 6e-8) / c.threads};
}

/// By FFT a grid: charges, values, a spectrum and its factor, what two plans of cuFFT work in; 80
/// bytes a node, of which there are 2.5 a unit of the layout, rounded up to a quarter of an octave.
Need device_optimize_need(const TsneParams& p, const Counts& c) {
  constexpr double kFewUnits = 100;  // more than the square root tells, of a small map
  constexpr double kSides = 2.5 * 1.25, kNode = 80, kCopies = 8 << 22;
  const double span = std::min(0.8 * std::sqrt(c.n), 1600.0) + kFewUnits;
  const bool grid = p.repulsion != TsneParams::Repulsion::exact && c.dims == 2;
  return {8 * c.entries + 120, grid ? kCopies + kNode * kSides * kSides * span * span : 0.0, 0};
}

}  // namespace nearfold
