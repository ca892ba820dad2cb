#include "cli/arguments.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <string_view>

#include "cli/index_spec.hpp"
#include "cli/words.hpp"
#include "core/alternatives.hpp"
#include "knn/honours.hpp"
#include "method.hpp"
#include "nearfold/error.hpp"

namespace nearfold::cli {
namespace {

std::vector<const CLI::App*> commands_of(const CLI::App& app) {
  return app.get_subcommands([](const CLI::App*) { return true; });
}

/// A method, or a file, where a command is due.
std::string instead_of_command(const std::string& word) {
  const std::string embed = "; a map is made with nearfold embed ";
  std::vector<std::string> methods;
  for_each_alternative<Method>([&](const auto& p) { methods.emplace_back(method_name(p)); });
  if (const auto method = meant(word, methods))
    return embed + "points.csv --method " + *method + " -o map.npy";
  if (std::filesystem::exists(word)) return embed + word + " --method umap -o map.npy";
  return "";
}

const CLI::App& command_named(const CLI::App& app, const std::string& word) {
  std::vector<std::string> names;
  for (const CLI::App* const command : commands_of(app)) names.push_back(command->get_name());
  const std::string name = meant(word, names).value_or(word);
  for (const CLI::App* const command : commands_of(app))
    if (command->get_name() == name) return *command;
  std::string remedy = instead_of_command(word);
  if (remedy.empty()) remedy = did_you_mean(word, names);
  if (remedy.empty()) remedy = "; use one of " + listed(names, "and");
  throw InvalidParameter("'" + word + "' is no command" + remedy);
}

bool has(const CLI::App& command, const std::string& flag) {
  return command.get_option_no_throw(flag) != nullptr;
}

std::vector<std::string> flags_of(const CLI::App& command) {
  std::vector<std::string> flags;
  for (const CLI::Option* const option : command.get_options()) {
    for (const std::string& name : option->get_lnames()) flags.push_back("--" + name);
    for (const std::string& name : option->get_snames()) flags.push_back("-" + name);
  }
  return flags;
}

/// "target_recall" of "--target-recall".
std::string word_of(std::string flag) {
  flag.erase(0, flag.find_first_not_of('-'));
  std::replace(flag.begin(), flag.end(), '-', '_');
  return flag;
}

/// Flags of other programs, and what does the same here.
struct Foreign {
  std::string_view flag, instead;
};
constexpr std::array kForeign = {
    Foreign{"--sep", "the delimiter of a table is recognised; leave it out"},
    Foreign{"--delimiter", "the delimiter of a table is recognised; leave it out"},
    Foreign{"--decimal", "a decimal comma is recognised; leave it out"},
    Foreign{"--index-col", "--drop leaves columns out"},
    Foreign{"--skip-columns", "--drop leaves columns out"},
    Foreign{"--exclude", "--drop leaves columns out"},
    Foreign{"--usecols", "--columns chooses columns"},
    Foreign{"--features", "--columns chooses columns"},
    Foreign{"--target", "--label-column names the column of the labels"},
    Foreign{"--hue",
            "--label-column names the column that colours the picture, --value-column one "
            "of measurements"},
    Foreign{"--color", "--labels and --values colour the picture"},
    Foreign{"--colour", "--labels and --values colour the picture"},
    Foreign{"--scale", "--standardize scales columns"},
    Foreign{"--normalize", "--standardize scales columns"},
    Foreign{"--impute", "--missing mean fills in missing values"},
    Foreign{"--verbose", "--progress plain says more"},
    Foreign{"--input", "the file of points follows the command, without a flag"}};

/// A flag of other commands belongs to those; any other one is close to one of this command, or to
/// none.
[[noreturn]] void refuse(const CLI::App& app, const CLI::App& command, const std::string& flag) {
  const bool before_command = &command == &app;
  std::vector<std::string> owners;
  for (const CLI::App* const other : commands_of(app))
    if (has(*other, flag)) owners.push_back(other->get_name());
  if (before_command && !owners.empty())
    throw InvalidParameter(flag + " follows its command, as in nearfold " + owners[0] + " " + flag);
  const bool is_letter = !flag.starts_with("--");  // any other one is as near
  const std::string near = is_letter ? "" : did_you_mean(flag, flags_of(command));
  if (!owners.empty())
    throw InvalidParameter(flag + " is a flag of " + listed(owners, "and") + ", not of " +
                           command.get_name() + (near.empty() ? "; leave it out" : near));
  const std::vector<std::string> kinds = index_kinds_with(flag);
  if (!kinds.empty() && has(command, "--index"))
    throw InvalidParameter(flag + " is a parameter of " + listed(kinds, "and") +
                           "; write it as in --index " + kinds[0] + ":" + word_of(flag) + "=VALUE");
  const std::string of = before_command ? "nearfold" : "nearfold " + command.get_name();
  if (has(app, flag)) throw InvalidParameter(flag + " stands alone: nearfold " + flag);
  for (const Foreign& foreign : kForeign)
    if (flag == foreign.flag && !before_command)
      throw InvalidParameter(flag + " is no flag of " + of + "; " + std::string(foreign.instead));
  throw InvalidParameter(flag + " is no flag of " + of +
                         (near.empty() ? "; " + of + " --help lists them" : near));
}

/// The option that a word names; `takes_next` where the next word is its value.
void require_flag(const CLI::App& app, const CLI::App& command, std::string word,
                  bool& takes_next) {
  takes_next = false;
  const auto takes_value = [&](const std::string& flag) {
    return command.get_option_no_throw(flag)->get_items_expected_max() > 0;
  };
  if (word.starts_with("--")) {
    const std::string flag = word.substr(0, word.find('='));
    if (!has(command, flag)) refuse(app, command, flag);
    takes_next = flag == word && takes_value(flag);
    return;
  }
  for (; word.size() > 1; word.erase(1, 1)) {  // -qk 5 is -q -k 5
    const std::string flag = word.substr(0, 2);
    if (!has(command, flag)) refuse(app, command, flag);
    if (!takes_value(flag)) continue;
    takes_next = word.size() == 2;
    return;
  }
}

}  // namespace

std::vector<std::string> hyphenated(int argc, char** argv) {
  std::vector<std::string> words(argv, argv + argc);
  for (std::string& word : words)
    if (word.starts_with("--"))
      std::replace(word.begin(), std::find(word.begin(), word.end(), '='), '_', '-');
  return words;
}

void require_known(const CLI::App& app, const std::vector<std::string>& words) {
  const CLI::App* command = &app;
  bool is_value = false;
  for (std::size_t w = 1; w < words.size(); ++w) {
    const std::string& word = words[w];
    if (is_value) {
      is_value = false;
    } else if (word == "--") {
      return;  // files follow
    } else if (word.size() > 1 && word[0] == '-') {
      require_flag(app, *command, word, is_value);
    } else if (command == &app) {
      command = &command_named(app, word);
    }
  }
}

}  // namespace nearfold::cli
