// Text of files, whose encoding is UTF-8 or nothing that can be known.
#pragma once

#include <cstddef>
#include <string_view>

namespace nearfold::io {

/// Bytes of the character at the beginning of `text`; 0 where it is empty, not UTF-8, or a control
/// character.
std::size_t printable_length(std::string_view text);

}  // namespace nearfold::io
