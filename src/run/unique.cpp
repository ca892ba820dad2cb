#include "run/unique.hpp"

#include <utility>
#include <variant>

#include "core/device.hpp"
#include "core/take_rows.hpp"
#include "nearfold/error.hpp"
#include "nearfold/plan.hpp"
#include "run/check_run.hpp"
#include "target/target.hpp"

namespace nearfold {
namespace {

UniqueRows rows_of(const InputPoints& points, const Device& device) {
  const Cpu on = std::visit([](const auto& d) { return host_of(d); }, device);
  return points.use_stored([&](const auto& rows) { return unique_rows(rows, on); });
}

std::string counted(std::int64_t distinct, std::int64_t points) {
  return "unique leaves " + std::to_string(distinct) + " distinct rows of " +
         std::to_string(points) + " points";
}

}  // namespace

UniqueRun::UniqueRun(const Source& source, const Settings& settings)
    : unique_(rows_of(source.points, settings.device)), source_(source), settings_(settings) {
  settings_.unique = false;
  if (source.graph && source.graph->n != distinct())
    throw InvalidInput(counted(distinct(), points()) + ", and the graph is of " +
                       std::to_string(source.graph->n) +
                       "; leave the graph out, or give that of the distinct rows");
  if (distinct() == points()) return;
  try {
    neighbors_needed(settings.method, distinct());
  } catch (const InvalidInput& error) {
    throw InvalidInput(counted(distinct(), points()) + ": " + error.what());
  }
  take_init();
  settings_.targets = targets_of_distinct(std::move(settings_.targets), unique_, warnings_);
  take_points();
}

void UniqueRun::take_init() {
  auto* const array = settings_.init ? std::get_if<ArrayInit>(&*settings_.init) : nullptr;
  if (array == nullptr || source_.checkpoint) return;
  require_init_shape(*array, points(), map_columns(settings_));
  array->start = take_rows(array->start, unique_.rows);
}

/// A copy, which a limit of memory is less by.
void UniqueRun::take_points() {
  const InputPoints all = source_.points;
  const std::int64_t row_bytes =
      all.sparse ? 8 * (all.sparse->stored() / points() + 1) : 4 * all.cols();
  const std::int64_t bytes = distinct() * row_bytes;
  const MemoryLimit limit = settings_.memory_limit
                                ? MemoryLimit{*settings_.memory_limit, "the limit given"}
                                : available_memory();
  if (bytes > limit.bytes)
    throw OutOfMemory(counted(distinct(), points()) + ", whose copy takes " + bytes_text(bytes) +
                          ", and " + limit.by + " allows " + bytes_text(limit.bytes) +
                          "; leave unique out",
                      bytes, limit.bytes);
  if (settings_.memory_limit) *settings_.memory_limit -= bytes;
  taken_.emplace(all, unique_.rows);
  source_.points = taken_->points();
}

}  // namespace nearfold
