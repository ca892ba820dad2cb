#include "target/target.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>
#include <variant>

#include "nearfold/error.hpp"
#include "nearfold/weights.hpp"

namespace nearfold {
namespace {

template <class T>
std::vector<T> by_vertex(const std::vector<T>& by_point,
                         const std::vector<std::int32_t>& point_of) {
  if (point_of.empty()) return by_point;
  std::vector<T> out(by_point.size());
  for (std::size_t v = 0; v < point_of.size(); ++v)
    out[v] = by_point[static_cast<std::size_t>(point_of[v])];
  return out;
}

std::string called(std::size_t which) {
  return "target " + std::to_string(which);
}

void check_size(std::size_t which, std::size_t size, std::int64_t n) {
  if (static_cast<std::int64_t>(size) == n) return;
  throw InvalidInput(called(which) + " has " + std::to_string(size) + " entries for " +
                     std::to_string(n) + " points; give one per point");
}

void check_one(std::size_t which, const ClassTarget& target, std::int64_t n, int /*n_neighbors*/) {
  check_size(which, target.classes.size(), n);
}

void check_one(std::size_t which, const ValueTarget& target, std::int64_t n, int n_neighbors) {
  check_size(which, target.values.size(), n);
  std::int64_t known = 0;
  float least = 0, most = 0;  // of the known, once there is one
  for (std::size_t i = 0; i < target.values.size(); ++i) {
    if (std::isinf(target.values[i]))
      throw InvalidInput(called(which) + " is infinite in row " + std::to_string(i) +
                         "; a value that is not known is NaN");
    if (std::isnan(target.values[i])) continue;
    least = known == 0 ? target.values[i] : std::min(least, target.values[i]);
    most = known == 0 ? target.values[i] : std::max(most, target.values[i]);
    ++known;
  }
  if (!std::isfinite(most - least))
    throw InvalidInput(called(which) + " spans more than a float holds; use another unit");
  const int wanted = target.n_neighbors.value_or(n_neighbors);
  if (known < wanted)
    throw InvalidInput(called(which) + " has " + std::to_string(known) +
                       " known values, and each is compared with its " + std::to_string(wanted) +
                       " nearest, itself included; set target_n_neighbors to " +
                       std::to_string(std::max<std::int64_t>(known, 2)) + " at most" +
                       (known < 2 ? ", and give 2 values or more" : ""));
}

void check_one(std::size_t which, const GraphTarget& target, std::int64_t n, int /*n_neighbors*/) {
  if (target.edges == nullptr)
    throw InvalidInput(called(which) + " is a graph without edges; give edge_weights() of one");
  const EdgeWeights& edges = *target.edges;
  if (edges.n != n)
    throw InvalidInput(called(which) + " is a graph of " + std::to_string(edges.n) +
                       " points for " + std::to_string(n) + "; give one of the same points");
  bool right = std::ssize(edges.offsets) == n + 1 && edges.offsets.front() == 0 &&
               edges.offsets.back() == std::ssize(edges.columns) &&
               edges.columns.size() == edges.weights.size() &&
               std::is_sorted(edges.offsets.begin(), edges.offsets.end());
  for (std::int64_t i = 0; right && i < n; ++i)
    for (std::int64_t e = edges.offsets[static_cast<std::size_t>(i)];
         right && e < edges.offsets[static_cast<std::size_t>(i) + 1]; ++e) {
      const auto at = static_cast<std::size_t>(e);
      const bool ascends = e == edges.offsets[static_cast<std::size_t>(i)] ||
                           edges.columns[at - 1] < edges.columns[at];
      right = ascends && edges.columns[at] >= 0 && edges.columns[at] < n &&
              edges.columns[at] != i && edges.weights[at] > 0 && edges.weights[at] <= 1;
    }
  if (!right)
    throw InvalidInput(called(which) +
                       " is no graph of memberships: rows of ascending other points, with weights "
                       "in (0, 1]; edge_weights() makes one");
}

bool is_known(std::int32_t entry) {
  return entry >= 0;
}
bool is_known(float entry) {
  return !std::isnan(entry);
}

/// Makes the entries those of distinct rows; returns how many points had another.
template <class T>
std::int64_t take_first_known(std::vector<T>& entries, const UniqueRows& unique) {
  std::vector<T> out;
  for (const std::int64_t row : unique.rows) out.push_back(entries[static_cast<std::size_t>(row)]);
  std::int64_t others = 0;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    T& taken = out[static_cast<std::size_t>(unique.of[i])];
    if (!is_known(taken)) taken = entries[i];
    others += is_known(entries[i]) && entries[i] != taken ? 1 : 0;
  }
  entries = std::move(out);
  return others;
}

std::int64_t take_distinct(ClassTarget& target, std::size_t which, const UniqueRows& unique) {
  check_size(which, target.classes.size(), std::ssize(unique.of));
  return take_first_known(target.classes, unique);
}
std::int64_t take_distinct(ValueTarget& target, std::size_t which, const UniqueRows& unique) {
  check_size(which, target.values.size(), std::ssize(unique.of));
  return take_first_known(target.values, unique);
}
std::int64_t take_distinct(GraphTarget& /*target*/, std::size_t /*which*/,
                           const UniqueRows& /*unique*/) {
  return 0;
}

EdgeGraph take(EdgeGraph graph, const GraphTarget& target, const Steering& by, int n_neighbors,
               const Cpu& on) {
  return steered(std::move(graph), target, by, n_neighbors, on);
}

EdgeGraph take(EdgeGraph graph, const ClassTarget& by_point, const Steering& by,
               int /*n_neighbors*/, const Cpu& on) {
  ClassTarget target = by_point;
  target.classes = by_vertex(target.classes, by.point_of);
  return steered(std::move(graph), target, on);
}

EdgeGraph take(EdgeGraph graph, const ValueTarget& by_point, const Steering& by, int n_neighbors,
               const Cpu& on) {
  ValueTarget target = by_point;
  target.values = by_vertex(target.values, by.point_of);
  return steered(std::move(graph), target, by, n_neighbors, on);
}

}  // namespace

const char* name(Combine combine) {
  return kCombines[static_cast<std::size_t>(combine)].name;
}

void check_targets(const std::vector<Target>& targets, std::int64_t n, int n_neighbors) {
  for (std::size_t t = 0; t < targets.size(); ++t)
    std::visit([&](const auto& target) { check_one(t, target, n, n_neighbors); }, targets[t]);
}

std::vector<Target> targets_of_distinct(std::vector<Target> targets, const UniqueRows& unique,
                                        std::vector<std::string>& warnings) {
  for (std::size_t t = 0; t < targets.size(); ++t) {
    const std::int64_t others =
        std::visit([&](auto& target) { return take_distinct(target, t, unique); }, targets[t]);
    if (others > 0)
      warnings.push_back(called(t) + " is another in " + std::to_string(others) +
                         " points than in an equal one before: the first that is known counts");
  }
  return targets;
}

EdgeGraph steered(EdgeGraph graph, const Steering& by, int n_neighbors, const Cpu& on) {
  for (const Target& target : by.targets)
    graph = std::visit(
        [&](const auto& one) { return take(std::move(graph), one, by, n_neighbors, on); }, target);
  return graph;
}

}  // namespace nearfold
