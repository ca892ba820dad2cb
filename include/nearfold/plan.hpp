// What a run will need, before it begins: bytes and seconds of every stage, and whether the
// memory that there is will do.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "nearfold/export.hpp"
#include "nearfold/params.hpp"
#include "nearfold/stored.hpp"

namespace nearfold {

/// What a stage needs while it runs, what others have left for it included.
struct PlannedStage {
  std::string name;  ///< "knn", "weights", "init", "optimize"
  std::int64_t host_bytes = 0;
  std::int64_t device_bytes = 0;  ///< 0 on a Cpu
  /// The same where a search goes through the points in tiles, as `flat` does if it has to.
  std::int64_t device_least_bytes = 0;
  double seconds = 0;  ///< an order of magnitude
};

struct Plan {
  std::vector<PlannedStage> stages;  ///< in their order

  NEARFOLD_EXPORT std::int64_t host_bytes() const;    ///< the most that a stage needs
  NEARFOLD_EXPORT std::int64_t device_bytes() const;  ///< the same on the device
  NEARFOLD_EXPORT double seconds() const;             ///< of all stages
  NEARFOLD_EXPORT const PlannedStage& largest() const;
};

/// What is known of a run's points.
struct PlannedPoints {
  std::int64_t n = 0;
  std::int64_t dim = 0;  ///< 0: there is only a graph
  /// Whether they are in memory beside all else, and not counted in "free memory" or on disk.
  bool counted = true;
  bool has_graph = false;   ///< a graph is given: nothing is searched
  bool graph_only = false;  ///< no map is made of it
  /// Columns that a search keeps of every point: a few dozen where few directions carry most of the
  /// variance, else all. 0: not known, the most is taken.
  std::int64_t search_width = 0;
  /// Neighbours of the graph that is given. 0: as many as the map needs.
  std::int64_t graph_k = 0;
  /// Values that sparse points store; below 0: the points are dense.
  std::int64_t stored = -1;
  /// Of dense points: what each of their values takes. Copies that a metric makes are float32.
  ValueType type = ValueType::float32;
};

/// Bytes of memory as measured to within 15 % from 100,000 points on; below, the program itself
/// weighs in. With Settings::unique as if all rows were distinct, the most. 64-bit in all sizes.
/// Throws what neighbors_needed() does. O(1).
NEARFOLD_EXPORT Plan plan(const PlannedPoints& points, const Settings& settings);

/// PlannedPoints::search_width for the points of this sample, 4,096 evenly spaced rows, or all of
/// fewer points. A tenth of a second.
NEARFOLD_EXPORT std::int64_t search_width(const StoredView& sample, const Settings& settings);

/// How much memory may be used, and what says so.
struct MemoryLimit {
  std::int64_t bytes = 0;
  std::string by;  ///< "free memory", "the control group", "the address space limit", ...
};

/// The least of: free memory, what this process's control groups (versions 1 and 2) leave, its
/// limits on address space and data. Linux; elsewhere no limit.
NEARFOLD_EXPORT MemoryLimit available_memory();

/// Throws OutOfMemory when the plan needs more. The message names the stage, the bytes, what says
/// so, and what would make it fit: fewer columns, fewer neighbours, fewer points, each with its
/// bytes.
NEARFOLD_EXPORT void require_memory(const PlannedPoints& points, const Settings& settings,
                                    const MemoryLimit& limit);

/// "3.25 GB"
NEARFOLD_EXPORT std::string bytes_text(std::int64_t bytes);

}  // namespace nearfold
