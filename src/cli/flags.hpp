// Command-line options as this tool wants them: numbers are read whole and in range (CLI11 2.1
// takes -5 for an unsigned number and 010 for octal). main.cpp lets --two_words stand for
// --two-words.
#pragma once

#include <charconv>
#include <functional>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>
#include "cli/option.hpp"

#include "cli/conditions.hpp"
#include "io/io.hpp"
#include "nearfold/error.hpp"
#include "nearfold/params.hpp"

namespace nearfold::cli {

/// What is wrong with a text that is no such number.
std::string not_a_number(const std::string& text, bool whole);

/// The whole text as a number in the range of T; nothing for any other text.
template <class T>
std::optional<T> number_in(const std::string& text) {
  T value{};
  const char* end = text.data() + text.size();
  const auto [at, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc{} || at != end || value != value) return {};
  return value;
}

template <class T>
T parse_number(const std::string& text) {
  if (const std::optional<T> value = number_in<T>(text)) return *value;
  throw InvalidParameter(not_a_number(text, std::is_integral_v<T>));
}

/// A default as --help shows it: six digits.
std::string shown(double value);

template <class T>
std::string fault_of(const std::string& text) {
  return number_in<T>(text) ? std::string() : not_a_number(text, std::is_integral_v<T>);
}

template <class T>
Flag number(CLI::App& app, const std::string& names, T& target, const std::string& help) {
  const auto set = [&target](const std::string& text) { target = parse_number<T>(text); };
  return option(app, names, help,
                {set, fault_of<T>, shown(static_cast<double>(target)),
                 std::is_integral_v<T> ? "INT" : "FLOAT"});
}

/// Unset means automatic; the word auto says so, too.
template <class T>
Flag number(CLI::App& app, const std::string& names, std::optional<T>& target,
            const std::string& help) {
  const auto set = [&target](const std::string& text) {
    if (text != "auto") target = parse_number<T>(text);
  };
  const auto fault = [](const std::string& text) {
    return text == "auto" ? std::string() : fault_of<T>(text);
  };
  return option(app, names, help, {set, fault, "auto", std::is_integral_v<T> ? "INT" : "FLOAT"});
}

/// Several of them after commas, or the flag again.
template <class T>
Flag numbers(CLI::App& app, const std::string& names, std::vector<T>& target,
             const std::string& help) {
  const auto set = [&target](const std::string& text) { target.push_back(parse_number<T>(text)); };
  std::string usual;
  for (const T& value : target)
    usual += (usual.empty() ? "" : ",") + shown(static_cast<double>(value));
  return list(app, names, help,
              {set, fault_of<T>, usual, std::is_integral_v<T> ? "INT,..." : "FLOAT,..."},
              [&target] { target.clear(); });
}

/// What --help calls a path, and what shells know it by (src/manual).
inline constexpr const char *kFile = "FILE", *kFolder = "FOLDER";
Flag file_path(CLI::App& app, const std::string& names, std::string& target,
               const std::string& help);
Flag folder_path(CLI::App& app, const std::string& names, std::string& target,
                 const std::string& help);

/// "{flat,ivf}": how --help lists the words of a choice. What may follow a word stands behind, as
/// in "{auto,pca}|FILE".
std::string in_braces(const std::vector<std::string>& words);
/// Makes `option` take these words, in any spelling that meant() knows.
Flag take_words(Flag option, const std::vector<std::string>& words);
Flag choice(CLI::App& app, const std::string& names, std::string& target,
            const std::vector<std::string>& words, const std::string& help);

/// Flags that most commands share, a command adding those that it heeds.
struct Common {
  std::uint64_t seed = 42;
  int threads = 0;
  std::string device = "auto", progress = "auto";
  bool force = false, quiet = false, json = false;

  /// All of them.
  void add(CLI::App& app, Conditions& conditions);
  void add_seed(CLI::App& app);
  void add_threads(CLI::App& app);
  void add_device(CLI::App& app);
  void add_force(CLI::App& app);
  void add_json(CLI::App& app);
  /// --progress and --quiet.
  void add_progress(CLI::App& app, Conditions& conditions);
  Cpu cpu() const { return {threads}; }
  /// For what only the processor does: auto is that; the library refuses a GPU that is asked for.
  /// Throws InvalidParameter for what is no device.
  Device processor() const;
  /// For maps and graphs: auto is best_device() where that finds such neighbours.
  Device device_for(const KnnParams& knn, const Distance& distance) const;
  /// The same, auto being best_device() where `gpu_does` it.
  Device device_where(bool gpu_does) const;
  io::Overwrite overwrite() const { return force ? io::Overwrite::yes : io::Overwrite::no; }
};

/// --include-self and --csr: in which form a graph is written.
void add_graph_format(CLI::App& app, bool& include_self, bool& csr);
/// Throws InvalidParameter for both of them.
io::GraphFormat graph_format(bool include_self, bool csr);

/// They mean something under `metrics` that compare directions alone.
Flag add_zero_vectors(CLI::App& app, Conditions& conditions, std::string& zero_vectors,
                      std::function<std::vector<std::string>()> metrics);

/// Flags that say how points are compared.
struct MetricFlags {
  std::string metric = "euclidean", zero_vectors = "error";
  std::optional<double> p = {};
  std::string metric_file = {};
  Flag metric_option = {};

  /// `group`: the heading that they are listed under. `matrices`: whether the points may be
  /// distances.
  void add(CLI::App& app, Conditions& conditions, const std::string& group = "Options",
           bool matrices = false);
  /// Of points; any where they are distances themselves. Reads --metric-file.
  Distance distance() const;
  MetricParams metric_params() const;
  bool precomputed() const { return metric == "precomputed"; }
  /// Whether --metric is on the command line.
  bool is_given() const { return metric_option->count() > 0; }
};

/// Flags that choose the neighbour search.
struct IndexFlags : MetricFlags {
  std::string index = "flat";

  /// `made` says, once the command line is read, whether the neighbours are there already and by
  /// what: "--knn". The metric of a graph is compared with --metric when it is read.
  void add(CLI::App& app, Conditions& conditions, const std::function<std::string()>& made);
  KnnParams params() const;
  /// All that a graph depends on, to compare one with another.
  nlohmann::ordered_json json() const;
};

}  // namespace nearfold::cli
