#include "io/nameless_file.hpp"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include <cerrno>

namespace nearfold::io {
namespace {

constexpr const char* kKeep = "keep results in";

}  // namespace

int nameless_file(const std::string& folder) {
  const int fd = ::open(folder.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
  if (fd >= 0 || (errno != EOPNOTSUPP && errno != EISDIR)) return fd;
  std::string name = folder + "/.nearfold-points-XXXXXX";
  const int named = ::mkostemp(name.data(), O_CLOEXEC);
  if (named >= 0) ::unlink(name.c_str());
  return named;
}

void write_at(int fd, std::int64_t offset, std::span<const std::byte> bytes,
              const std::string& action, const std::string& folder) {
  while (!bytes.empty()) {
    const ssize_t done = ::pwrite(fd, bytes.data(), bytes.size(), offset);
    if (done < 0 && errno == EINTR) continue;
    if (done < 0) throw_errno(action, folder);
    bytes = bytes.subspan(static_cast<std::size_t>(done));
    offset += done;
  }
}

Spill::Spill(const std::string& folder)
    : folder_(folder), file_(std::make_shared<const Descriptor>(nameless_file(folder))) {
  if (file_->get() < 0) throw_errno(kKeep, folder_);
}

void Spill::write(std::span<const std::byte> bytes) {
  write_at(file_->get(), size_, bytes, kKeep, folder_);
  size_ += static_cast<std::int64_t>(bytes.size());
}

ByteSource Spill::source() const {
  return {folder_, size_,
          [file = file_, folder = folder_](std::int64_t offset, std::span<std::byte> into) {
            std::size_t got = 0;
            while (got < into.size()) {
              const ssize_t some = ::pread(file->get(), into.data() + got, into.size() - got,
                                           offset + static_cast<std::int64_t>(got));
              if (some < 0 && errno == EINTR) continue;
              if (some < 0) throw_errno("read what was kept in", folder);
              if (some == 0) break;
              got += static_cast<std::size_t>(some);
            }
            return got;
          }};
}

}  // namespace nearfold::io
