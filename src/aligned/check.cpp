#include "aligned/check.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "core/device.hpp"
#include "method.hpp"
#include "nearfold/error.hpp"
#include "run/check_run.hpp"

namespace nearfold {
namespace {

constexpr int kEpochs = 200;  // umap-learn's AlignedUMAP
constexpr int kMoreWithDensity = 200;

std::int64_t rows_of(const AlignedSet& set) {
  return set.graph != nullptr ? set.graph->n : set.points.rows();
}

const UmapParams& umap_of(const Settings& settings) {
  if (const auto* umap = std::get_if<UmapParams>(&settings.method)) return *umap;
  throw InvalidParameter(std::string("aligned maps are made by umap, and the method is ") +
                         name_of(settings.method) + "; use umap");
}

std::string between(std::size_t relation) {
  return "relation " + std::to_string(relation) + ", of sets " + std::to_string(relation) +
         " and " + std::to_string(relation + 1) + ",";
}

/// Marks a row of one end of a relation.
class Rows {
 public:
  Rows(std::size_t relation, std::size_t set, std::int64_t n)
      : relation_(relation), set_(set), seen_(static_cast<std::size_t>(n), false) {}

  void add(std::size_t pair, std::int64_t row) {
    if (row < 0 || row >= std::ssize(seen_))
      throw InvalidInput(between(relation_) + " names row " + std::to_string(row) + " of " +
                         name_of_set(set_) + " in pair " + std::to_string(pair) +
                         ", and that set has rows 0 to " + std::to_string(std::ssize(seen_) - 1) +
                         "; count rows from 0, and pairs as (row, row of the next set)");
    if (seen_[static_cast<std::size_t>(row)])
      throw InvalidInput(between(relation_) + " has row " + std::to_string(row) + " of " +
                         name_of_set(set_) + " twice, again in pair " + std::to_string(pair) +
                         "; a row has one counterpart at most, leave the others out");
    seen_[static_cast<std::size_t>(row)] = true;
  }

