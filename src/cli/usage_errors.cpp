#include "cli/usage_errors.hpp"

#include <string_view>

namespace nearfold::cli {
namespace {

/// The command that was read, or the program where there is none.
const CLI::App& command_of(const CLI::App& app) {
  const auto parsed = app.get_subcommands([](const CLI::App* one) { return one->parsed(); });
  return parsed.empty() ? app : *parsed[0];
}

std::string missing_text(const std::string& name, const CLI::App& command, const std::string& of) {
  const std::string help = "; " + of + " --help lists all";
  const CLI::Option* const option = command.get_option_no_throw(name);
  if (option == nullptr)  // no command
    return "a command is missing, as in nearfold embed points.csv --method umap -o map.npy" + help;
  if (!name.starts_with('-')) return of + " needs '" + name + "': " + option->get_description();
  const std::string words = option->get_type_name();  // "FILE" or "{tsne,umap}"
  return name + " is required" + (words.starts_with('{') ? ", one of " + words : "") + help;
}

std::string extras_text(const std::string& words, const CLI::App& command, const std::string& of) {
  return "'" + words + "' is more than " + of + " reads" +
         (command.get_option_no_throw("--labels") != nullptr
              ? "; labels are given with --labels FILE"
              : "; " + of + " --help says what it reads");
}

/// What follows `mark` in a text, or comes before it.
std::string after(const std::string& text, std::string_view mark) {
  const std::size_t at = text.find(mark);
  return at == std::string::npos ? text : text.substr(at + mark.size());
}
std::string before(const std::string& text, std::string_view mark) {
  return text.substr(0, text.find(mark));
}

}  // namespace

std::string usage_text(const CLI::ParseError& error, const CLI::App& app) {
  const CLI::App& command = command_of(app);
  const std::string of = &command == &app ? "nearfold" : "nearfold " + command.get_name();
  const std::string what = error.what();
  if (dynamic_cast<const CLI::RequiredError*>(&error) != nullptr)
    return missing_text(before(what, " is required"), command, of);
  if (dynamic_cast<const CLI::ExtrasError*>(&error) != nullptr)
    return extras_text(after(what, ": "), command, of);
  return what;
}

}  // namespace nearfold::cli
