// Files whose values are kept as they are: of a type that StoredView has, in the order of this
// machine, row after row.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "io/source.hpp"
#include "nearfold/stored.hpp"

namespace nearfold::io {

struct StoredFile {
  ByteSource source;  // at the first value
  ValueType type = ValueType::float32;
  std::int64_t rows = 0, cols = 0;
  bool packed = false;

  std::int64_t bytes() const { return rows * cols * bytes_of(type); }
};

/// .npy in C order of float32, float16, int8, uint8 and bool, .fbin, .u8bin, .i8bin, IDX of bytes
/// (.gz, too), of which only the header is read. Nothing for other files, and for what their
/// readers refuse. Throws what these throw for headers that are wrong.
std::optional<StoredFile> open_stored(const std::string& path);

}  // namespace nearfold::io
