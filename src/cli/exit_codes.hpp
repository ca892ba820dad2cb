// Exit codes. Scripts rely on them; the manual lists them from here, and docs/tool.md has the same
// words (tests/manual).
#pragma once

#include <array>

namespace nearfold::cli {

constexpr int kDone = 0, kInternal = 1, kUsage = 2, kBadInput = 3, kMemory = 4, kIo = 5,
              kDevice = 6, kGate = 7;

struct ExitCode {
  int code;
  const char* meaning;
};
inline constexpr std::array kExitCodes = {
    ExitCode{kDone, "done"},
    ExitCode{kInternal, "internal error"},
    ExitCode{kUsage, "wrong usage or parameter"},
    ExitCode{kBadInput, "unusable input"},
    ExitCode{kMemory, "out of memory"},
    ExitCode{kIo,
             "a file could not be read or written, or exists already and --force was not given"},
    ExitCode{kDevice, "no usable GPU"},
    ExitCode{kGate, "a check of compare failed"},
    ExitCode{129, "interrupted by SIGHUP"},
    ExitCode{130, "interrupted by SIGINT"},
    ExitCode{143, "interrupted by SIGTERM"}};

}  // namespace nearfold::cli
