#include "target/target.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>
#include <variant>

#include "nearfold/error.hpp"

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

void check_targets(const std::vector<Target>& targets, std::int64_t n, int n_neighbors) {
  for (std::size_t t = 0; t < targets.size(); ++t)
    std::visit([&](const auto& target) { check_one(t, target, n, n_neighbors); }, targets[t]);
}

EdgeGraph steered(EdgeGraph graph, const Steering& by, int n_neighbors, const Cpu& on) {
  for (const Target& target : by.targets)
    graph = std::visit(
        [&](const auto& one) { return take(std::move(graph), one, by, n_neighbors, on); }, target);
  return graph;
}

}  // namespace nearfold
