// A gzip stream as a byte source, unpacked as it is read: memory stays constant whatever the stream
// claims, and zlib checks its checksum and length at the end.
#include <zlib.h>

#include <algorithm>
#include <array>
#include <memory>
#include <utility>

#include "io/source.hpp"
#include "nearfold/error.hpp"

namespace nearfold::io {
namespace {

class Inflater {
 public:
  explicit Inflater(ByteSource packed) : packed_(std::move(packed)) {
    constexpr int kGzip = 16 + MAX_WBITS;
    if (::inflateInit2(&stream_, kGzip) != Z_OK) throw IoError("zlib cannot be initialised");
  }
  ~Inflater() { ::inflateEnd(&stream_); }
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;

  /// The bytes from `offset` on; fewer than asked when the stream has ended before. Those behind
  /// the last ones are unpacked again from the beginning.
  std::size_t read(std::int64_t offset, std::span<std::byte> into) {
    if (offset < at_) restart();
    std::array<std::byte, 4096> skipped;
    while (at_ < offset) {
      const auto ask = static_cast<std::size_t>(
          std::min<std::int64_t>(offset - at_, static_cast<std::int64_t>(skipped.size())));
      if (next(std::span(skipped).first(ask)) < ask) return 0;
    }
    return next(into);
  }

 private:
  void restart() {
    ::inflateReset(&stream_);
    stream_.avail_in = 0;
    packed_.seek(0);
    ended_ = false;
    at_ = 0;
  }

  std::size_t next(std::span<std::byte> into) {
    std::size_t done = 0;
    while (done < into.size() && !ended_) {
      if (stream_.avail_in == 0) refill();
      const std::size_t ask = std::min<std::size_t>(into.size() - done, 1U << 30);
      stream_.next_out = reinterpret_cast<Bytef*>(into.data() + done);
      stream_.avail_out = static_cast<uInt>(ask);
      step(::inflate(&stream_, Z_NO_FLUSH));
      done += ask - stream_.avail_out;
    }
    at_ += static_cast<std::int64_t>(done);
    return done;
  }

  void refill() {
    const auto count = static_cast<std::size_t>(
        std::min<std::int64_t>(packed_.remaining(), static_cast<std::int64_t>(input_.size())));
    if (count == 0) packed_.malformed("truncated: the gzip stream has no end");
    packed_.read(std::span(input_).first(count));
    stream_.next_in = reinterpret_cast<Bytef*>(input_.data());
    stream_.avail_in = static_cast<uInt>(count);
  }

  void step(int status) {
    ended_ = status == Z_STREAM_END;
    if (ended_ && (stream_.avail_in > 0 || packed_.remaining() > 0))
      packed_.malformed("there are bytes after the end of the gzip stream");
    if (status != Z_OK && status != Z_STREAM_END && status != Z_BUF_ERROR)
      packed_.malformed(std::string("the gzip stream is damaged: ") +
                        (stream_.msg != nullptr ? stream_.msg : "unknown error"));
  }

  ByteSource packed_;
  z_stream stream_{};
  std::array<std::byte, std::size_t{1} << 16> input_{};
  bool ended_ = false;
  std::int64_t at_ = 0;  // of the next byte that comes out
};

}  // namespace

ByteSource ByteSource::gunzip(const ByteSource& packed) {
  const auto limit = checked_product({packed.size(), kMaxExpansion});
  const auto inflater = std::make_shared<Inflater>(packed);
  ByteSource source(
      packed.name(), limit.value_or(INT64_MAX),
      [inflater](std::int64_t offset, std::span<std::byte> into) {
        return inflater->read(offset, into);
      },
      Size::limit);
  source.unpacked_from(packed);
  return source;
}

}  // namespace nearfold::io
