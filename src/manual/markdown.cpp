#include <string_view>

#include "cli/exit_codes.hpp"
#include "manual/texts.hpp"

namespace nearfold::manual {
namespace {

std::string escaped(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (std::string_view("\\*_<>[]`#").find(c) != std::string_view::npos) out += '\\';
    out += c;
  }
  return out;
}

std::string prose(const std::string& text) {
  std::string out;
  for (const Span& span : spans(text))
    out += span.typed ? "`" + span.text + "`" : escaped(span.text);
  return out;
}

std::string entry(const Option& option) {
  std::string names;
  for (const std::string& name : option.names) names += (names.empty() ? "" : ", ") + name;
  if (option.optional)
    names += "[=" + option.type + "]";
  else if (option.takes_value() && option.names.front().starts_with('-'))
    names += " " + option.type;
  return "* `" + names + "`" + (option.required ? " (required)" : "") + "  \n  " +
         prose(sentences(option)) + "\n";
}

}  // namespace

std::string markdown_page(const Manual& manual, const Page& page) {
  std::string line = page.title();
  for (const std::string& word : synopsis(page)) line += " " + word;
  std::string out =
      "# " + page.title() + "\n\n" + prose(page.help) + ".\n\n```text\n" + line + "\n```\n";
  if (page.command.empty()) {
    out += "\n## Commands\n\n";
    for (const Page& one : manual.commands)
      out += "* [" + one.title() + "](" + one.title('-') + ".md): " + prose(one.help) + "\n";
  }
  if (!page.arguments.empty()) out += "\n## Arguments\n\n";
  for (const Option& argument : page.arguments) out += entry(argument);
  for (const Section& section : page.sections) {
    out += "\n## " + section.title + "\n\n";
    for (const Option& option : section.options) out += entry(option);
  }
  if (!page.examples.empty()) out += "\n## Examples\n\n```sh\n";
  for (const Example& example : page.examples)
    out += example.line + (example.says.empty() ? "" : "  # " + example.says) + "\n";
  if (!page.examples.empty()) out += "```\n";
  if (!page.command.empty()) return out;
  out += "\n## Exit codes\n\n| code | meaning |\n|---|---|\n";
  for (const cli::ExitCode& exit : cli::kExitCodes)
    out += "| " + std::to_string(exit.code) + " | " + prose(exit.meaning) + " |\n";
  return out;
}

}  // namespace nearfold::manual
