// nearfold plan: memory and time of a map of so many points, which need not be there: on one
// machine, or the graph on several and the map on one of them.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <limits>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "cli/budget.hpp"
#include "cli/commands.hpp"
#include "cli/conditions.hpp"
#include "cli/flags.hpp"
#include "cli/json_text.hpp"
#include "cli/method_flags.hpp"
#include "nearfold/plan.hpp"
#include "plan/device_fit.hpp"

namespace nearfold::cli {
namespace {

using Json = nlohmann::ordered_json;

struct PlanCommand {
  Conditions conditions;
  Common common;
  IndexFlags index;
  MethodFlags method;
  std::int64_t n = 0, dim = 0, nodes = 1;
  std::optional<std::int64_t> stored;  // values of sparse points
  std::string dtype = name(ValueType::float32);
  bool mapped = false;  // on disk

  ValueType type() const { return value_type_named(dtype); }
  std::int64_t points_bytes() const {
    return stored ? 8 * (*stored + n) : bytes_of(type()) * n * dim;
  }
  void check() const;
};

void PlanCommand::check() const {
  constexpr std::int64_t kLeast = 4, kMost = std::numeric_limits<std::int32_t>::max();
  if (n > kMost)
    throw InvalidParameter(
        "there are " + std::to_string(n) + " points, and ids of points have 32 bits: plan for " +
        std::to_string(kMost) + " at most, and place the others by nearfold transform");
  require(n >= kLeast, "points", n, ">= 4");
  require(dim >= 1, "columns", dim, ">= 1");
  require(nodes >= 1 && 2 * nodes <= n, "nodes", nodes, "in [1, points / 2]");
  if (stored) require(*stored >= 0, "stored", *stored, ">= 0");
  if (stored && nodes > 1)
    throw InvalidParameter(
        "--stored is of sparse points, and --nodes of parts of dense ones; leave one of them out");
  if (nodes > 1 && (mapped || type() != ValueType::float32))
    throw InvalidParameter(
        "--dtype and --mmap are of a run on one machine, and parts hold float32; leave --nodes or "
        "these out");
  if (stored && (mapped || type() != ValueType::float32))
    throw InvalidParameter(
        "--stored is of sparse points, which are float32 in memory; leave --dtype and --mmap out");
  if (index.precomputed())
    throw InvalidParameter(
        "--metric precomputed is of a file of distances; let nearfold embed --dry-run plan it");
}

/// A run of all points on one machine; on several, what one of them holds.
class Planned {
 public:
  Planned(const PlanCommand& o, const Settings& settings)
      : o_(o),
        map_(plan({.n = o.n,
                   .dim = o.dim,
                   .counted = !shared(o) && !o.mapped,
                   .has_graph = shared(o),
                   .stored = o.stored.value_or(-1),
                   .type = o.type()},
                  settings)) {
    k_ = neighbors_needed(settings.method, o.n);
    if (!shared(o)) return;
    const Plan whole = plan({.n = o.n, .dim = o.dim, .graph_only = true}, settings);
    const std::int64_t rows = (o.n + o.nodes - 1) / o.nodes;
    part_ = plan({.n = std::min(o.n, 2 * rows), .dim = o.dim, .graph_only = true}, settings)
                .stages.front();
    part_.name = "part";
    part_.seconds = whole.seconds() / static_cast<double>(o.nodes * o.nodes);
  }

  std::string table() const {
    std::string text = std::to_string(o_.n) + " points of " + std::to_string(o_.dim) +
                       " columns, " + bytes_text(o_.points_bytes()) +
                       (o_.mapped ? " on disk" : "") + "; a graph of " + std::to_string(k_) +
                       " neighbours, " + bytes_text(graph_bytes()) + "\n";
    if (!shared(o_)) return text + stage_table(map_.stages) + most() + on_gpu();
    const auto nodes = static_cast<double>(o_.nodes);
    PlannedStage node = part_;
    node.name = "parts";
    node.seconds *= nodes;
    return text + "each of " + std::to_string(o_.nodes) + " nodes makes " +
           std::to_string(o_.nodes) + " parts of the graph\n" + stage_table({&node, 1}) +
           "one node makes the map\n" + stage_table(map_.stages) + most();
  }

  Json json() const {
    Json out{{"n", o_.n},
             {"dim", o_.dim},
             {"k", k_},
             {"points_bytes", o_.points_bytes()},
             {"dtype", o_.dtype},
             {"points_on_disk", o_.mapped},
             {"graph_bytes", graph_bytes()},
             {"planned_bytes", map_.host_bytes()},
             {"device_bytes", map_.device_bytes()},
             {"device_least_bytes", device_least_bytes(map_)},
             {"seconds", map_.seconds()},
             {"stages", stages_json(map_.stages)}};
    if (shared(o_))
      out["nodes"] = {{"count", o_.nodes},
                      {"parts", o_.nodes * o_.nodes},
                      {"part", stages_json({&part_, 1}).front()}};
    return out;
  }

 private:
  static bool shared(const PlanCommand& o) { return o.nodes > 1; }
  std::int64_t graph_bytes() const { return 8 * o_.n * k_; }
  std::string most() const {
    return bytes_text(std::max(map_.host_bytes(), part_.host_bytes)) + " at most, on one machine\n";
  }
  /// Nothing of a run on the processor.
  std::string on_gpu() const {
    if (map_.device_bytes() == 0) return "";
    const std::int64_t whole = map_.device_bytes(), least = device_least_bytes(map_);
    std::string text = bytes_text(whole) + " at most on the GPU";
    if (least < whole) text += ", " + bytes_text(least) + " where the search goes in tiles";
    const char* before = "; fits ";
    for (const std::int64_t card : kCardGigabytes) {
      text +=
          before + std::to_string(card) + " GB: " + name(device_fit(map_, card * 1'000'000'000));
      before = ", ";
    }
    return text + "\n";
  }

  const PlanCommand& o_;
  Plan map_;
  PlannedStage part_;
  std::int64_t k_ = 0;
};

void run(const PlanCommand& o) {
  o.check();
  const Planned planned(o, o.method.settings(o.common, o.index.params(), o.index.distance()));
  std::fputs((o.common.json ? json_text(planned.json()) : planned.table()).c_str(), stdout);
}

}  // namespace

void add_plan(CLI::App& app) {
  CLI::App& command = subcommand(app, "plan", "Plan memory and time of a map, without its points");
  const auto o = std::make_shared<PlanCommand>();
  number(command, "points", o->n, "How many points")->required();
  number(command, "columns", o->dim, "How many columns they have")->required();
  number(command, "--stored", o->stored,
         "Values that the points store in all, where they are sparse")
      ->default_str("dense");
  choice(command, "--dtype", o->dtype, {"float32", "float16", "bfloat16", "int8", "uint8"},
         "The type of the values, which narrow points keep in memory");
  flag(command, "--mmap", o->mapped, "Points are read from their file while they are searched");
  number(command, "--nodes", o->nodes,
         "Machines that share the graph: each holds two blocks of points at a time, and the graph "
         "is merged on the one that makes the map");
  o->method.add(command, o->conditions);
  o->method.add_unique(command);
  o->index.add(command, o->conditions, [] { return ""; });
  o->common.add_threads(command);
  o->common.add_device(command);
  o->common.add_json(command);
  on_run(command, o, run);
}

}  // namespace nearfold::cli
