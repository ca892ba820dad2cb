// Many maps of one graph. What neighbouring maps have in common is made once and copied.
#include "nearfold/grid.hpp"

#include <algorithm>
#include <optional>
#include <utility>
#include <variant>

#include "method.hpp"
#include "pipeline.hpp"
#include "run/embedder_state.hpp"

namespace nearfold {
namespace {

/// Weights and initialization of the method that was run last, and what its report said of them.
template <class D>
struct Kept {
  const Method* of = nullptr;
  Prepared<D> prepared;
  RunInfo info;
};

/// The maps one after the other; returns how many came to their end. `stands_for` is of a run by
/// unique.
template <class D>
std::size_t run_all(const Source& source, std::span<const Method> methods, Settings one,
                    const UniqueRun* stands_for, const D& on, const OnMap& on_map,
                    const Progress& progress) {
  Kept<D> kept;
  for (std::size_t m = 0; m < methods.size(); ++m) {
    one.method = methods[m];
    Embedder::State state(source, one);
    Run run(state.info, progress);
    const auto prepare_and_start = [&](const auto& params) {
      if (kept.of == nullptr || !share_edges(*kept.of, methods[m])) {
        kept = {};  // before the next is made: they are large
        Prepared<D> prepared = prepare(source, params, one, on, run, state.info);
        kept = {&methods[m], std::move(prepared), state.info};
      } else {
        state.info = kept.info;
        state.info.seconds.clear();
      }
      const bool last = m + 1 == methods.size() || !share_edges(methods[m], methods[m + 1]);
      return start_optimizer(last ? std::move(kept.prepared) : kept.prepared, source, params, one,
                             on, run);
    };
    state.optimizer = std::visit(prepare_and_start, methods[m]);
    if (stands_for != nullptr) state.stand_for(*stands_for);
    Result result = state.run_to_end(run);
    if (!result.info.finished) return m;
    on_map(m, std::move(result));
  }
  return methods.size();
}

/// set(copy of base, row, column) for each pair of values, columns varying fastest.
template <class Params, class Row, class Column, class Set>
std::vector<Method> crossed(const Params& base, std::span<const Row> rows,
                            std::span<const Column> columns, const Set& set) {
  std::vector<Method> methods;
  for (const Row row : rows)
    for (const Column column : columns) {
      Params params = base;
      set(params, row, column);
      methods.emplace_back(std::move(params));
    }
  return methods;
}

}  // namespace

std::vector<Method> grid(const UmapParams& base, std::span<const int> n_neighbors,
                         std::span<const double> min_dist) {
  return crossed(base, n_neighbors, min_dist, [](UmapParams& params, int k, double distance) {
    params.n_neighbors = k;
    params.min_dist = distance;
  });
}

std::vector<Method> grid(const TsneParams& base, std::span<const double> perplexity,
                         std::span<const double> exaggeration) {
  return crossed(base, perplexity, exaggeration,
                 [](TsneParams& params, double effective, double factor) {
                   params.perplexity = effective;
                   params.perplexities.clear();
                   params.exaggeration = factor;
                 });
}

std::vector<Method> grid(const PacmapParams& base, std::span<const int> n_neighbors,
                         std::span<const double> fp_ratio) {
  return crossed(base, n_neighbors, fp_ratio, [](PacmapParams& params, int k, double ratio) {
    params.n_neighbors = k;
    params.FP_ratio = ratio;
  });
}

std::vector<Method> grid(const LocalmapParams& base, std::span<const int> n_neighbors,
                         std::span<const double> low_dist_thres) {
  return crossed(base, n_neighbors, low_dist_thres,
                 [](LocalmapParams& params, int k, double threshold) {
                   params.n_neighbors = k;
                   params.low_dist_thres = threshold;
                 });
}

int neighbors_needed(std::span<const Method> methods, std::int64_t n) {
  int most = 0;
  for (const Method& method : methods) most = std::max(most, neighbors_needed(method, n));
  return most;
}

namespace {

std::size_t embed_all(const KnnGraphView& graph, const InputPoints& points,
                      std::span<const Method> methods, const Settings& settings,
                      const OnMap& on_map, const Progress& progress) {
  const Source source{.points = points, .graph = &graph};
  Settings one = settings;
  for (const Method& method : methods) {
    one.method = method;
    admit(source, one);
    require_neighbors(graph, neighbors_needed(method, graph.n));
  }
  std::optional<UniqueRun> only;
  if (settings.unique) only.emplace(source, one);
  const Source& from = only ? only->source() : source;
  if (only) one = only->settings();
  return std::visit(
      [&](const auto& on) {
        return run_all(from, methods, one, only ? &*only : nullptr, on, on_map, progress);
      },
      settings.device);
}

}  // namespace

std::size_t embed_grid(const KnnGraphView& graph, HostMatrix<const float> points,
                       std::span<const Method> methods, const Settings& settings,
                       const OnMap& on_map, const Progress& progress) {
  return embed_all(graph, points, methods, settings, on_map, progress);
}
std::size_t embed_grid(const KnnGraphView& graph, const SparseView& points,
                       std::span<const Method> methods, const Settings& settings,
                       const OnMap& on_map, const Progress& progress) {
  return embed_all(graph, points, methods, settings, on_map, progress);
}

}  // namespace nearfold
