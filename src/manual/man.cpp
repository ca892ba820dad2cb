#include <algorithm>
#include <array>
#include <utility>

#include "cli/exit_codes.hpp"
#include "manual/texts.hpp"

namespace nearfold::manual {
namespace {

/// Text as roff takes it: hyphens that can be copied, no escapes, no requests.
std::string escaped(const std::string& text) {
  constexpr std::array kEscapes = {std::pair{'\\', "\\e"},   std::pair{'-', "\\-"},
                                   std::pair{'\'', "\\(aq"}, std::pair{'`', "\\(ga"},
                                   std::pair{'^', "\\(ha"},  std::pair{'~', "\\(ti"}};
  std::string out;
  for (const char c : text) {
    const auto* const escape = std::find_if(kEscapes.begin(), kEscapes.end(),
                                            [c](const auto& one) { return one.first == c; });
    out += escape == kEscapes.end() ? std::string(1, c) : escape->second;
  }
  return out.starts_with('.') ? "\\&" + out : out;
}

std::string bold(const std::string& text) {
  return "\\fB" + escaped(text) + "\\fR";
}
/// A type, which may be broken after its commas.
std::string italic(const std::string& type) {
  std::string out;
  for (const char c : escaped(type)) out += c == ',' ? ",\\:" : std::string(1, c);
  return "\\fI" + out + "\\fR";
}

std::string prose(const std::string& text) {
  std::string out;
  for (const Span& span : spans(text)) out += span.typed ? bold(span.text) : escaped(span.text);
  return out + "\n";
}

std::string heading(const std::string& title) {
  return ".SH " + escaped(title) + "\n";
}

std::string entry(const Option& option) {
  std::string out = ".TP\n";
  for (const std::string& name : option.names)
    out += (&name == &option.names.front() ? "" : ", ") + bold(name);
  if (option.optional)
    out += "[=" + italic(option.type) + "]";
  else if (option.takes_value() && option.names.front().starts_with('-'))
    out += " " + italic(option.type);
  out += option.required ? " (required)\n" : "\n";
  return out + prose(sentences(option));
}

std::string synopsis_line(const Page& page) {
  std::string out = bold(page.title());
  for (const std::string& word : synopsis(page)) out += " " + escaped(word);
  return out + "\n";
}

std::string in_capitals(std::string title) {
  for (char& c : title)
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  return title;
}

std::string commands_of(const Manual& manual) {
  std::string out = heading("COMMANDS");
  for (const Page& page : manual.commands)
    out += ".TP\n.BR " + escaped(page.title('-')) + " (1)\n" + prose(page.help + ".");
  return out;
}

std::string exit_codes() {
  std::string out = heading("EXIT STATUS");
  for (const cli::ExitCode& exit : cli::kExitCodes)
    out +=
        ".TP\n" + bold(std::to_string(exit.code)) + "\n" + prose(exit.meaning + std::string("."));
  return out;
}

std::string examples(const Page& page) {
  std::string out = page.examples.empty() ? "" : heading("EXAMPLES");
  for (const Example& example : page.examples) {
    if (&example != &page.examples.front()) out += ".PP\n";
    out += bold(example.line) + "\n";
    if (!example.says.empty()) out += "# " + prose(example.says);
  }
  return out;
}

std::string see_also(const Manual& manual, const Page& page) {
  std::string out;
  const auto add = [&](const std::string& title) {
    out += (out.empty() ? ".BR " : " ,\n.BR ") + escaped(title) + " (1)";
  };
  if (!page.command.empty()) add("nearfold");
  for (const Page& other : manual.commands)
    if (other.command != page.command) add(other.title('-'));
  return heading("SEE ALSO") + out + "\n";
}

constexpr const char* kDescription =
    "nearfold reduces dimensions by t\\-SNE and UMAP over exact or approximate nearest\n"
    "neighbours. The same seed gives the same embedding, byte for byte, on any number of\n"
    "threads. Each command has a page of its own.\n";

}  // namespace

std::string man_page(const Manual& manual, const Page& page, const std::string& date) {
  std::string out = ".TH " + escaped(in_capitals(page.title('-'))) + " 1 \"" + date +
                    "\" \"nearfold " + manual.version + "\" \"User Commands\"\n.nh\n.ad l\n";
  out += heading("NAME") + escaped(page.title('-')) + " \\- " + escaped(page.help) + "\n";
  out += heading("SYNOPSIS") + synopsis_line(page);
  out += heading("DESCRIPTION") + (page.command.empty() ? kDescription : prose(page.help + "."));
  if (page.command.empty()) out += commands_of(manual);
  if (!page.arguments.empty()) out += heading("ARGUMENTS");
  for (const Option& argument : page.arguments) out += entry(argument);
  for (const Section& section : page.sections) {
    out += heading(in_capitals(section.title));
    for (const Option& option : section.options) out += entry(option);
  }
  return out + examples(page) + exit_codes() + see_also(manual, page);
}

}  // namespace nearfold::manual
