// What is checked of a run before it begins, and what is worth a warning.
#pragma once

#include <string>
#include <vector>

#include "graph/graph.hpp"
#include "nearfold/embed.hpp"
#include "run/source.hpp"

namespace nearfold {

/// Before any data is looked at: the ranges of the settings, unless `source` says that this was
/// done, and the device. Throws what validate() and require_usable() do.
void admit(const Source& source, const Settings& settings);

/// Why only the processor makes maps of such settings; empty: a GPU makes them, too.
std::string why_not_on_gpu(const Settings& settings);

/// The data: check_points() where there are points, the graph's own rules, that it is of them,
/// memory, unless `source` says that the run was planned, and that the initialization can be made
/// from them, or the checkpoint is of such a run.
void check_source(const Source& source, const Init& init, const Settings& settings, const Cpu& on);

/// Throws InvalidInput for an array that is not n x dims.
void require_init_shape(const ArrayInit& init, std::int64_t n, int dims);

/// What is odd about points that are right: columns that are constant, columns in great number.
std::vector<std::string> data_warnings(const Source& source, const Settings& settings);

/// What is odd about a graph that is right: ties and duplicates, from 1 % of the points on.
std::vector<std::string> graph_warnings(const KnnGraphView& graph);

/// Of an approximate search of sparse points: the recall that was asked for and missed, if it was.
std::vector<std::string> recall_warnings(const std::optional<Recall>& recall,
                                         const KnnParams& asked);

/// Points that no edge holds. `offsets`: of EdgeGraph.
std::vector<std::string> edge_warnings(const std::vector<std::int64_t>& offsets);

}  // namespace nearfold
