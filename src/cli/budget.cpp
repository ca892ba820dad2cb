#include "cli/budget.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cstdio>
#include <filesystem>
#include <functional>
#include <numeric>

#include "cli/flags.hpp"
#include "cli/json_text.hpp"
#include "io/io.hpp"
#include "io/row_file.hpp"
#include "io/sparse_file.hpp"
#include "io/stored_file.hpp"
#include "io/write.hpp"
#include "nearfold/error.hpp"

namespace nearfold::cli {

namespace {

constexpr const char* kMemoryGroup = "Memory";

}  // namespace

void BudgetFlags::add_limit(CLI::App& app) {
  text(app, "--memory-limit", memory_limit,
       "Memory that may be used, as 8G or 500M; auto is what the system leaves")
      ->default_str(memory_limit)
      ->group(kMemoryGroup);
}

void BudgetFlags::add(CLI::App& app) {
  add_limit(app);
  flag(app, "--dry-run", dry_run, "Print the planned memory and time, and stop")
      ->group(kMemoryGroup);
}

std::int64_t parse_bytes(const std::string& text) {
  double value = 0;
  const char* const end = text.data() + text.size();
  const auto [at, error] = std::from_chars(text.data(), end, value);
  const std::string unit(at, end);
  const std::string letters = "KMGT";
  const std::size_t power =
      unit.empty()
          ? std::string::npos
          : letters.find(static_cast<char>(std::toupper(static_cast<unsigned char>(unit[0]))));
  const std::string rest = power == std::string::npos ? unit : unit.substr(1);
  const double factor = rest == "iB" ? 1024 : 1000;
  const bool known = rest.empty() || rest == "B" || (rest == "iB" && power != std::string::npos);
  if (power != std::string::npos)
    for (std::size_t p = 0; p <= power; ++p) value *= factor;
  if (error != std::errc{} || !known || !(value >= 1) || value > 9e18)
    throw InvalidParameter("a memory limit of '" + text + "' is no size; write it as 8G or 500M");
  return static_cast<std::int64_t>(value);
}

MemoryLimit BudgetFlags::limit() const {
  if (memory_limit == "auto") return available_memory();
  return {parse_bytes(memory_limit), "--memory-limit"};
}

namespace {

bool says_enough(const io::FileInfo& file) {
  return file.arrays.size() <= 1 && file.shape.size() >= 2 && file.shape[0] >= 4;
}

/// What a graph file's header says, where it is as `nearfold knn` writes it and has the neighbours
/// of such a map. Faults are reported when the file is read.
std::optional<io::FileInfo> graph_header(const std::string& path, const Method& method) {
  if (!std::filesystem::is_regular_file(path)) return {};
  try {
    io::FileInfo file = io::describe_file(path);
    const auto has = [&](const char* name) { return std::ranges::count(file.arrays, name) > 0; };
    if (file.shape.size() == 2 && file.shape[0] >= 4 && has("indices") && has("distances") &&
        neighbors_needed(method, file.shape[0]) <= file.shape[1])
      return file;
  } catch (const Error&) {
    return {};
  }
  return {};
}

std::int64_t columns_of(const io::FileInfo& file) {
  return std::accumulate(file.shape.begin() + 1, file.shape.end(), std::int64_t{1},
                         std::multiplies<>());
}

}  // namespace

/// Refused by the search itself, in words of its own.
bool Budget::more_neighbors_than_points(const Reading& reading, std::int64_t n) const {
  const auto* umap = std::get_if<UmapParams>(&settings_.method);
  return reading.graph_only && umap != nullptr && umap->n_neighbors > n;
}

void Budget::look_at_graph(const std::string& path, const std::string& points) {
  const auto file = graph_header(path, settings_.method);
  if (!file) return;
  points_.graph_k = file->shape[1];
  if (!points.empty()) return;
  points_.n = file->shape[0];
  points_.has_graph = true;
  read_bytes_ = 8 * points_.n * points_.graph_k + 15'000'000;
}

Budget::Budget(const BudgetFlags& flags, const Reading& reading, const Settings& settings)
    : limit_(flags.limit()), settings_(settings), limited_(flags.memory_limit != "auto") {
  look_at_graph(reading.graph, reading.path);
  if (reading.path.empty() || !reading.array.empty()) return;
  if (look_at_sparse(reading)) return;
  const std::string format = io::format_of_file(reading.path);
  if (format == "csv" || format == "mtx") return;
  const io::FileInfo file = io::describe_file(reading.path);
  if (!says_enough(file) || more_neighbors_than_points(reading, file.shape[0])) return;
  const std::int64_t dim = columns_of(file);
  points_ = {.n = reading.rows.value_or(file.shape[0]),
             .dim = reading.pca.value_or(static_cast<int>(std::min<std::int64_t>(dim, 1 << 30))),
             .has_graph = reading.has_graph,
             .graph_only = reading.graph_only,
             .graph_k = points_.graph_k};
  ValueType type = ValueType::float32;
  if (const auto stored =
          reading.keep_type && reading.in_blocks ? io::open_stored(reading.path) : std::nullopt)
    type = stored->type;
  if (!reading.pca) points_.type = type;
  mapped_ = reading.mapped;
  points_.counted = !mapped_ || reading.pca;
  const double row = (mapped_ ? 0 : static_cast<double>(bytes_of(type) * dim)) +
                     (reading.pca ? 4 * static_cast<double>(points_.dim) : 0);
  read_bytes_ =
      static_cast<std::int64_t>(std::min(static_cast<double>(points_.n) * row + 15e6, 9e18));
  constexpr std::int64_t kMany = 100'000'000;  // values, beside which a sample costs nothing
  if (flags.dry_run || bytes() > limit_.bytes || points_.n * dim > kMany) decide(reading);
}

bool Budget::look_at_sparse(const Reading& reading) {
  if (!reading.sparse || !reading.in_blocks || reading.has_graph) return false;
  const auto shape = io::describe_sparse(reading.path);
  if (!shape || shape->rows < 4 || more_neighbors_than_points(reading, shape->rows))
    return shape.has_value();
  points_ = {.n = shape->rows,
             .dim = reading.pca.value_or(static_cast<int>(shape->cols)),
             .graph_only = reading.graph_only,
             .graph_k = points_.graph_k,
             .stored = reading.pca ? -1 : shape->stored};
  read_bytes_ = 20 * shape->stored + 16 * shape->rows + 15'000'000;
  return true;
}

/// A sample tells how wide search rows are. Points that do not fit beside the rest stay on disk,
/// where their file can be read in blocks.
void Budget::decide(const Reading& reading) {
  auto file = reading.in_blocks ? io::RowFile::open(reading.path) : std::nullopt;
  if (!file) return;
  if (!reading.pca && !reading.has_graph)
    points_.search_width = search_width(file->sample(4096), settings_);
  if (bytes() <= limit_.bytes || reading.rows || mapped_) return;
  on_disk_ = true;
  if (reading.pca)
    read_bytes_ = points_.n * points_.dim * 4;
  else
    points_.counted = false;
}

std::string Budget::disk_beside(const std::string& output) const {
  return on_disk_ ? io::folder_of(output) : "";
}

std::int64_t Budget::bytes() const {
  const bool read_from_disk = (on_disk_ || mapped_) && points_.counted == false;
  return std::max(plan(points_, settings_).host_bytes(), read_from_disk ? 0 : read_bytes_);
}

/// How many rows are distinct is known once they are read; what they need is looked at then.
void Budget::require() const {
  if (!known()) return;
  const std::int64_t needed = !settings_.unique ? bytes() : on_disk_ ? 0 : read_bytes_;
  if (needed <= limit_.bytes) return;
  if (!settings_.unique) require_memory(points_, settings_, limit_);
  throw OutOfMemory("reading the points needs " + bytes_text(read_bytes_) + " of memory, and " +
                        limit_.by + " allows " + bytes_text(limit_.bytes) +
                        "; convert the file to .npy, which can be read in blocks",
                    read_bytes_, limit_.bytes);
}

std::optional<std::int64_t> Budget::left_beside(const InputPoints& points) const {
  if (!limited_) return {};
  const std::int64_t held = on_disk_ || mapped_ ? 0
                            : points.sparse     ? 8 * (points.sparse->stored() + points.rows())
                                                : points.host.bytes();
  return std::max<std::int64_t>(0, limit_.bytes - held);
}

std::string Budget::why_on_disk() const {
  return "the points are read from disk while they are searched, as " + limit_.by + " allows " +
         bytes_text(limit_.bytes);
}

void Budget::print(bool as_json) const {
  if (!known())
    throw InvalidInput(
        "a plan is made from a header that says how many points there are: give them as .npy or "
        "another binary format");
  std::fputs(as_json ? json_text(json()).c_str() : table().c_str(), stdout);
  require();
}

std::string stage_table(std::span<const PlannedStage> stages) {
  char line[160];
  std::snprintf(line, sizeof line, "  %-9s %12s %12s\n", "stage", "memory", "seconds");
  std::string text = line;
  for (const PlannedStage& stage : stages) {
    std::snprintf(line, sizeof line, "  %-9s %12s %12.3g\n", stage.name.c_str(),
                  bytes_text(stage.host_bytes).c_str(), stage.seconds);
    text += line;
  }
  return text;
}

nlohmann::ordered_json stages_json(std::span<const PlannedStage> stages) {
  auto all = nlohmann::ordered_json::array();
  for (const PlannedStage& stage : stages)
    all.push_back({{"name", stage.name},
                   {"host_bytes", stage.host_bytes},
                   {"device_bytes", stage.device_bytes},
                   {"seconds", stage.seconds}});
  return all;
}

std::string Budget::where() const {
  const std::string type =
      points_.type == ValueType::float32 ? "" : std::string(" of ") + name(points_.type);
  return type + (mapped_ ? ", mapped from disk" : on_disk_ ? ", read from disk" : "");
}

std::string Budget::table() const {
  std::vector<PlannedStage> stages{{.name = "read",
                                    .host_bytes = read_bytes_,
                                    .seconds = static_cast<double>(read_bytes_) * 2e-9}};
  const Plan planned = plan(points_, settings_);
  stages.insert(stages.end(), planned.stages.begin(), planned.stages.end());
  return std::to_string(points_.n) + " points" +
         (points_.dim > 0 ? " of " + std::to_string(points_.dim) + " columns" : "") +
         (settings_.unique ? ", all rows distinct" : "") + where() + "\n" + stage_table(stages) +
         bytes_text(bytes()) + " at most; " + limit_.by + " allows " + bytes_text(limit_.bytes) +
         "\n";
}

Budget::Json Budget::json() const {
  const Plan planned = plan(points_, settings_);
  return {{"n", points_.n},
          {"dim", points_.dim},
          {"dtype", name(points_.type)},
          {"planned_bytes", bytes()},
          {"read_bytes", read_bytes_},
          {"points_on_disk", on_disk_ || mapped_},
          {"limit_bytes", limit_.bytes},
          {"limit_by", limit_.by},
          {"stages", stages_json(planned.stages)}};
}

}  // namespace nearfold::cli
