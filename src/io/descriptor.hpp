// An open file descriptor that closes itself, and the exception for a failed system call.
#pragma once

#include <unistd.h>

#include <cerrno>
#include <string>
#include <system_error>

#include "nearfold/error.hpp"

namespace nearfold::io {

/// Owns a file descriptor; -1 owns none.
class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;

  int get() const { return fd_; }

 private:
  int fd_;
};

/// Throws IoError "cannot <action> '<path>': <the system's reason>", the reason being errno's.
[[noreturn]] inline void throw_errno(const std::string& action, const std::string& path) {
  const std::string reason = std::generic_category().message(errno);
  throw IoError("cannot " + action + " '" + path + "': " + reason);
}

}  // namespace nearfold::io
