// Ends the program at once where a limit on its memory is too small for it to begin. OpenBLAS takes
// its buffers before main(), and tries again for ever when it gets none: so this runs before any
// library does.
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstddef>

// A sanitizer takes address space of its own before that, and wants to be the first.
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)

namespace {

constexpr std::size_t kNeeded = std::size_t{256} << 20;  // twice what OpenBLAS takes
constexpr int kMemory = 4;                               // exit code, as in main.cpp
constexpr char kMessage[] =
    "nearfold: the limit on address space or data (ulimit -v, -d) leaves less than the 0.26 GB "
    "that "
    "the program needs to begin; raise it\n";

void require_address_space() {
  const long at = syscall(SYS_mmap, nullptr, kNeeded, PROT_READ | PROT_WRITE,
                          MAP_PRIVATE | MAP_ANONYMOUS, -1L, 0L);
  if (at != -1) {
    syscall(SYS_munmap, at, kNeeded);
    return;
  }
  syscall(SYS_write, STDERR_FILENO, kMessage, sizeof kMessage - 1);
  _exit(kMemory);
}

[[gnu::section(".preinit_array"), gnu::used]] void (*g_before_libraries)() = require_address_space;

}  // namespace

#endif
