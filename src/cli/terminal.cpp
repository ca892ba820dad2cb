#include "cli/terminal.hpp"

#include <cstddef>

#include "io/utf8.hpp"

namespace nearfold::cli {

std::string for_terminal(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const bool kept = text[0] == '\n' || text[0] == '\t';
    const std::size_t length = kept ? 1 : io::printable_length(text);
    out += length == 0 ? "?" : text.substr(0, length);
    text.remove_prefix(length == 0 ? 1 : length);
  }
  return out;
}

}  // namespace nearfold::cli
