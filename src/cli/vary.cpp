#include "cli/vary.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>

#include "cli/usage_errors.hpp"
#include "cli/words.hpp"
#include "nearfold/error.hpp"

namespace nearfold::cli {
namespace {

std::vector<std::string> parameters_of(const Method& method) {
  std::vector<std::string> names;
  std::visit(
      [&](const auto& params) {
        const nlohmann::ordered_json all = parameters(params);
        for (const auto& [name, value] : all.items()) names.push_back(name);
      },
      method);
  return names;
}

/// The flag of a parameter: --n-neighbors of n_neighbors.
std::string flag_of(const std::string& parameter) {
  std::string flag = "--" + parameter;
  std::replace(flag.begin(), flag.end(), '_', '-');
  return flag;
}

/// "NAME=VALUE,...", NAME being a parameter of the method or its flag. Throws InvalidParameter for
/// others, and for a value that is there twice.
GridAxis axis_in(const std::string& text, const MethodFlags& method) {
  const std::size_t equals = text.find('=');
  if (equals == std::string::npos || equals + 1 == text.size())
    throw InvalidParameter("--vary is '" + text +
                           "', and takes a parameter and its values, as spread=0.5,1,2");
  const std::string named = text.substr(text.find_first_not_of('-'));
  const std::string word = named.substr(0, named.find('='));
  const std::vector<std::string> known = parameters_of(method.params());
  const std::optional<std::string> name = meant(word, known);
  if (!name)
    throw InvalidParameter("--vary names '" + word + "', which is no parameter of " +
                           method.method + did_you_mean(word, known));
  GridAxis axis{*name, between_commas(text.substr(equals + 1))};
  for (auto value = axis.values.begin(); value != axis.values.end(); ++value)
    if (std::find(axis.values.begin(), value, *value) != value)
      throw InvalidParameter("--vary has " + *name + " = " + *value + " twice; give it once");
  return axis;
}

/// The method with these parameters, as if their flags had been given, too. Throws InvalidParameter
/// for a value that its flag does not take, or that would have no effect.
Method with_settings(MethodFlags method, const std::vector<Setting>& settings) {
  CLI::App app;
  Conditions conditions;
  method.add(app, conditions);
  std::vector<std::string> words;
  words.reserve(settings.size());
  for (const auto& [name, value] : settings) {
    if (app.get_option_no_throw(flag_of(name)) == nullptr)
      throw InvalidParameter("--vary names " + name + ", which is no flag of the method's");
    words.push_back(flag_of(name).append("=").append(value));
  }
  std::reverse(words.begin(), words.end());  // as CLI11 takes them
  try {
    app.parse(words);
  } catch (const CLI::ParseError& error) {
    throw InvalidParameter(usage_text(error, app));
  }
  conditions.check();
  return method.params();
}

/// Parameters that would vary but for --vary, and are given: one value of each.
std::vector<Setting> fixed_settings(const MethodGrid& usual, const MethodGrid& varied,
                                    const Varying& asked) {
  std::vector<const GridAxis*> replaced;
  if (!asked.axes.empty()) replaced.push_back(&usual.columns);
  if (asked.axes.size() == 2) replaced.push_back(&usual.rows);
  std::vector<Setting> fixed;
  for (const GridAxis* const axis : replaced) {
    const std::string flag = flag_of(axis->name);
    if (!asked.is_given(flag)) continue;
    if (axis->name == varied.rows.name || axis->name == varied.columns.name ||
        axis->values.size() > 1)
      throw InvalidParameter(flag +
                             " is given, and --vary says what varies; leave it out, or give it one "
                             "value and let others vary");
    fixed.emplace_back(axis->name, axis->values[0]);
  }
  return fixed;
}

}  // namespace

MethodGrid grid_of(const MethodFlags& method, const MethodGrid& usual, const Varying& asked) {
  if (asked.axes.size() > 2)
    throw InvalidParameter("--vary is given " + std::to_string(asked.axes.size()) +
                           " times, and a grid has rows and columns; give it once or twice");
  MethodGrid out = usual;
  if (asked.axes.size() == 2) out.rows = axis_in(asked.axes.front(), method);
  if (!asked.axes.empty()) out.columns = axis_in(asked.axes.back(), method);
  if (out.rows.name == out.columns.name)
    throw InvalidParameter("rows and columns both vary " + out.rows.name +
                           "; give --vary twice, with two parameters");
  out.fixed = fixed_settings(usual, out, asked);
  const auto at = [](std::string name, const std::string& value) {
    return name.append(" = ").append(value).append(": ");
  };
  for (const std::string& row : out.rows.values)
    for (const std::string& column : out.columns.values) {
      std::vector<Setting> all = out.fixed;
      all.emplace_back(out.rows.name, row);
      all.emplace_back(out.columns.name, column);
      try {
        out.methods.push_back(with_settings(method, all));
      } catch (const InvalidParameter& error) {
        throw InvalidParameter(at(out.rows.name, row) + at(out.columns.name, column) +
                               error.what());
      }
    }
  return out;
}

}  // namespace nearfold::cli
