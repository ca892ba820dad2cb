// nearfold info: what this build is, or what a file holds and what a map of it will cost.
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <memory>
#include <nlohmann/json.hpp>
#include <numeric>

#include "cli/build.hpp"
#include "cli/column_table.hpp"
#include "cli/commands.hpp"
#include "cli/flags.hpp"
#include "cli/inputs.hpp"
#include "cli/report.hpp"
#include "cli/terminal.hpp"
#include "core/alternatives.hpp"
#include "core/parallel.hpp"
#include "io/io.hpp"
#include "method.hpp"
#include "nearfold/nearfold.hpp"

namespace nearfold::cli {
namespace {

using Json = nlohmann::ordered_json;

struct InfoCommand {
  Conditions conditions;
  Common common;
  ReadFlags reading;
  std::string input;
};

Json machine_json() {
  Json out = build_json();
  out["device"] = describe(best_device());
  out["threads"] = thread_count(0);
  return out;
}

/// Rows with equal bytes as an earlier row.
std::int64_t count_duplicates(const Matrix& points) {
  std::vector<std::int64_t> order(static_cast<std::size_t>(points.rows()));
  std::iota(order.begin(), order.end(), std::int64_t{0});
  const auto bytes = static_cast<std::size_t>(points.cols()) * sizeof(float);
  const auto compare = [&](std::int64_t a, std::int64_t b) {
    return std::memcmp(points.row(a), points.row(b), bytes);
  };
  std::sort(order.begin(), order.end(), [&](auto a, auto b) { return compare(a, b) < 0; });
  std::int64_t count = 0;
  for (std::size_t r = 1; r < order.size(); ++r)
    count += compare(order[r - 1], order[r]) == 0 ? 1 : 0;
  return count;
}

/// Extremes over all columns, NaN where there is no number at all.
Json content_json(const Matrix& points, const std::vector<io::Column>& columns) {
  std::int64_t bad_values = 0, zero_rows = 0, constant_columns = 0;
  for (std::int64_t i = 0; i < points.rows(); ++i) {
    bool zero = true;
    for (std::int64_t c = 0; c < points.cols(); ++c) {
      const float x = points.row(i)[c];
      bad_values += std::isfinite(x) ? 0 : 1;
      zero = zero && x == 0;
    }
    zero_rows += zero ? 1 : 0;
  }
  double low = std::nan(""), high = low;
  for (const io::Column& column : columns) {
    if (!column.is_feature) continue;
    constant_columns += column.constant ? 1 : 0;
    low = std::fmin(low, column.minimum);
    high = std::fmax(high, column.maximum);
  }
  return {{"non_finite_values", bad_values},      {"zero_rows", zero_rows},
          {"constant_columns", constant_columns}, {"duplicate_rows", count_duplicates(points)},
          {"minimum", static_cast<float>(low)},   {"maximum", static_cast<float>(high)}};
}

/// Bytes and seconds of a run with default parameters and exact neighbours: the plan of it.
Json estimate_json(const Matrix& points, const Method& method) {
  const Settings settings{.method = method};
  const Plan planned = plan(
      {.n = points.rows(), .dim = points.cols(), .search_width = search_width(points, settings)},
      settings);
  return {{"bytes", planned.host_bytes()}, {"seconds", std::round(10 * planned.seconds()) / 10}};
}

/// A model, whole: a part that is damaged is an error.
Json model_json(const std::string& path) {
  const Model model = io::read_model(path);
  const Preparation& how = model.preparation;
  Json steps = Json::array();
  if (!how.offsets.empty()) steps.push_back("offsets subtracted");
  if (!how.means.empty()) steps.push_back("missing values replaced by means");
  if (!how.spreads.empty()) steps.push_back("columns scaled");
  if (how.pca.axes.rows() > 0)
    steps.push_back("projected on " + std::to_string(how.pca.axes.rows()) + " principal axes");
  return {{"file", path},
          {"format", "model"},
          {"method", name_of(model.settings.method)},
          {"n", model.n()},
          {"dim", model.dim()},
          {"n_components", model.map.cols()},
          {"metric", model.graph.metric},
          {"neighbors", model.graph.k},
          {"index", model.index ? model.index->description() : "flat"},
          {"preparation", steps},
          {"seed", model.settings.seed},
          {"settings", settings_json(model.settings.method)}};
}

Json file_json(const std::string& path, const ReadFlags& reading) {
  if (io::is_model(path)) return model_json(path);
  const io::FileInfo file = io::describe_file(path);
  Json out{{"file", path},
           {"format", file.format},
           {"dtype", file.dtype},
           {"shape", file.shape},
           {"bytes", file.bytes}};
  if (file.arrays.size() > 1) out["arrays"] = file.arrays;
  if (file.arrays.size() > 1 && reading.array.empty()) return out;
  io::ReadOptions options{reading.array, io::Missing::nan, reading.table()};
  options.table.leave_text = true;
  const io::Table table = io::read_table(path, options);
  const bool is_text = !table.columns.empty();
  const auto columns = is_text ? table.columns : io::columns_of(table.points);
  if (is_text) out["shape"] = {table.points.rows(), table.points.cols()};
  if (!table.notes.empty()) out["notes"] = table.notes;
  if (table.points.rows() > 0) out["content"] = content_json(table.points, columns);
  for_each_alternative<Method>([&](const auto& params) {
    if (table.points.rows() > 100)
      out["estimate"][method_name(params)] = estimate_json(table.points, params);
  });
  out["columns"] = columns_json(columns);
  return out;
}

/// File names need not be UTF-8, and JSON must be.
std::string as_text(const Json& json, int indent = -1) {
  return json.dump(indent, ' ', /*ensure_ascii=*/false, Json::error_handler_t::replace);
}

/// A value for people.
std::string shown(const std::string& key, const Json& item) {
  if (item.is_string()) return for_terminal(item.get<std::string>());
  if (key == "bytes" && item.is_number_integer()) return size_text(item.get<std::int64_t>());
  if ((key == "minimum" || key == "maximum") && item.is_number())
    return short_number(item.get<double>());
  return for_terminal(as_text(item));
}

void print(const Json& value, const std::string& indent) {
  for (const auto& [key, item] : value.items()) {
    if (key == "columns") {
      std::fputs(column_table(item).c_str(), stdout);
    } else if (key == "notes") {
      for (const Json& note : item)
        std::printf("%-18s %s\n", "note", for_terminal(note.get<std::string>()).c_str());
    } else if (item.is_object()) {
      std::printf("%s%s\n", indent.c_str(), key.c_str());
      print(item, indent + "  ");
    } else {
      const char* const name = key == "bytes" ? "size" : key.c_str();
      std::printf("%s%-18s %s\n", indent.c_str(), name, shown(key, item).c_str());
    }
  }
}

void run(const InfoCommand& o) {
  const Json out = o.input.empty() ? machine_json() : file_json(o.input, o.reading);
  if (o.common.json)
    std::printf("%s\n", as_text(out, 2).c_str());
  else
    print(out, "");
}

}  // namespace

void add_info(CLI::App& app) {
  CLI::App& command = subcommand(app, "info", "Describe this build, or a file");
  const auto o = std::make_shared<InfoCommand>();
  file_path(command, "input", o->input,
            "A file of points, or - for standard input; without one: the build and the machine");
  const auto has_file = [&i = *o] {
    return unless(!i.input.empty(), "is of a file; give one, or leave it out");
  };
  o->conditions.add(command, has_file, [&] {
    text(command, "--array", o->reading.array, "The array of an .npz to describe");
    o->reading.add_table(command);
    o->reading.add_label_column(command);
  });
  flag(command, "--json", o->common.json, "Print JSON");
  on_run(command, o, run);
}

}  // namespace nearfold::cli
