// Many maps of one graph. What neighbouring maps have in common is made once and copied.
#include "nearfold/grid.hpp"

#include <algorithm>
#include <type_traits>
#include <utility>
#include <variant>

#include "method.hpp"
#include "pipeline.hpp"
#include "run/embedder_state.hpp"

namespace nearfold {
namespace {

/// Whether the edges of one are those of the other, and so is every initialization.
bool methods_share_edges(const Method& a, const Method& b) {
  if (a.index() != b.index()) return false;
  return std::visit(
      [&](const auto& p) { return share_edges(p, std::get<std::decay_t<decltype(p)>>(b)); }, a);
}

/// Weights and initialization of the method that was run last, and what its report said of them.
template <class D>
struct Kept {
  const Method* of = nullptr;
  Prepared<D> prepared;
  RunInfo info;
};

/// The maps one after the other; returns how many came to their end.
template <class D>
std::size_t run_all(const Source& source, std::span<const Method> methods, Settings one,
                    const D& on, const OnMap& on_map, const Progress& progress) {
  Kept<D> kept;
  for (std::size_t m = 0; m < methods.size(); ++m) {
    one.method = methods[m];
    Embedder::State state(source, one);
    Run run(state.info, progress);
    const auto prepare_and_start = [&](const auto& params) {
      if (kept.of == nullptr || !methods_share_edges(*kept.of, methods[m])) {
        kept = {};  // before the next is made: they are large
        Prepared<D> prepared = prepare(source, params, one, on, run, state.info);
        kept = {&methods[m], std::move(prepared), state.info};
      } else {
        state.info = kept.info;
        state.info.seconds.clear();
      }
      const bool last = m + 1 == methods.size() || !methods_share_edges(methods[m], methods[m + 1]);
      return start_optimizer(last ? std::move(kept.prepared) : kept.prepared, source, params, one,
                             on, run);
    };
    state.optimizer = std::visit(prepare_and_start, methods[m]);
    Result result = state.run_to_end(run);
    if (!result.info.finished) return m;
    on_map(m, std::move(result));
  }
  return methods.size();
}

}  // namespace

std::vector<Method> grid(const UmapParams& base, std::span<const int> n_neighbors,
                         std::span<const double> min_dist) {
  std::vector<Method> methods;
  for (const int k : n_neighbors)
    for (const double distance : min_dist) {
      UmapParams params = base;
      params.n_neighbors = k;
      params.min_dist = distance;
      methods.emplace_back(params);
    }
  return methods;
}

std::vector<Method> grid(const TsneParams& base, std::span<const double> perplexity,
                         std::span<const double> exaggeration) {
  std::vector<Method> methods;
  for (const double effective : perplexity)
    for (const double factor : exaggeration) {
      TsneParams params = base;
      params.perplexity = effective;
      params.exaggeration = factor;
      methods.emplace_back(params);
    }
  return methods;
}

int neighbors_needed(std::span<const Method> methods, std::int64_t n) {
  int most = 0;
  for (const Method& method : methods) most = std::max(most, neighbors_needed(method, n));
  return most;
}

std::size_t embed_grid(const KnnGraph& graph, HostMatrix<const float> points,
                       std::span<const Method> methods, const Settings& settings,
                       const OnMap& on_map, const Progress& progress) {
  const Source source{.points = points, .graph = &graph};
  Settings one = settings;
  for (const Method& method : methods) {
    one.method = method;
    admit(source, one);
    require_neighbors(graph, neighbors_needed(method, graph.n));
  }
  return std::visit(
      [&](const auto& on) { return run_all(source, methods, one, on, on_map, progress); },
      settings.device);
}

}  // namespace nearfold
