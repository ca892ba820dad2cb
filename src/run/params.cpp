// Every range of params.hpp, checked in one place, before any data is touched.
#include "nearfold/params.hpp"

#include "knn/honours.hpp"
#include "knn/metric_domain.hpp"
#include "method.hpp"
#include "nearfold/error.hpp"
#include "optimizer.hpp"
#include "stages.hpp"

namespace nearfold {
namespace {

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

void check(const ClassTarget& target) {
  require(target.weight >= 0 && target.weight <= 1, "target_weight", target.weight, "in [0, 1]");
  require(!target.propagate || target.weight < 1, "target_weight", target.weight,
          "below 1 where classes are propagated, which are never quite certain");
}

void check(const ValueTarget& target) {
  require(target.weight >= 0 && target.weight <= 1, "target_weight", target.weight, "in [0, 1]");
  if (target.n_neighbors)
    require(*target.n_neighbors >= 2, "target_n_neighbors", *target.n_neighbors, ">= 2");
}

void check(const GraphTarget& target) {
  require(target.weight >= 0 && target.weight <= 1, "target_weight", target.weight, "in [0, 1]");
}

/// Targets of a method that nothing steers are not ignored.
void check_steering(const Settings& settings) {
  for (const Target& target : settings.targets)
    std::visit([](const auto& one) { check(one); }, target);
  if (settings.targets.empty()) return;
  std::visit(
      [](const auto& params) {
        if (kTakesTargets<std::decay_t<decltype(params)>>) return;
        throw InvalidParameter(std::string("targets steer UMAP, and the method is ") +
                               method_name(params) + "; leave them out, or use method umap");
      },
      settings.method);
}

void check(const Cpu& on) {
  require(on.threads >= 0 && on.threads <= 1024, "threads", on.threads, "in [0, 1024], 0 for all");
}

void check(const Cuda& on) {
  require(on.device >= 0, "device", on.device, ">= 0");
}

/// What no GPU compares, neither of a graph nor of new points.
void check_there(Metric metric, const Device& device) {
  const MetricRow& row = row_of(metric);
  if (std::holds_alternative<Cpu>(device) ||
      (of_differences(row.norm) && row.points != PointsAs::places))
    return;
  throw Unsupported(std::string("a GPU does not search by ") + name(metric) + "; use the cpu");
}

/// What only a GPU has.
void check_there(const KnnParams& params, const Device& device) {
  const auto* const ivf = std::get_if<IvfKnn>(&params);
  if (ivf != nullptr && ivf->faiss && std::holds_alternative<Cpu>(device))
    throw Unsupported(
        "ivf by FAISS is there on a GPU alone; use a GPU, or ivf without faiss, which has the same "
        "graph on both");
}

}  // namespace

void validate(const Settings& settings) {
  const auto check_one = [](const auto& params) { check(params); };
  std::visit(check_one, settings.knn);
  check_params(settings.distance);
  check_metric(settings.knn, settings.distance.metric);
  check_there(settings.distance.metric, settings.device);
  std::visit(check_one, settings.method);
  std::visit([&](const auto& p) { check_dims(p, settings.dims); }, settings.method);
  std::visit(check_one, settings.device);
  check_steering(settings);
  check_there(settings.knn, settings.device);
}

int map_columns(const Settings& settings) {
  return std::visit([&](const auto& p) { return columns_of(p, settings.dims); }, settings.method);
}

int neighbors_needed(const Method& method, std::int64_t n) {
  require_points_for_map(n);
  return std::visit([n](const auto& p) { return k_needed(p, n); }, method);
}

int iterations_of(const Method& method, std::int64_t n) {
  return std::visit([n](const auto& p) { return iteration_count(p, n); }, method);
}

}  // namespace nearfold
