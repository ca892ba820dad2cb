// A flag or positional of a command, as the rest of the tool knows it. CLI11 stands behind it: its
// headers are as long to compile as most of these files, so only few include them.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

namespace CLI {  // NOLINT(readability-identifier-naming): its own name
class App;
class Option;
}  // namespace CLI

namespace nearfold::cli {

/// What add-functions return, for what else there is to say: number(...)->group("Memory").
class Flag {
 public:
  Flag(CLI::Option* option = nullptr) : option_(option) {}

  Flag* operator->() { return this; }
  const Flag* operator->() const { return this; }

  Flag& group(const std::string& heading);
  Flag& required(bool is = true);
  /// As --help shows them.
  Flag& default_str(const std::string& value);
  Flag& type_name(const std::string& name);
  /// The two are never given together.
  Flag& excludes(Flag other);
  /// Values are divided by it, too.
  Flag& delimiter(char mark);
  /// Whether several words may follow.
  Flag& allow_extra_args(bool allow);
  /// What is wrong with a word, which may be changed; empty: nothing.
  Flag& check(const std::function<std::string(std::string&)>& fault);

  /// How often it is on the command line: never where there is none.
  std::size_t count() const;
  std::string get_name() const;

 private:
  CLI::Option* option_;
};

/// What becomes of the text of a flag, and how --help shows it.
struct Takes {
  std::function<void(const std::string&)> set = {};
  std::function<std::string(const std::string&)> fault = {};  ///< of a text; empty: none
  std::string usual = {}, type = {};
};

Flag option(CLI::App& app, const std::string& names, const std::string& help, const Takes& takes);
/// Several after commas, or the flag again: `clear`, then `set` for each.
Flag list(CLI::App& app, const std::string& names, const std::string& help, const Takes& takes,
          const std::function<void()>& clear);
Flag text(CLI::App& app, const std::string& names, std::string& target, const std::string& help);
Flag texts(CLI::App& app, const std::string& names, std::vector<std::string>& target,
           const std::string& help);
Flag flag(CLI::App& app, const std::string& names, bool& target, const std::string& help);
/// One that may have a word behind it, as --standardize=robust; "--standardize{standard}" says
/// which word it is without.
Flag flag(CLI::App& app, const std::string& names, std::string& target, const std::string& help);

/// A new command; `on_parsed` says what it does.
CLI::App& subcommand(CLI::App& app, const std::string& name, const std::string& help);
void on_parsed(CLI::App& command, const std::function<void()>& run);

/// One that is there, and all.
Flag flag_named(CLI::App& app, const std::string& name);
std::vector<Flag> flags_of(CLI::App& app);

}  // namespace nearfold::cli
