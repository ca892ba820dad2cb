// One graph, many settings: every combination of two parameters, from neighbours found once.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "nearfold/embed.hpp"
#include "nearfold/export.hpp"
#include "nearfold/knn.hpp"
#include "nearfold/matrix.hpp"
#include "nearfold/params.hpp"

namespace nearfold {

/// All combinations, row by row: a row for each of the first parameter, a column for each of the
/// second. The rest is as in `base`.
NEARFOLD_EXPORT std::vector<Method> grid(const UmapParams& base, std::span<const int> n_neighbors,
                                         std::span<const double> min_dist);
NEARFOLD_EXPORT std::vector<Method> grid(const TsneParams& base, std::span<const double> perplexity,
                                         std::span<const double> exaggeration);
NEARFOLD_EXPORT std::vector<Method> grid(const PacmapParams& base, std::span<const int> n_neighbors,
                                         std::span<const double> fp_ratio);
NEARFOLD_EXPORT std::vector<Method> grid(const LocalmapParams& base,
                                         std::span<const int> n_neighbors,
                                         std::span<const double> low_dist_thres);

/// Neighbours that a graph needs to serve all of them. Throws what neighbors_needed() throws.
NEARFOLD_EXPORT int neighbors_needed(std::span<const Method> methods, std::int64_t n);

/// Takes the map of methods[which].
using OnMap = std::function<void(std::size_t which, Result&& result)>;

/// Embeds one graph by each of `methods`, in their order; settings.method is not looked at.
/// Neighbouring methods that weigh edges alike share the weights and the initialization: UMAP's of
/// one n_neighbors, set_op_mix_ratio and local_connectivity, t-SNE's of one perplexity. What was
/// shared is in the seconds of the first that needed it. Each map is the same, bit for bit, as
/// embed(graph, points, settings) makes with its method. Returns how many were handed to `on_map`;
/// fewer than asked when the caller stopped, and then the last one was not finished and not handed
/// over. Throws what embed() throws, and for all methods before the first is run what their
/// parameters alone make wrong. Cost: that of the optimisations, and of the weights and starts that
/// differ; a copy of the weighted graph while more than one method uses it.
NEARFOLD_EXPORT std::size_t embed_grid(const KnnGraphView& graph, HostMatrix<const float> points,
                                       std::span<const Method> methods, const Settings& settings,
                                       const OnMap& on_map, const Progress& = {});
NEARFOLD_EXPORT std::size_t embed_grid(const KnnGraphView& graph, const SparseView& points,
                                       std::span<const Method> methods, const Settings& settings,
                                       const OnMap& on_map, const Progress& = {});

}  // namespace nearfold
