#include <algorithm>
#include <fstream>
#include <stdexcept>

#include "manual/pages.hpp"

namespace nearfold::manual {
namespace {

/// "nearfold embed a.npy -o b.npy" and "what it does" of a line with both.
Example split(const std::string& line) {
  const auto trimmed = [](const std::string& text) {
    const std::size_t begin = text.find_first_not_of(" \t"), end = text.find_last_not_of(" \t:");
    return begin == std::string::npos ? "" : text.substr(begin, end - begin + 1);
  };
  const std::size_t comment = line.find(" #");
  return {trimmed(line.substr(0, comment)),
          comment == std::string::npos ? "" : trimmed(line.substr(comment + 2))};
}

}  // namespace

void add_examples(Manual& manual, const std::string& path) {
  std::ifstream in(path);
  std::size_t found = 0;
  for (std::string line, next; std::getline(in, line);) {
    while (line.ends_with('\\') && std::getline(in, next)) {
      line.pop_back();
      line += next.substr(std::min(next.find_first_not_of(' '), next.size()));
    }
    for (Page& page : manual.commands) {
      if (!line.starts_with(page.title() + " ")) continue;
      page.examples.push_back(split(line));
      ++found;
    }
  }
  if (found == 0) throw std::runtime_error("no example of a command in '" + path + "'");
}

}  // namespace nearfold::manual
