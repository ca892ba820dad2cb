#include "io/standard_input.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstddef>

#include "core/stopping.hpp"
#include "io/descriptor.hpp"

namespace nearfold::io {
namespace {

constexpr const char* kName = "standard input";

void write_all(int fd, const std::byte* bytes, std::size_t count) {
  while (count > 0) {
    const ssize_t done = ::write(fd, bytes, count);
    if (done < 0 && errno == EINTR) continue;
    if (done < 0) throw_errno("keep", kName);
    bytes += done;
    count -= static_cast<std::size_t>(done);
  }
}

/// Signals do not end a read, so it is asked for when there is something.
void copy_to(int fd) {
  constexpr int kLookMs = 200;
  std::array<std::byte, std::size_t{1} << 16> block;
  for (;;) {
    throw_if_stopped();
    pollfd wait{STDIN_FILENO, POLLIN, 0};
    if (::poll(&wait, 1, kLookMs) <= 0) continue;
    const ssize_t got = ::read(STDIN_FILENO, block.data(), block.size());
    if (got < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    if (got < 0) throw_errno("read", kName);
    if (got == 0) return;
    write_all(fd, block.data(), static_cast<std::size_t>(got));
  }
}

}  // namespace

StandardInput open_standard_input() {
  struct stat status {};
  if (::fstat(STDIN_FILENO, &status) != 0) throw_errno("read", kName);
  if (!S_ISREG(status.st_mode)) {
    const Descriptor memory(::memfd_create("nearfold", MFD_CLOEXEC));
    if (memory.get() < 0) throw_errno("keep", kName);
    copy_to(memory.get());
    if (::lseek(memory.get(), 0, SEEK_SET) != 0 || ::dup2(memory.get(), STDIN_FILENO) < 0)
      throw_errno("keep", kName);
  }
  const off_t begin = ::lseek(STDIN_FILENO, 0, SEEK_CUR);
  const int fd = ::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3);
  if (begin < 0 || fd < 0) throw_errno("read", kName);
  return {fd, begin};
}

}  // namespace nearfold::io
