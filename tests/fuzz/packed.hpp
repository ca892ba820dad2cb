// Archives made in memory: a zip of given bytes with right checksums, which no fuzzer would find by
// chance, and the crates that stand for one in a corpus: its entries, one after another, each with
// the lengths of its name (one byte) and its bytes (two, little-endian) in front.
#pragma once

#include <zlib.h>

#include <algorithm>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace nearfold::fuzz {

struct Entry {
  std::string name;
  std::string bytes;
};

inline std::string little(std::uint64_t value, int bytes) {
  std::string text;
  for (int b = 0; b < bytes; ++b) text += static_cast<char>(value >> (8 * b));
  return text;
}

/// Any bytes are a crate: what does not end as it should is cut off.
inline std::vector<Entry> unpack_crate(std::string_view crate) {
  std::vector<Entry> entries;
  const auto take = [&crate](std::size_t most) {
    const std::string_view taken = crate.substr(0, most);
    crate.remove_prefix(taken.size());
    return taken;
  };
  const auto number = [&](std::size_t bytes) {
    std::size_t value = 0, shift = 0;
    for (const char c : take(bytes))
      value |= std::size_t{static_cast<unsigned char>(c)} << shift++ * 8;
    return value;
  };
  while (!crate.empty()) {
    const std::string name(take(number(1)));
    entries.push_back({name, std::string(take(number(2)))});
  }
  return entries;
}

inline std::string pack_crate(const std::vector<Entry>& entries) {
  std::string crate;
  for (const auto& [name, bytes] : entries) {
    if (name.size() > 0xff || bytes.size() > 0xffff) throw std::length_error("a crate is small");
    crate += little(name.size(), 1) + name + little(bytes.size(), 2) + bytes;
  }
  return crate;
}

/// What deflate makes of the bytes; `window` as of zlib: -15 raw, 31 gzip.
inline std::string deflated(const std::string& bytes, int window) {
  z_stream stream{};
  if (deflateInit2(&stream, 9, Z_DEFLATED, window, 8, Z_DEFAULT_STRATEGY) != Z_OK)
    throw std::runtime_error("zlib cannot be initialised");
  std::string packed(deflateBound(&stream, bytes.size()), '\0');
  std::string in = bytes;  // zlib's input is not const
  stream.next_in = reinterpret_cast<Bytef*>(in.data());
  stream.avail_in = static_cast<uInt>(in.size());
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  const int status = deflate(&stream, Z_FINISH);
  packed.resize(stream.total_out);
  deflateEnd(&stream);
  if (status != Z_STREAM_END) throw std::runtime_error("zlib cannot deflate");
  return packed;
}

enum class Method { store = 0, deflate = 8 };

/// A zip archive of the entries, in their order.
inline std::string zip(const std::vector<Entry>& entries, Method method = Method::store) {
  constexpr std::uint64_t kVersion = 20, kFirstOfJanuary1980 = 0x21;
  std::string archive, directory;
  for (const auto& [name, bytes] : entries) {
    const std::string body = method == Method::store ? bytes : deflated(bytes, -15);
    const auto* const start = reinterpret_cast<const Bytef*>(bytes.data());
    const std::string common =
        little(kVersion, 2) + little(0, 2) + little(static_cast<std::uint64_t>(method), 2) +
        little(0, 2) + little(kFirstOfJanuary1980, 2) +
        little(crc32(0, start, static_cast<uInt>(bytes.size())), 4) + little(body.size(), 4) +
        little(bytes.size(), 4) + little(name.size(), 2) + little(0, 2);
    directory += "PK\1\2" + little(kVersion, 2) + common + std::string(10, '\0') +
                 little(archive.size(), 4) + name;
    archive += "PK\3\4" + common + name + body;
  }
  return archive + directory + "PK\5\6" + little(0, 4) + little(entries.size(), 2) +
         little(entries.size(), 2) + little(directory.size(), 4) + little(archive.size(), 4) +
         little(0, 2);
}

}  // namespace nearfold::fuzz
