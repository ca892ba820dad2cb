#include "manual/texts.hpp"

namespace nearfold::manual {
namespace {

std::string in_quotes(const std::string& text) {
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'' || c == '\\') out += '\\';
    out += c;
  }
  return out + "'";
}

std::string words_of(const Option& option) {
  std::string words;
  for (const std::string& word : option.words) words += (words.empty() ? "" : " ") + word;
  if (!option.list) return in_quotes(words);
  return in_quotes("(__fish_complete_list , 'string join \\n " + words + "')");
}

/// What is offered as a value: -r needs one, -F offers files, -f none.
std::string value_of(const Option& option) {
  std::string out = option.optional ? "" : " -r";
  out += option.files ? " -F" : " -f";
  if (option.folders) out += " -a '(__fish_complete_directories)'";
  if (!option.words.empty()) out += " -a " + words_of(option);
  return out;
}

std::string option_line(const Option& option, const std::string& when) {
  std::string out = "complete -c nearfold" + when;
  for (const std::string& name : option.names)
    out += name.starts_with("--") ? " -l " + name.substr(2) : " -s " + name.substr(1);
  if (option.takes_value()) out += value_of(option);
  return out + " -d " + in_quotes(option.help) + "\n";
}

std::string lines_of(const Page& page) {
  const std::string when = " -n '__fish_seen_subcommand_from " + page.command + "'";
  std::string out = "\n";
  for (const Option& option : page.options()) out += option_line(option, when);
  for (const Option& argument : page.arguments) {
    out += "complete -c nearfold" + when + (argument.files ? " -F" : "");
    if (!argument.words.empty()) out += " -a " + words_of(argument);
    out += "\n";
  }
  return out;
}

}  // namespace

std::string fish_completion(const Manual& manual) {
  std::string out =
      "# fish completion for nearfold; made from its --help\n\ncomplete -c nearfold -f\n";
  for (const Option& option : manual.front.options())
    out += option_line(option, " -n __fish_use_subcommand");
  for (const Page& page : manual.commands)
    out += "complete -c nearfold -n __fish_use_subcommand -a " + page.command + " -d " +
           in_quotes(page.help) + "\n";
  for (const Page& page : manual.commands) out += lines_of(page);
  return out;
}

}  // namespace nearfold::manual
