// Atomic replacement of a file: what all writers go through.
#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "io/io.hpp"

namespace nearfold::io {

/// A temporary file beside its target. commit() puts it in the target's place; without that it is
/// removed again, and the target is as it was.
class AtomicFile {
 public:
  /// Creates the temporary file; throws what check_writable() does, and IoError.
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
  std::string temporary_;
  bool committed_ = false;
};

}  // namespace nearfold::io
