// Writing files so that a reader, a crash or a full disk never meets half of one.
#include "io/write.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include "core/stopping.hpp"
#include "io/npy.hpp"
#include "nearfold/error.hpp"

namespace nearfold::io {
namespace {

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
    throw IoError("'" + path + "' exists already: use --force to replace it");
}

void sync_path(const std::string& path) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.get() < 0) throw_errno("open", path);
  // Some file systems cannot sync a folder and say EINVAL; there is nothing more to be done then.
  if (::fsync(file.get()) != 0 && errno != EINVAL) throw_errno("sync", path);
}

constexpr const char* kPrefix = ".nearfold-";
constexpr mode_t kUsualMode = 0666;  // less what the umask takes

void remove_folder(const std::string& path) {
  std::error_code ignored;
  std::filesystem::remove_all(path, ignored);
}

/// A lock on a folder, or null when another process has it or the folder is gone. Where the file
/// system has no locks, the folder counts as locked by its maker and by nobody else.
std::unique_ptr<Descriptor> lock_folder(const std::string& path, bool made_here = true) {
  auto folder = std::make_unique<Descriptor>(
      ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (folder->get() < 0) return nullptr;
  if (::flock(folder->get(), LOCK_EX | LOCK_NB) != 0 && (errno == EWOULDBLOCK || !made_here))
    return nullptr;
  struct stat status {};
  const bool there = ::stat(path.c_str(), &status) == 0;
  return there ? std::move(folder) : nullptr;
}

/// What writers that were killed have left in a folder.
void remove_abandoned(const std::string& folder) {
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator(folder, ignored)) {
    if (!entry.path().filename().string().starts_with(kPrefix)) continue;
    if (const auto lock = lock_folder(entry.path().string(), /*made_here=*/false))
      remove_folder(entry.path().string());
  }
}

}  // namespace

std::string folder_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

AtomicFile::AtomicFile(const std::string& path, Overwrite overwrite)
    : target_(overwrite == Overwrite::yes ? followed(path) : path),
      folder_(folder_of(target_)),
      overwrite_(overwrite) {
  refuse_existing(target_, overwrite_);
  remove_abandoned(folder_);
  // Between its making and its locking, another writer may take the folder for an abandoned one.
  for (int attempt = 0; attempt < 100 && !lock_; ++attempt) {
    hidden_ = folder_ + "/" + kPrefix + "XXXXXX";
    if (::mkdtemp(hidden_.data()) == nullptr) throw_errno("write", path);
    lock_ = lock_folder(hidden_);
  }
  temporary_ = hidden_ + "/file";
  const Descriptor file(
      ::open(temporary_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, kUsualMode));
  if (file.get() >= 0) return;
  const int reason = errno;
  ::rmdir(hidden_.c_str());
  errno = reason;
  throw_errno("write", path);
}

AtomicFile::~AtomicFile() {
  remove_folder(hidden_);
}

void AtomicFile::write(std::span<const std::byte> bytes) {
  constexpr std::size_t kMaxPerCall = std::size_t{1} << 26;
  const Descriptor file(::open(temporary_.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC));
  if (file.get() < 0) throw_errno("write", target_);
  while (!bytes.empty()) {
    throw_if_stopped();
    const ssize_t done = ::write(file.get(), bytes.data(), std::min(bytes.size(), kMaxPerCall));
    if (done < 0 && errno == EINTR) continue;
    if (done < 0) throw_errno("write", target_);
    bytes = bytes.subspan(static_cast<std::size_t>(done));
  }
}

void AtomicFile::commit() {
  sync_path(temporary_);
  refuse_existing(target_, overwrite_);
  if (::rename(temporary_.c_str(), target_.c_str()) != 0) throw_errno("write", target_);
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
  const std::int64_t shape[] = {values.rows(), values.cols()};
  AtomicFile file(path, overwrite);
  file.write(bytes_of(npy_header("<f4", shape)));
  file.write(std::as_bytes(values.span()));
  file.commit();
}

void write_npy(const std::string& path, std::span<const std::int32_t> values, Overwrite overwrite) {
  const std::int64_t shape[] = {static_cast<std::int64_t>(values.size())};
  AtomicFile file(path, overwrite);
  file.write(bytes_of(npy_header("<i4", shape)));
  file.write(std::as_bytes(values));
  file.commit();
}

}  // namespace nearfold::io
