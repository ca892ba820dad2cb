#include "manual/texts.hpp"

namespace nearfold::manual {
namespace {

/// In single quotes, with what _arguments and _describe read as theirs behind backslashes.
std::string escaped(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (c == '\'') {
      out += "'\\''";
      continue;
    }
    if (c == '[' || c == ']' || c == ':' || c == '\\') out += '\\';
    out += c;
  }
  return out;
}

/// ":MESSAGE:ACTION" of a value.
std::string value_of(const Option& option) {
  std::string words;
  for (const std::string& word : option.words) words += (words.empty() ? "" : " ") + word;
  std::string action = " ";
  if (option.list && !words.empty())
    action = "_values -s , word " + words;
  else if (option.files && !words.empty())
    action = "_alternative \"words\\:word\\:(" + words + ")\" \"files\\:file\\:_files\"";
  else if (!words.empty())
    action = "(" + words + ")";
  else if (option.files)
    action = "_files";
  else if (option.folders)
    action = "_files -/";
  const bool is_path = option.files || option.folders;
  return ":" +
         std::string(!words.empty() ? "word"
                     : is_path      ? "path"
                                    : escaped(option.type)) +
         ":" + action;
}

/// Long options take their value after '=' as well, short ones at once.
std::string spec(const Option& option, const std::string& name) {
  std::string others;
  for (const std::string& other : option.names) others += (others.empty() ? "" : " ") + other;
  for (const std::string& other : option.excludes) others += " " + other;
  const bool repeats = option.list || option.many;
  std::string out = repeats ? "'*" : "'(" + others + ")";
  out += name;
  if (option.takes_value()) out += name.starts_with("--") ? (option.optional ? "=-" : "=") : "+";
  out += "[" + escaped(option.help) + "]";
  if (option.takes_value()) out += (option.optional ? ":" : "") + value_of(option);
  return "        " + out + "' \\\n";
}

std::string arguments_of(const Page& page) {
  std::string out;
  for (const Option& option : page.options())
    for (const std::string& name : option.names) out += spec(option, name);
  for (const Option& argument : page.arguments) {
    const bool many = argument.many;
    out += std::string("        '") +
           (many                ? "*"
            : argument.required ? ""
                                : ":") +
           value_of(argument) + "' \\\n";
  }
  return out + "        && return 0 ;;\n";
}

}  // namespace

std::string zsh_completion(const Manual& manual) {
  std::string out =
      "#compdef nearfold\n# zsh completion for nearfold; made from its --help\n\n"
      "local curcontext=$curcontext state line\n"
      "typeset -A opt_args\n"
      "local -a commands=(\n";
  for (const Page& page : manual.commands)
    out += "  '" + page.command + ":" + escaped(page.help) + "'\n";
  out += ")\n_arguments -C \\\n";
  for (const Option& option : manual.front.options())
    for (const std::string& name : option.names)
      out += "  '(- *)" + name + "[" + escaped(option.help) + "]' \\\n";
  out +=
      "  '1: :->command' '*:: :->arguments' && return 0\n"
      "case $state in\n"
      "  command) _describe command commands ;;\n"
      "  arguments)\n"
      "    curcontext=${curcontext%:*:*}:nearfold-$words[1]:\n"
      "    case $words[1] in\n";
  for (const Page& page : manual.commands)
    out += "      " + page.command + ") _arguments -s -S \\\n" + arguments_of(page);
  return out + "    esac ;;\nesac\n";
}

}  // namespace nearfold::manual
