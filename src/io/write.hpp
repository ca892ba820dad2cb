// Atomic replacement of a file: what all writers go through.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "io/descriptor.hpp"
#include "io/io.hpp"

namespace nearfold::io {

inline std::span<const std::byte> bytes_of(std::string_view text) {
  return std::as_bytes(std::span(text.data(), text.size()));
}

/// The folder of a file; "." where its path names none.
std::string folder_of(const std::string& path);

/// A file in a hidden folder beside its target. commit() puts it in the target's place; without
/// that it is removed again, and the target is as it was. The folder is locked while its writer
/// lives, so that the next writer there can tell one that was killed from one at work, and removes
/// it.
class AtomicFile {
 public:
  /// Creates the file; throws what check_writable() does, and IoError.
  AtomicFile(const std::string& path, Overwrite overwrite);
  ~AtomicFile();
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;

  /// Path of the temporary file, for writers that open it themselves.
  const std::string& temporary() const { return temporary_; }

  void write(std::span<const std::byte> bytes);

  /// Syncs the file, renames it to the target and syncs the folder.
  void commit();

 private:
  std::string target_;
  std::string folder_;
  Overwrite overwrite_;
  std::string hidden_;  // the folder of the temporary file
  std::unique_ptr<Descriptor> lock_;
  std::string temporary_;
};

}  // namespace nearfold::io
