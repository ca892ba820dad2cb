// The manual: pages of the tool, one for itself and one for each command, as read from what --help
// is made of. Here they become man pages, Markdown and completions of shells; nothing of the tool
// is written twice.
#pragma once

#include <string>
#include <vector>

#include "cli/option.hpp"

namespace nearfold::manual {

/// An option, or an argument that stands without one.
struct Option {
  std::vector<std::string> names;  ///< "-m", "--method"; of an argument its name alone
  std::string type;                ///< "INT", "{tsne,umap}"; empty: takes no value
  std::vector<std::string> words;  ///< what is in the braces
  bool files = false, folders = false;
  bool list = false;      ///< several after commas
  bool many = false;      ///< several after blanks
  bool optional = false;  ///< its value, which follows '='
  bool required = false;
  std::string usual;  ///< its value where it is not given; empty: none
  std::vector<std::string> excludes;
  std::string help;

  bool takes_value() const { return !type.empty(); }
};

struct Section {
  std::string title;
  std::vector<Option> options;
};

struct Example {
  std::string line;  ///< "nearfold embed points.npy ..."
  std::string says;  ///< what it is for; may be empty
};

struct Page {
  std::string command;  ///< empty: the tool itself
  std::string help;
  std::vector<Option> arguments;
  std::vector<Section> sections;
  std::vector<Example> examples;

  std::vector<Option> options() const;  ///< of all sections
  /// "nearfold embed", or, by '-', the name of its man page.
  std::string title(char between = ' ') const;
};

struct Manual {
  std::string version;
  Page front;
  std::vector<Page> commands;
};
Manual read_manual(const CLI::App& app, const std::string& version);

/// The lines of the shell in a page of docs/, each to its command, their comments in their words.
/// Throws std::runtime_error where there are none.
void add_examples(Manual& manual, const std::string& path);

/// A part of a text: prose, or what is typed as it stands, as flags and what is in backticks.
struct Span {
  std::string text;
  bool typed;
};
std::vector<Span> spans(const std::string& text);

/// The help of an option as sentences, with what it excludes and its usual value.
std::string sentences(const Option& option);

/// What the tool reads after its name: "[OPTIONS] -o FILE [input]".
std::vector<std::string> synopsis(const Page& page);

}  // namespace nearfold::manual
