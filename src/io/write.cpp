// Writing files so that a reader, a crash or a full disk never meets half of one.
#include "io/write.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <string>
#include <string_view>

#include "io/descriptor.hpp"
#include "io/npy.hpp"
#include "nearfold/error.hpp"

namespace nearfold::io {
namespace {

std::string folder_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

/// The file that a symbolic link leads to, so that the link stays; else `path` itself.
std::string followed(const std::string& path) {
  char* const real = ::realpath(path.c_str(), nullptr);
  if (real == nullptr) return path;
  std::string target = real;
  ::free(real);
  return target;
}

void refuse_existing(const std::string& path, Overwrite overwrite) {
  struct stat status {};
  if (::lstat(path.c_str(), &status) != 0) {
    if (errno != ENOENT) throw_errno("write", path);
    return;
  }
  const bool dangling = ::stat(path.c_str(), &status) != 0;
  if (!dangling && !S_ISREG(status.st_mode))
    throw InvalidInput("'" + path + "' is no regular file: choose another name");
  if (overwrite == Overwrite::no)
    throw InvalidInput("'" + path + "' exists already: use --force to replace it");
}

void sync_path(const std::string& path) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.get() < 0) throw_errno("open", path);
  // Some file systems cannot sync a folder and say EINVAL; there is nothing more to be done then.
  if (::fsync(file.get()) != 0 && errno != EINVAL) throw_errno("sync", path);
}

std::span<const std::byte> bytes_of(std::string_view text) {
  return std::as_bytes(std::span(text.data(), text.size()));
}

void write_array(const std::string& path, const std::string& header,
                 std::span<const std::byte> values, Overwrite overwrite) {
  AtomicFile file(path, overwrite);
  file.write(bytes_of(header));
  file.write(values);
  file.commit();
}

}  // namespace

AtomicFile::AtomicFile(const std::string& path, Overwrite overwrite)
    : target_(overwrite == Overwrite::yes ? followed(path) : path),
      folder_(folder_of(target_)),
      overwrite_(overwrite) {
  refuse_existing(target_, overwrite_);
  constexpr int kNames = 1000;  // taken by other writers in this folder, or left by a killed one
  for (int i = 0; i < kNames && temporary_.empty(); ++i) {
    const std::string name =
        folder_ + "/.nearfold-" + std::to_string(::getpid()) + "-" + std::to_string(i) + ".tmp";
    const Descriptor file(::open(name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666));
    if (file.get() >= 0) temporary_ = name;
    if (file.get() < 0 && errno != EEXIST) throw_errno("write", path);
  }
  if (temporary_.empty()) throw_errno("write", path);
}

AtomicFile::~AtomicFile() {
  if (!committed_) ::unlink(temporary_.c_str());
}

void AtomicFile::write(std::span<const std::byte> bytes) {
  constexpr std::size_t kMostPerCall = std::size_t{1} << 30;
  const Descriptor file(::open(temporary_.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC));
  if (file.get() < 0) throw_errno("write", target_);
  while (!bytes.empty()) {
    const ssize_t done = ::write(file.get(), bytes.data(), std::min(bytes.size(), kMostPerCall));
    if (done < 0 && errno == EINTR) continue;
    if (done < 0) throw_errno("write", target_);
    bytes = bytes.subspan(static_cast<std::size_t>(done));
  }
}

void AtomicFile::commit() {
  sync_path(temporary_);
  refuse_existing(target_, overwrite_);
  if (::rename(temporary_.c_str(), target_.c_str()) != 0) throw_errno("write", target_);
  committed_ = true;
  sync_path(folder_);
}

void check_writable(const std::string& path, Overwrite overwrite) {
  const AtomicFile probe(path, overwrite);
}

void write_file(const std::string& path, std::span<const std::byte> bytes, Overwrite overwrite) {
  AtomicFile file(path, overwrite);
  file.write(bytes);
  file.commit();
}

void write_file(const std::string& path, std::string_view text, Overwrite overwrite) {
  write_file(path, bytes_of(text), overwrite);
}

void write_npy(const std::string& path, HostMatrix<const float> values, Overwrite overwrite) {
  const std::int64_t shape[] = {values.rows, values.cols};
  const std::span data(values.data, static_cast<std::size_t>(values.size()));
  write_array(path, npy_header("<f4", shape), std::as_bytes(data), overwrite);
}

void write_npy(const std::string& path, std::span<const std::int32_t> values, Overwrite overwrite) {
  const std::int64_t shape[] = {static_cast<std::int64_t>(values.size())};
  write_array(path, npy_header("<i4", shape), std::as_bytes(values), overwrite);
}

}  // namespace nearfold::io
