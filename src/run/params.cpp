// Every range of params.hpp, checked in one place, before any data is touched.
#include "nearfold/params.hpp"

#include <cmath>
#include <sstream>
#include <string>

#include "nearfold/error.hpp"
#include "stages.hpp"

namespace nearfold {
namespace {

/// `ok` or an error that names the parameter, its value and its range. NaN is never ok.
template <class T>
void require(bool ok, const char* what, T value, const char* range) {
  if (ok) return;
  std::ostringstream text;
  text << what << " is " << value << ", and must be " << range;
  throw InvalidParameter(text.str());
}

void check_target(double recall) {
  require(recall > 0 && recall <= 1, "target_recall", recall, "in (0, 1]");
}

void check(const FlatKnn&) {}

void check(const IvfKnn& p) {
  if (p.nlist) require(*p.nlist >= 1, "nlist", *p.nlist, ">= 1");
  if (p.nprobe) require(*p.nprobe >= 1, "nprobe", *p.nprobe, ">= 1");
  check_target(p.target_recall);
}

void check(const HnswKnn& p) {
  require(p.M >= 2 && p.M <= 256, "M", p.M, "in [2, 256]");
  require(p.ef_construction >= p.M && p.ef_construction <= 10'000, "ef_construction",
          p.ef_construction, "in [M, 10000]");
  if (p.ef) require(*p.ef >= 1, "ef", *p.ef, ">= 1");
  check_target(p.target_recall);
}

void check(const NnDescentKnn& p) {
  if (p.n_iters) require(*p.n_iters >= 1, "n_iters", *p.n_iters, ">= 1");
  require(p.max_candidates >= 2 && p.max_candidates <= 1000, "max_candidates", p.max_candidates,
          "in [2, 1000]");
  check_target(p.target_recall);
}

void check(const AutoKnn& p) {
  check_target(p.target_recall);
}

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

void check(const UmapParams& p) {
  const auto finite_from = [](double low, double x) { return x >= low && std::isfinite(x); };
  require(p.n_neighbors >= 2, "n_neighbors", p.n_neighbors, ">= 2");
  require(p.spread > 0 && std::isfinite(p.spread), "spread", p.spread, "> 0 and finite");
  require(p.min_dist >= 0 && p.min_dist <= p.spread, "min_dist", p.min_dist, "in [0, spread]");
  if (p.a.has_value() != p.b.has_value())
    throw InvalidParameter("a and b describe one curve: set both, or neither to have them fitted");
  if (p.a) require(*p.a > 0 && std::isfinite(*p.a), "a", *p.a, "> 0 and finite");
  if (p.b) require(*p.b > 0 && *p.b <= 100, "b", *p.b, "in (0, 100]");
  require(p.set_op_mix_ratio >= 0 && p.set_op_mix_ratio <= 1, "set_op_mix_ratio",
          p.set_op_mix_ratio, "in [0, 1]");
  require(finite_from(0, p.local_connectivity), "local_connectivity", p.local_connectivity, ">= 0");
  require(finite_from(0, p.repulsion_strength), "repulsion_strength", p.repulsion_strength, ">= 0");
  require(p.negative_sample_rate >= 0 && p.negative_sample_rate <= 1000, "negative_sample_rate",
          p.negative_sample_rate, "in [0, 1000]");
  if (p.n_epochs)
    require(*p.n_epochs >= 1 && *p.n_epochs <= 1'000'000, "n_epochs", *p.n_epochs,
            "in [1, 1000000]");
  require(p.learning_rate > 0 && std::isfinite(p.learning_rate), "learning_rate", p.learning_rate,
          "> 0 and finite");
}

void check(const Cpu& on) {
  require(on.threads >= 0 && on.threads <= 1024, "threads", on.threads, "in [0, 1024], 0 for all");
}

void check(const Cuda& on) {
  require(on.device >= 0, "device", on.device, ">= 0");
}

}  // namespace

void validate(const Settings& settings) {
  const auto check_one = [](const auto& params) { check(params); };
  require(settings.dims == 2 || settings.dims == 3, "n_components", settings.dims, "2 or 3");
  std::visit(check_one, settings.knn);
  check_metric(settings.knn, settings.distance.metric);
  std::visit(check_one, settings.method);
  std::visit(check_one, settings.device);
}

int neighbors_needed(const Method& method, std::int64_t n) {
  if (const auto* umap = std::get_if<UmapParams>(&method)) {
    if (umap->n_neighbors > n)
      throw InvalidInput("n_neighbors is " + std::to_string(umap->n_neighbors) + " for " +
                         std::to_string(n) + " points; use at most that many");
    return umap->n_neighbors - 1;
  }
  const double perplexity = std::get<TsneParams>(method).perplexity;
  const auto k = static_cast<int>(std::min(static_cast<double>(n - 1), std::floor(3 * perplexity)));
  if (!(perplexity < k)) {
    std::ostringstream text;
    text << "perplexity " << perplexity << " needs more than " << n
         << " points; use a perplexity well below " << n - 1;
    throw InvalidInput(text.str());
  }
  return k;
}

int iterations_of(const Method& method, std::int64_t n) {
  if (const auto* umap = std::get_if<UmapParams>(&method))
    return umap->n_epochs.value_or(n <= 10'000 ? 500 : 200);
  return std::get<TsneParams>(method).max_iter;
}

}  // namespace nearfold
