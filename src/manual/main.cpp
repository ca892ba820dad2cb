// nearfold_manual FOLDER EXAMPLES.md [DATE]: writes man pages, Markdown and completions of the
// tool.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <fstream>

#include "cli/commands.hpp"
#include "manual/texts.hpp"
#include "nearfold/nearfold.hpp"

namespace {

namespace fs = std::filesystem;
using namespace nearfold;

void write(const fs::path& path, const std::string& text) {
  fs::create_directories(path.parent_path());
  std::ofstream out(path, std::ios::binary);
  if (!(out << text).flush()) throw std::runtime_error("cannot write " + path.string());
}

void write_all(const fs::path& folder, const std::string& examples, const std::string& date) {
  CLI::App app;
  cli::add_commands(app);
  manual::Manual manual = manual::read_manual(app, version());
  manual::add_examples(manual, examples);
  const auto write_page = [&](const manual::Page& page) {
    const std::string name = page.title('-');
    write(folder / "man1" / (name + ".1"), manual::man_page(manual, page, date));
    write(folder / "markdown" / (name + ".md"), manual::markdown_page(manual, page));
  };
  write_page(manual.front);
  for (const manual::Page& page : manual.commands) write_page(page);
  write(folder / "bash" / "nearfold", manual::bash_completion(manual));
  write(folder / "zsh" / "_nearfold", manual::zsh_completion(manual));
  write(folder / "fish" / "nearfold.fish", manual::fish_completion(manual));
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3 || argc > 4) {
    std::fprintf(stderr, "usage: nearfold_manual FOLDER EXAMPLES.md [DATE]\n");
    return 2;
  }
  try {
    write_all(argv[1], argv[2], argc == 4 ? argv[3] : "");
  } catch (const std::exception& error) {
    std::fprintf(stderr, "nearfold_manual: %s\n", error.what());
    return 1;
  }
}
