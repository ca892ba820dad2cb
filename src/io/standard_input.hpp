// Standard input as a regular file.
#pragma once

#include <cstdint>

namespace nearfold::io {

struct StandardInput {
  int fd;              ///< a descriptor of its own
  std::int64_t begin;  ///< where its bytes begin
};

/// What a pipe gives is read to its end into memory, which is standard input from then on: it can
/// be opened again, and read from anywhere. Throws IoError; Stopped while it waits.
StandardInput open_standard_input();

}  // namespace nearfold::io
