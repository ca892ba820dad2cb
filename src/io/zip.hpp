// Zip archives of .npy arrays (.npz), read and written through libzip. Entries are looked up by
// name and read in place; nothing is ever extracted to a path that an archive names.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "io/io.hpp"
#include "io/source.hpp"

struct zip;

namespace nearfold::io {

/// The arrays of an .npz.
class Archive {
 public:
  /// InvalidInput when `source` is no zip archive, or has more than 1000 entries or two of a name.
  explicit Archive(const ByteSource& source);

  /// Names of the entries, without ".npy", in their order.
  const std::vector<std::string>& names() const { return names_; }
  /// The same archive, of which has() and entry() see what is in a folder, "graph/".
  Archive folder(const std::string& name) const;
  bool has(const std::string& name) const;
  /// The names in quotes, with commas between; "none" when there are none.
  std::string listing() const;

  /// The bytes of an entry; its checksum is verified by finish(). InvalidInput when it is missing,
  /// encrypted, compressed by anything but deflate, or claims a size that deflate cannot reach.
  ByteSource entry(const std::string& name) const;

 private:
  struct Input;
  struct EntryStream;

  /// The size that an entry unpacks to, checked as entry() says.
  std::int64_t unpacked_size(std::uint64_t index) const;

  std::string name_;
  std::shared_ptr<Input> input_;
  std::shared_ptr<struct ::zip> zip_;
  std::vector<std::string> names_;
  std::string folder_;
};

/// One entry to be written: `head`, `body`, and all that `rest` has.
struct ZipEntry {
  std::string name;
  std::string head;
  std::span<const std::byte> body;
  std::optional<ByteSource> rest = {};
};

/// Writes an archive of uncompressed entries, as write_file() does. The same entries give the same
/// bytes: the time of every entry is 1980-01-01.
void write_zip(const std::string& path, std::span<const ZipEntry> entries, Overwrite overwrite);

}  // namespace nearfold::io
