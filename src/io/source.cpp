// Byte sources over files and memory; gzip.cpp and zip.cpp have the packed ones.
#include "io/source.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <memory>
#include <utility>

#include "core/stopping.hpp"
#include "io/descriptor.hpp"
#include "io/rounding.hpp"
#include "io/standard_input.hpp"
#include "io/utf8.hpp"
#include "nearfold/error.hpp"

namespace nearfold::io {
namespace {

constexpr std::size_t kMaxPerCall = std::size_t{1} << 26;  // some hundredths of a second

/// A file and how much of it was read so far, in whatever order.
struct OpenFile {
  explicit OpenFile(int fd) : descriptor(fd) {}

  Descriptor descriptor;
  std::int64_t bytes = 0, read = 0;
};

std::size_t read_file_at(OpenFile& file, const std::string& path, std::int64_t offset,
                         std::span<std::byte> into) {
  const int fd = file.descriptor.get();
  std::size_t done = 0;
  while (done < into.size()) {
    throw_if_stopped(static_cast<double>(file.read) /
                     static_cast<double>(std::max<std::int64_t>(1, file.bytes)));
    const std::size_t ask = std::min(into.size() - done, kMaxPerCall);
    const ssize_t got =
        ::pread(fd, into.data() + done, ask, offset + static_cast<std::int64_t>(done));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throw_errno("read", path);
    if (got == 0) break;
    done += static_cast<std::size_t>(got);
    file.read += got;
  }
  return done;
}

/// Size and time of the last change, as of now.
struct stat status_of(int fd, const std::string& path) {
  struct stat status {};
  if (::fstat(fd, &status) != 0) throw_errno("examine", path);
  return status;
}

void require_same(const struct stat& before, const struct stat& now, const std::string& path) {
  if (before.st_size == now.st_size && before.st_mtim.tv_sec == now.st_mtim.tv_sec &&
      before.st_mtim.tv_nsec == now.st_mtim.tv_nsec)
    return;
  throw InvalidInput("'" + path + "' changed while it was read (" + std::to_string(before.st_size) +
                     " bytes at first, " + std::to_string(now.st_size) +
                     " now): wait until it is written");
}

}  // namespace

std::optional<std::int64_t> checked_product(std::span<const std::int64_t> factors) {
  std::int64_t product = 1;
  for (const std::int64_t factor : factors)
    if (__builtin_mul_overflow(product, factor, &product)) return std::nullopt;
  return product;
}

std::optional<std::int64_t> checked_product(std::initializer_list<std::int64_t> factors) {
  return checked_product(std::span(factors.begin(), factors.size()));
}

std::string printable(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const std::size_t length = printable_length(text);
    out += length == 0 ? "?" : text.substr(0, length);
    text.remove_prefix(length == 0 ? 1 : length);
  }
  return out;
}

std::string in_quotes(std::string_view text) {
  constexpr std::size_t kMax = 40;
  std::size_t end = std::min(text.size(), kMax);
  while (end > 0 && end < text.size() && (text[end] & 0xc0) == 0x80) --end;  // whole characters
  return "'" + printable(text.substr(0, end)) + (text.size() > kMax ? "...'" : "'");
}

ByteSource::ByteSource(std::string name, std::int64_t size, ReadAt read_at, Size kind)
    : name_(std::move(name)),
      size_(size),
      kind_(kind),
      rounding_(std::make_shared<Rounding>()),
      read_at_(std::move(read_at)) {}

ByteSource ByteSource::file(const std::string& path) {
  const bool is_standard_input = path == "-";
  const StandardInput standard = is_standard_input ? open_standard_input() : StandardInput{-1, 0};
  // Non-blocking: opening a pipe without a writer would wait for ever.
  const auto file = std::make_shared<OpenFile>(
      is_standard_input ? standard.fd : ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (file->descriptor.get() < 0) throw_errno("open", path);
  const std::string name = is_standard_input ? "standard input" : path;
  const struct stat status = status_of(file->descriptor.get(), name);
  file->bytes = status.st_size;
  if (!S_ISREG(status.st_mode))
    throw InvalidInput("'" + name + "' is " + (S_ISDIR(status.st_mode) ? "a folder" : "no file") +
                       ": give a regular file");
  ByteSource source(name, status.st_size - standard.begin,
                    [file, name, standard](std::int64_t offset, std::span<std::byte> into) {
                      return read_file_at(*file, name, standard.begin + offset, into);
                    });
  source.is_standard_input_ = is_standard_input;
  source.check_unchanged_ = [file, name, status] {
    require_same(status, status_of(file->descriptor.get(), name), name);
  };
  return source;
}

ByteSource ByteSource::memory(std::string name, std::span<const std::byte> bytes) {
  const auto size = static_cast<std::int64_t>(bytes.size());
  return {std::move(name), size, [bytes](std::int64_t offset, std::span<std::byte> into) {
            const std::size_t start = std::min(static_cast<std::size_t>(offset), bytes.size());
            const std::size_t count = std::min(into.size(), bytes.size() - start);
            std::copy_n(bytes.begin() + static_cast<std::ptrdiff_t>(start), count, into.begin());
            return count;
          }};
}

void ByteSource::read(std::span<std::byte> out) {
  const auto asked = static_cast<std::int64_t>(out.size());
  if (asked > remaining())
    malformed("truncated: " + std::to_string(asked) + " bytes are due and " +
              std::to_string(remaining()) + " are left");
  const auto got = static_cast<std::int64_t>(read_at_(position_, out));
  position_ += got;
  if (got == asked) return;
  if (kind_ == Size::limit) malformed("truncated: the packed data ends here");
  malformed("the file became shorter while it was read");
}

std::size_t ByteSource::read_some(std::span<std::byte> out) {
  const auto most = static_cast<std::int64_t>(out.size());
  const std::size_t got =
      read_at_(position_, out.first(static_cast<std::size_t>(std::min(most, remaining()))));
  position_ += static_cast<std::int64_t>(got);
  return got;
}

std::size_t ByteSource::peek(std::int64_t offset, std::span<std::byte> out) const {
  return read_at_(offset, out);
}

void ByteSource::require_remaining(std::int64_t bytes, const std::string& what) const {
  if (bytes > remaining() && kind_ == Size::exact)
    malformed("truncated: " + what + " needs " + std::to_string(bytes) + " bytes and " +
              std::to_string(remaining()) + " are left");
  if (bytes > remaining())
    malformed(what + " needs " + std::to_string(bytes) +
              " bytes, more than the packed file can unpack to");
  if (bytes < remaining() && kind_ == Size::exact)
    malformed_at(position_ + bytes, what + " needs " + std::to_string(bytes) + " bytes and " +
                                        std::to_string(remaining()) + " are left: " +
                                        std::to_string(remaining() - bytes) + " too many");
}

void ByteSource::finish() {
  if (check_unchanged_) check_unchanged_();
  std::byte extra;
  const bool more =
      (kind_ == Size::exact && remaining() > 0) || read_at_(position_, std::span(&extra, 1)) > 0;
  if (more) malformed("there are bytes after the end of the data");
}

void ByteSource::malformed_at(std::int64_t offset, const std::string& what) const {
  throw InvalidInput("'" + name_ + "', byte " + std::to_string(offset) + ": " + what);
}

}  // namespace nearfold::io
