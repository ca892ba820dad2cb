#include "manual/pages.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cctype>

#include "cli/flags.hpp"

namespace nearfold::manual {
namespace {

std::vector<std::string> words_of(const std::string& type) {
  std::vector<std::string> words;
  const std::size_t begin = type.find('{'), end = type.find('}');
  if (begin == std::string::npos || end == std::string::npos) return words;
  for (std::size_t at = begin + 1; at <= end;) {
    const std::size_t stop = std::min(type.find(',', at), end);
    words.push_back(type.substr(at, stop - at));
    at = stop + 1;
  }
  return words;
}

Option read_option(const CLI::Option& from) {
  Option to;
  for (const std::string& name : from.get_snames()) to.names.push_back("-" + name);
  for (const std::string& name : from.get_lnames()) to.names.push_back("--" + name);
  if (to.names.empty()) to.names = {from.get_name()};
  if (from.get_type_size() != 0) to.type = from.get_type_name();
  to.words = words_of(to.type);
  to.files = to.type.find(cli::kFile) != std::string::npos;
  to.folders = to.type.find(cli::kFolder) != std::string::npos;
  to.list = from.get_delimiter() == ',';
  to.many = from.get_items_expected_max() > 1 && from.get_allow_extra_args();
  to.optional = to.takes_value() && from.get_expected_min() == 0;
  to.required = from.get_required();
  to.usual = from.get_default_str();
  for (const CLI::Option* const other : from.get_excludes())
    to.excludes.push_back(other->get_name());
  to.help = from.get_description();
  return to;
}

Page read_page(const CLI::App& app, const std::string& command) {
  Page page{.command = command,
            .help = app.get_description(),
            .arguments = {},
            .sections = {},
            .examples = {}};
  std::vector<std::string> groups = app.get_groups();
  std::stable_partition(groups.begin(), groups.end(),
                        [](const std::string& group) { return group == "Options"; });
  for (const std::string& group : groups) {
    Section section{group, {}};
    for (const CLI::Option* const option : app.get_options()) {
      if (option->get_group() != group) continue;
      auto& into = option->get_positional() ? page.arguments : section.options;
      into.push_back(read_option(*option));
    }
    if (!section.options.empty()) page.sections.push_back(std::move(section));
  }
  return page;
}

/// Where a flag that begins at `at` ends, or `at` where none does.
std::size_t end_of_flag(const std::string& text, std::size_t at) {
  const bool begins = at == 0 || text[at - 1] == ' ' || text[at - 1] == '(';
  std::size_t end = at;
  while (end < text.size() && text[end] == '-' && end < at + 2) ++end;
  if (!begins || end == at || end == text.size()) return at;
  if (std::islower(static_cast<unsigned char>(text[end])) == 0) return at;
  while (end < text.size() &&
         (std::isalnum(static_cast<unsigned char>(text[end])) != 0 || text[end] == '-'))
    ++end;
  return end;
}

}  // namespace

std::vector<Option> Page::options() const {
  std::vector<Option> all;
  for (const Section& section : sections)
    all.insert(all.end(), section.options.begin(), section.options.end());
  return all;
}

std::string Page::title(char between) const {
  return command.empty() ? "nearfold" : std::string("nearfold") + between + command;
}

Manual read_manual(const CLI::App& app, const std::string& version) {
  Manual manual{version, read_page(app, ""), {}};
  for (const CLI::App* const command : app.get_subcommands([](const CLI::App*) { return true; }))
    manual.commands.push_back(read_page(*command, command->get_name()));
  return manual;
}

std::vector<Span> spans(const std::string& text) {
  std::vector<Span> out = {{"", false}};
  for (std::size_t at = 0; at < text.size();) {
    std::size_t begin = at, end = end_of_flag(text, at), next = end;
    if (text[at] == '`' && text.find('`', at + 1) != std::string::npos) {
      begin = at + 1;
      end = text.find('`', begin);
      next = end + 1;
    }
    if (next == at) {
      out.back().text += text[at++];
      continue;
    }
    out.push_back({text.substr(begin, end - begin), true});
    out.push_back({"", false});
    at = next;
  }
  return out;
}

std::string sentences(const Option& option) {
  std::string text = option.help;
  if (!text.ends_with('.')) text += '.';
  for (const std::string& other : option.excludes) text += " Not together with " + other + ".";
  if (!option.usual.empty()) text += " Default: " + option.usual + ".";
  return text;
}

std::vector<std::string> synopsis(const Page& page) {
  if (page.command.empty()) return {"COMMAND", "[OPTIONS]", "..."};
  std::vector<std::string> words = {"[OPTIONS]"};
  for (const Option& option : page.options())
    if (option.required) words.push_back(option.names.front() + " " + option.type);
  for (const Option& argument : page.arguments) {
    const std::string name = argument.names.front() + (argument.many ? "..." : "");
    words.push_back(argument.required ? name : "[" + name + "]");
  }
  return words;
}

}  // namespace nearfold::manual
