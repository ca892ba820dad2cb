// Command-line options as this tool wants them: numbers are read whole and in range (CLI11 2.1
// takes -5 for an unsigned number and 010 for octal). main.cpp lets --two_words stand for
// --two-words.
#pragma once

#include <CLI/CLI.hpp>
#include <charconv>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

#include "io/io.hpp"
#include "nearfold/params.hpp"

namespace nearfold::cli {

[[noreturn]] void not_a_number(const std::string& text, bool whole);

template <class T>
T parse_number(const std::string& text) {
  T value{};
  const char* end = text.data() + text.size();
  const auto [at, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc{} || at != end || value != value)
    not_a_number(text, std::is_integral_v<T>);
  return value;
}

template <class T>
CLI::Option* number(CLI::App& app, const std::string& names, T& target, const std::string& help) {
  const auto set = [&target](const std::string& text) { target = parse_number<T>(text); };
  return app.add_option_function<std::string>(names, set, help)
      ->default_str(CLI::detail::to_string(target))
      ->type_name(std::is_integral_v<T> ? "INT" : "FLOAT");
}

/// Unset means automatic; the word auto says so, too.
template <class T>
CLI::Option* number(CLI::App& app, const std::string& names, std::optional<T>& target,
                    const std::string& help) {
  const auto set = [&target](const std::string& text) {
    if (text != "auto") target = parse_number<T>(text);
  };
  return app.add_option_function<std::string>(names, set, help)
      ->default_str("auto")
      ->type_name(std::is_integral_v<T> ? "INT" : "FLOAT");
}

/// Several of them after commas, or the flag again.
template <class T>
CLI::Option* numbers(CLI::App& app, const std::string& names, std::vector<T>& target,
                     const std::string& help) {
  const auto set = [&target](const std::vector<std::string>& words) {
    target.clear();
    for (const std::string& word : words) target.push_back(parse_number<T>(word));
  };
  std::string usual;
  for (const T& value : target) usual += (usual.empty() ? "" : ",") + CLI::detail::to_string(value);
  return app.add_option_function<std::vector<std::string>>(names, set, help)
      ->delimiter(',')
      ->allow_extra_args(false)
      ->default_str(usual)
      ->type_name(std::is_integral_v<T> ? "INT,..." : "FLOAT,...");
}

CLI::Option* text(CLI::App& app, const std::string& names, std::string& target,
                  const std::string& help);
CLI::Option* choice(CLI::App& app, const std::string& names, std::string& target,
                    const std::vector<std::string>& words, const std::string& help);
CLI::Option* flag(CLI::App& app, const std::string& names, bool& target, const std::string& help);

/// Flags that most commands share.
struct Common {
  std::uint64_t seed = 42;
  int threads = 0;
  std::string device = "auto", progress = "auto";
  bool force = false, quiet = false, json = false;

  void add(CLI::App& app);
  Cpu cpu() const { return {threads}; }
  /// For what only the processor does: auto is that; the library refuses a GPU that is asked for.
  /// Throws InvalidParameter for what is no device.
  Device processor() const;
  /// For maps and graphs: auto is best_device() where that finds such neighbours.
  Device device_for(const KnnParams& knn, const Distance& distance) const;
  io::Overwrite overwrite() const { return force ? io::Overwrite::yes : io::Overwrite::no; }
};

CLI::Option* add_zero_vectors(CLI::App& app, std::string& zero_vectors);

/// Flags that say how points are compared.
struct MetricFlags {
  std::string metric = "euclidean", zero_vectors = "error";
  const CLI::Option* metric_option = nullptr;

  /// `group`: the heading that they are listed under. `matrices`: whether the points may be
  /// distances.
  void add(CLI::App& app, const std::string& group = "Options", bool matrices = false);
  /// Of points; any where they are distances themselves.
  Distance distance() const;
  bool precomputed() const { return metric == "precomputed"; }
  /// Whether --metric is on the command line.
  bool is_given() const { return metric_option != nullptr && metric_option->count() > 0; }
};

/// Flags that choose the neighbour search.
struct IndexFlags : MetricFlags {
  std::string index = "flat";

  void add(CLI::App& app);
  KnnParams params() const;
  /// All that a graph depends on, to compare one with another.
  nlohmann::ordered_json json() const;
};

}  // namespace nearfold::cli