 private:
  std::size_t relation_, set_;
  std::vector<bool> seen_;
};

void check_relation(const Relation& relation, std::size_t r, std::int64_t n, std::int64_t next) {
  if (relation.empty())
    throw InvalidInput(between(r) +
                       " has no pairs, and nothing would align the sets from there on; relate a "
                       "row of each at least, or make maps of both sides apart");
  Rows first(r, r, n), second(r, r + 1, next);
  for (std::size_t p = 0; p < relation.size(); ++p) {
    first.add(p, relation[p].row);
    second.add(p, relation[p].next);
  }
}

void check_map(const AlignedSet& set, std::size_t s, int dims) {
  if (set.map.rows() != rows_of(set) || set.map.cols() != dims)
    throw InvalidInput("the map of " + name_of_set(s) + " is " + std::to_string(set.map.rows()) +
                       " x " + std::to_string(set.map.cols()) + "; " +
                       std::to_string(rows_of(set)) + " x " + std::to_string(dims) + " is needed");
  const float* const end = set.map.data() + set.map.size();
  if (!std::all_of(set.map.data(), end, [](float x) { return std::isfinite(x); }))
    throw InvalidInput("the map of " + name_of_set(s) + " is not finite");
}

void check_settings(const Settings& settings, const AlignedParams& params) {
  const UmapParams& umap = umap_of(settings);
  require_cpu(settings.device, "an alignment of maps");
  require(params.alignment_regularisation >= 0 && std::isfinite(params.alignment_regularisation),
          "alignment_regularisation", params.alignment_regularisation, ">= 0 and finite");
  require(params.alignment_window_size >= 1, "alignment_window_size", params.alignment_window_size,
          ">= 1");
  if (umap.output_metric != OutputMetric::euclidean)
    throw InvalidParameter(std::string("aligned maps are euclidean, and output_metric is ") +
                           name(umap.output_metric) + "; leave it out");
  if (!settings.targets.empty())
    throw InvalidParameter("targets are of the rows of one set; give them with their set");
  if (settings.unique)
    throw InvalidParameter(
        "unique is of one map, and relations name rows of the sets; leave it out, or give the "
        "distinct rows of each set");
  if (settings.init && std::holds_alternative<ArrayInit>(*settings.init))
    throw InvalidParameter(
        "an init array is of the rows of one set; use spectral, pca or random for aligned maps");
}

void check_params(const AlignedSet& set, std::size_t s, const Settings& settings) {
  if (!set.params) return;
  const UmapParams& umap = umap_of(settings);
  if (set.params->n_epochs && set.params->n_epochs != umap.n_epochs)
    throw InvalidParameter(
        name_of_set(s) + " has n_epochs " + std::to_string(*set.params->n_epochs) +
        " of its own; all sets are optimised together, give it once for all of them");
  if (set.params->output_metric != umap.output_metric)
    throw InvalidParameter("aligned maps are euclidean, and output_metric of " + name_of_set(s) +
                           " is " + name(set.params->output_metric) + "; leave it out");
}

/// What the optimisers of all sets hold, one program between them, and what the set that is
/// prepared needs beyond what is left of it.
std::int64_t bytes_of(std::span<const PlannedPoints> sets, std::span<const Settings> settings) {
  std::int64_t left = 0, more = 0;
  for (std::size_t s = 0; s < sets.size(); ++s) {
    const auto kept = [&](PlannedPoints points, int times) {
      points.n *= times;
      return plan(points, settings[s]).stages.back().host_bytes;
    };
    const std::int64_t once = kept(sets[s], 1);
    const std::int64_t program = 2 * once - kept(sets[s], 2);  // all else grows with the rows
    left += once - (s > 0 ? program : 0);
    more = std::max(more, plan(sets[s], settings[s]).host_bytes() - once);
  }
  return left + more;
}

/// The number of rows of each, and what they need.
void check_rows_of(const AlignedSet& set, std::size_t s, const Settings& own) {
  try {
    require_points_for_map(rows_of(set));
    neighbors_needed(own.method, rows_of(set));
  } catch (const InvalidInput& error) {
    throw InvalidInput(name_of_set(s) + ": " + error.what());
  }
}

}  // namespace

std::string name_of_set(std::size_t set) {
  return "set " + std::to_string(set);
}

Settings settings_of_set(const AlignedSet& set, const Settings& settings) {
  const UmapParams& all = umap_of(settings);
  Settings own = settings;
  UmapParams umap = set.params.value_or(all);
  umap.n_epochs = all.n_epochs.value_or(kEpochs + (all.densmap ? kMoreWithDensity : 0));
  own.method = umap;
  own.targets = set.targets;
  return own;
}

void check_aligned(std::span<const AlignedSet> sets, std::span<const Relation> relations,
                   const Settings& settings, const AlignedParams& params) {
  check_settings(settings, params);
  if (sets.empty()) throw InvalidInput("there are no sets; give one at least");
  for (std::size_t s = 0; s < sets.size(); ++s) {
    check_params(sets[s], s, settings);
    const Settings own = settings_of_set(sets[s], settings);
    admit({.points = sets[s].points, .graph = sets[s].graph}, own);
    check_rows_of(sets[s], s, own);
  }
  if (relations.size() + 1 != sets.size())
    throw InvalidInput("there are " + std::to_string(sets.size()) + " sets and " +
                       std::to_string(relations.size()) +
                       " relations; give one between each set and the next, " +
                       std::to_string(sets.size() - 1) + " in all");
  for (std::size_t r = 0; r < relations.size(); ++r)
    check_relation(relations[r], r, rows_of(sets[r]), rows_of(sets[r + 1]));
  for (std::size_t s = 0; s < sets.size(); ++s) {
    if (sets[s].map.rows() == 0) continue;
    check_map(sets[s], s, map_columns(settings));
    if (s > 0 && sets[s - 1].map.rows() == 0)
      throw InvalidInput(name_of_set(s) +
                         " has a map and the set before it has none; sets with a "
                         "map come first");
  }
}

std::int64_t aligned_bytes(std::span<const PlannedPoints> sets, const Settings& settings) {
  return bytes_of(sets, std::vector<Settings>(sets.size(), settings_of_set({}, settings)));
}

void require_aligned_memory(std::span<const AlignedSet> sets, const Settings& settings) {
  std::vector<PlannedPoints> points;
  std::vector<Settings> of_each;
  for (const AlignedSet& set : sets) {
    points.push_back({.n = rows_of(set),
                      .dim = set.points.cols(),
                      .counted = false,
                      .has_graph = set.graph != nullptr});
    of_each.push_back(settings_of_set(set, settings));
  }
  const MemoryLimit limit = settings.memory_limit
                                ? MemoryLimit{*settings.memory_limit, "the limit given"}
                                : available_memory();
  const std::int64_t bytes = bytes_of(points, of_each);
  if (bytes > limit.bytes) throw_aligned_memory(sets.size(), bytes, limit);
}

void throw_aligned_memory(std::size_t sets, std::int64_t bytes, const MemoryLimit& limit) {
  throw OutOfMemory("aligned maps of " + std::to_string(sets) + " sets take " + bytes_text(bytes) +
                        " at most, and " + limit.by + " is " + bytes_text(limit.bytes) +
                        "; give fewer sets at a time, fewer rows of each, or fewer n_neighbors",
                    bytes, limit.bytes);
}

}  // namespace nearfold
