#include "cli/arguments.hpp"

#include <algorithm>

#include "cli/index_spec.hpp"
#include "cli/words.hpp"
#include "knn/honours.hpp"
#include "nearfold/error.hpp"

namespace nearfold::cli {
namespace {

std::vector<const CLI::App*> commands_of(const CLI::App& app) {
  return app.get_subcommands([](const CLI::App*) { return true; });
}

const CLI::App& command_named(const CLI::App& app, const std::string& word) {
  std::vector<std::string> names;
  for (const CLI::App* const command : commands_of(app)) names.push_back(command->get_name());
  const std::string name = meant(word, names).value_or(word);
  for (const CLI::App* const command : commands_of(app))
    if (command->get_name() == name) return *command;
  const std::string near = did_you_mean(word, names);
  throw InvalidParameter("'" + word + "' is no command" +
                         (near.empty() ? "; use one of " + listed(names, "and") : near));
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

/// A flag of other commands belongs to those; any other one is close to one of this command, or to
/// none.
[[noreturn]] void refuse(const CLI::App& app, const CLI::App& command, const std::string& flag) {
  const bool before_command = &command == &app;
  std::vector<std::string> owners;
  for (const CLI::App* const other : commands_of(app))
    if (has(*other, flag)) owners.push_back(other->get_name());
  if (before_command && !owners.empty())
    throw InvalidParameter(flag + " follows its command, as in nearfold " + owners[0] + " " + flag);
  const std::string near = did_you_mean(flag, flags_of(command));
  if (!owners.empty())
    throw InvalidParameter(flag + " is a flag of " + listed(owners, "and") + ", not of " +
                           command.get_name() + (near.empty() ? "; leave it out" : near));
  const std::vector<std::string> kinds = index_kinds_with(flag);
  if (!kinds.empty() && has(command, "--index"))
    throw InvalidParameter(flag + " is a parameter of " + listed(kinds, "and") +
                           "; write it as in --index " + kinds[0] + ":" + word_of(flag) + "=VALUE");
  const std::string of = before_command ? "nearfold" : "nearfold " + command.get_name();
  if (has(app, flag)) throw InvalidParameter(flag + " stands alone: nearfold " + flag);
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
