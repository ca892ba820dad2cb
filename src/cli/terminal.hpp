// Text that came from outside - file names, labels, arguments - on its way to a terminal, where it
// could move the cursor, change colours or retitle the window.
#pragma once

#include <string>
#include <string_view>

namespace nearfold::cli {

/// `text` as UTF-8 with ? for every control character but line breaks and tabs, and for every byte
/// that is not UTF-8.
std::string for_terminal(std::string_view text);

}  // namespace nearfold::cli
