// Files without a name, for what does not fit in memory: nobody else can open, cut or change them,
// and they are gone with the process.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "io/descriptor.hpp"
#include "io/source.hpp"

namespace nearfold::io {

/// In `folder`, to read and write. -1, with errno, where there can be none.
int nameless_file(const std::string& folder);

/// All of the bytes. Throws IoError that it cannot <action> the folder.
void write_at(int fd, std::int64_t offset, std::span<const std::byte> bytes,
              const std::string& action, const std::string& folder);

/// Bytes that are written one after the other, and read later.
class Spill {
 public:
  /// Throws IoError, as write() does.
  explicit Spill(const std::string& folder);
  void write(std::span<const std::byte> bytes);
  /// All that was written so far; may outlive this.
  ByteSource source() const;

 private:
  std::string folder_;
  std::shared_ptr<const Descriptor> file_;
  std::int64_t size_ = 0;
};

}  // namespace nearfold::io
