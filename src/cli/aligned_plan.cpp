#include "cli/aligned_plan.hpp"

#include <cstdint>
#include <cstdio>
#include <functional>
#include <nlohmann/json.hpp>
#include <numeric>
#include <string>
#include <vector>

#include "aligned/check.hpp"
#include "cli/json_text.hpp"
#include "io/io.hpp"
#include "nearfold/error.hpp"

namespace nearfold::cli {
namespace {

using Json = nlohmann::ordered_json;

PlannedPoints points_of(const AlignedCommand& o, const std::string& path) {
  const io::FileInfo file = io::describe_file(path);
  if (file.arrays.size() > 1 || file.shape.size() < 2)
    throw InvalidInput("'" + path +
                       "' does not say how many rows and columns its points have; give them as "
                       ".npy, another binary format or a table");
  const bool distances = o.index.precomputed();
  const std::int64_t columns = std::accumulate(file.shape.begin() + 1, file.shape.end(),
                                               std::int64_t{1}, std::multiplies<>());
  return {.n = file.shape[0],
          .dim = distances ? 0 : o.reading.pca.value_or(static_cast<int>(columns)),
          .has_graph = distances};
}

struct SetPlan {
  PlannedPoints points;
  std::int64_t bytes = 0;  // were it alone
  double seconds = 0;
};

std::string table_of(const AlignedCommand& o, const std::vector<SetPlan>& sets) {
  char line[160];
  std::snprintf(line, sizeof line, "  %-3s %12s %9s %12s %12s\n", "set", "rows", "columns", "alone",
                "seconds");
  std::string text = std::to_string(sets.size()) + " sets\n" + line;
  for (std::size_t s = 0; s < sets.size(); ++s) {
    std::snprintf(line, sizeof line, "  %-3zu %12lld %9lld %12s %12.3g", s,
                  static_cast<long long>(sets[s].points.n),
                  static_cast<long long>(sets[s].points.dim), bytes_text(sets[s].bytes).c_str(),
                  sets[s].seconds);
    text += line + ("  " + o.stem(s)) + "\n";
  }
  return text;
}

}  // namespace

void print_aligned_plan(const AlignedCommand& o, const Settings& settings) {
  const Settings own = settings_of_set({}, settings);
  std::vector<PlannedPoints> points;
  std::vector<SetPlan> sets;
  Json listed = Json::array();
  double seconds = 0;
  for (const std::string& path : o.inputs) {
    const PlannedPoints& one = points.emplace_back(points_of(o, path));
    const Plan alone = plan(one, own);
    sets.push_back({one, alone.host_bytes(), alone.seconds()});
    listed.push_back({{"file", path},
                      {"n", one.n},
                      {"dim", one.dim},
                      {"alone_bytes", alone.host_bytes()},
                      {"seconds", alone.seconds()}});
    seconds += alone.seconds();
  }
  const std::int64_t bytes = aligned_bytes(points, settings);
  const MemoryLimit limit = o.budget.limit();
  const Json json = {{"sets", listed},
                     {"planned_bytes", bytes},
                     {"seconds", seconds},
                     {"limit_bytes", limit.bytes},
                     {"limit_by", limit.by}};
  if (o.common.json)
    std::fputs(json_text(json).c_str(), stdout);
  else
    std::printf("%s%s at most, all together; %s allows %s\n", table_of(o, sets).c_str(),
                bytes_text(bytes).c_str(), limit.by.c_str(), bytes_text(limit.bytes).c_str());
  if (bytes > limit.bytes) throw_aligned_memory(sets.size(), bytes, limit);
}

}  // namespace nearfold::cli
