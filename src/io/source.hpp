// The one way in for bytes: a source of known size that is read from front to back and never past
// its end. Every parser reads through it, whether the bytes are a file, memory (tests, fuzzers), a
// gzip stream or an entry of a zip archive.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <initializer_list>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace nearfold::io {

static_assert(std::endian::native == std::endian::little, "file formats are read as little-endian");

class Rounding;

/// The most bytes that deflate makes of one.
inline constexpr std::int64_t kMaxExpansion = 1032;

/// The product of sizes >= 0, or nothing when it exceeds int64.
std::optional<std::int64_t> checked_product(std::initializer_list<std::int64_t> factors);
std::optional<std::int64_t> checked_product(std::span<const std::int64_t> factors);

/// `text` for a message: control characters and what is not UTF-8 are question marks, so that no
/// file can send commands to a terminal.
std::string printable(std::string_view text);

/// The same in quotes, at most 40 bytes.
std::string in_quotes(std::string_view text);

/// Bytes with a name, a size and a position. Copies share what they read from.
class ByteSource {
 public:
  /// Fills `into` with the bytes from `offset` on and returns how many there were: fewer than
  /// asked only at the end. Throws IoError or InvalidInput.
  using ReadAt = std::function<std::size_t(std::int64_t offset, std::span<std::byte> into)>;

  /// Whether size() is known, or only a limit that the unpacked bytes cannot exceed.
  enum class Size { exact, limit };

  ByteSource(std::string name, std::int64_t size, ReadAt read_at, Size kind = Size::exact);

  /// A regular file; "-" is standard input, of which a pipe is kept in memory so that it can be
  /// opened again. IoError when it cannot be opened, InvalidInput when it is a folder or device.
  /// finish() finds out when it was changed since.
  static ByteSource file(const std::string& path);
  /// Bytes of the caller, which must outlive the source.
  static ByteSource memory(std::string name, std::span<const std::byte> bytes);
  /// What a gzip stream unpacks to; its size is limited by what deflate can reach.
  static ByteSource gunzip(const ByteSource& packed);

  const std::string& name() const { return name_; }
  bool is_standard_input() const { return is_standard_input_; }
  std::int64_t size() const { return size_; }
  /// Whether that is its size, and not a limit.
  bool has_size() const { return kind_ == Size::exact; }
  std::int64_t position() const { return position_; }
  std::int64_t remaining() const { return size_ - position_; }

  /// The next bytes; fewer than asked is an error.
  void read(std::span<std::byte> out);

  /// The next bytes, as many as there are: 0 at the end. The way to read to the end of a packed
  /// source, whose size is not known.
  std::size_t read_some(std::span<std::byte> out);

  /// The next value, stored in little-endian or in big-endian order.
  template <class T>
  T read_little();
  template <class T>
  T read_big();

  /// Goes on from another byte. What is packed is unpacked again from the beginning for a byte
  /// before this one.
  void seek(std::int64_t position) { position_ = position; }

  /// Bytes from anywhere, the position unchanged; returns how many there were. For files and
  /// memory only: streams cannot go back.
  std::size_t peek(std::int64_t offset, std::span<std::byte> out) const;

  /// Checks that `bytes` more bytes complete the source, before anything is allocated for them.
  /// `what` says where the number comes from.
  void require_remaining(std::int64_t bytes, const std::string& what) const;

  /// Checks that nothing is left, and that the file is the one that was opened; checksums of packed
  /// sources are verified here.
  void finish();
  /// finish() then checks the file that `packed` is read from, too.
  void unpacked_from(const ByteSource& packed) { check_unchanged_ = packed.check_unchanged_; }

  /// How its numbers become float32, and what was lost (rounding.hpp).
  Rounding& rounding() const { return *rounding_; }
  /// Of a source that is a part of another one.
  void share_rounding(const ByteSource& whole) { rounding_ = whole.rounding_; }

  /// Throws InvalidInput naming the source and the byte.
  [[noreturn]] void malformed(const std::string& what) const { malformed_at(position_, what); }
  [[noreturn]] void malformed_at(std::int64_t offset, const std::string& what) const;

 private:
  std::string name_;
  bool is_standard_input_ = false;
  std::int64_t size_;
  Size kind_;
  std::int64_t position_ = 0;
  std::shared_ptr<Rounding> rounding_;
  ReadAt read_at_;
  std::function<void()> check_unchanged_;  // empty where there is no file
};

template <class T>
T ByteSource::read_little() {
  T value;
  read(std::as_writable_bytes(std::span(&value, 1)));
  return value;
}

template <class T>
T ByteSource::read_big() {
  std::byte stored[sizeof(T)], turned[sizeof(T)];
  read(stored);
  for (std::size_t i = 0; i < sizeof(T); ++i) turned[i] = stored[sizeof(T) - 1 - i];
  T value;
  std::memcpy(&value, turned, sizeof(T));
  return value;
}

}  // namespace nearfold::io
