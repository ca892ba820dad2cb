// The binary files of the neighbour-search benchmarks. "vecs": every row begins with its length.
// "bin": the file begins with rows and columns.
#include <algorithm>

#include "io/formats.hpp"
#include "io/rounding.hpp"
#include "io/values.hpp"

namespace nearfold::io {
namespace {

constexpr DType kFloat32{'f', 4}, kUint8{'u', 1}, kInt8{'i', 1}, kInt32{'i', 4};

struct Shape {
  std::int64_t rows = 0;
  std::int64_t cols = 0;
};

FileInfo described(const ByteSource& source, const DType& type, const Shape& shape) {
  return {"", type.name(), {shape.rows, shape.cols}, source.size(), {}};
}

/// The length at the beginning of a row.
std::int64_t row_length(ByteSource& source) {
  return source.read_little<std::int32_t>();
}

/// From the first row's length and the size of the file; leaves the source after that length.
Shape vecs_shape(ByteSource& source, const DType& type) {
  const std::int64_t cols = row_length(source);
  if (cols < 1)
    source.malformed_at(0, "row 0 has length " + std::to_string(cols) + ": it must be positive");
  const std::int64_t row_bytes = 4 + cols * type.bytes;
  if (source.size() % row_bytes != 0)
    source.malformed_at(source.size() / row_bytes * row_bytes,
                        "truncated: rows of " + std::to_string(cols) + " values have " +
                            std::to_string(row_bytes) + " bytes each and the file has " +
                            std::to_string(source.size()));
  return {source.size() / row_bytes, cols};
}

Matrix read_vecs(ByteSource& source, const DType& type) {
  const Shape shape = vecs_shape(source, type);
  const std::int64_t row_bytes = 4 + shape.cols * type.bytes;
  Matrix matrix(shape.rows, shape.cols);
  source.rounding().begin(shape.rows, shape.cols);
  // Rows come out of a block in memory: a call to the system for each would cost more than they do.
  constexpr std::int64_t kRowsBytes = std::int64_t{1} << 20;
  const std::int64_t rows_at_once = std::max<std::int64_t>(1, kRowsBytes / row_bytes);
  std::vector<std::byte> bytes;
  for (std::int64_t first = 0; first < shape.rows; first += rows_at_once) {
    const std::int64_t rows = std::min(rows_at_once, shape.rows - first);
    const std::size_t taken = first == 0 ? 4 : 0;  // vecs_shape() took the first length
    bytes.resize(static_cast<std::size_t>(rows * row_bytes) - taken);
    const std::int64_t start = source.position();
    source.read(bytes);
    ByteSource block = ByteSource::memory(source.name(), bytes);
    block.share_rounding(source);
    for (std::int64_t i = first; i < first + rows; ++i) {
      const std::int64_t at = start + block.position();
      const std::int64_t cols = i == 0 ? shape.cols : row_length(block);
      if (cols != shape.cols)
        source.malformed_at(at, "row " + std::to_string(i) + " has length " + std::to_string(cols) +
                                    ", row 0 has " + std::to_string(shape.cols));
      read_floats(block, type, {matrix.row(i), static_cast<std::size_t>(cols)}, i * cols);
    }
  }
  source.finish();
  return matrix;
}

/// From the two numbers at the beginning; the size of the file must agree.
Shape bin_shape(ByteSource& source, const DType& type) {
  const std::int64_t rows = source.read_little<std::uint32_t>();
  const std::int64_t cols = source.read_little<std::uint32_t>();
  const std::string what = std::to_string(rows) + " x " + std::to_string(cols) + " values";
  const auto bytes = checked_product({rows, cols, type.bytes});
  if (!bytes) source.malformed_at(0, what + " are too many");
  source.require_remaining(*bytes, what);
  return {rows, cols};
}

Matrix read_bin(ByteSource& source, const DType& type) {
  const Shape shape = bin_shape(source, type);
  return read_rows(source, type, shape.rows, shape.cols);
}

FileInfo describe_vecs(ByteSource& source, const DType& type) {
  return described(source, type, vecs_shape(source, type));
}

FileInfo describe_bin(ByteSource& source, const DType& type) {
  return described(source, type, bin_shape(source, type));
}

}  // namespace

Matrix read_fvecs(ByteSource& source) {
  return read_vecs(source, kFloat32);
}
Matrix read_bvecs(ByteSource& source) {
  return read_vecs(source, kUint8);
}
Matrix read_ivecs(ByteSource& source) {
  return read_vecs(source, kInt32);
}
FileInfo describe_fvecs(ByteSource& source) {
  return describe_vecs(source, kFloat32);
}
FileInfo describe_bvecs(ByteSource& source) {
  return describe_vecs(source, kUint8);
}
FileInfo describe_ivecs(ByteSource& source) {
  return describe_vecs(source, kInt32);
}

Matrix read_fbin(ByteSource& source) {
  return read_bin(source, kFloat32);
}
Matrix read_u8bin(ByteSource& source) {
  return read_bin(source, kUint8);
}
Matrix read_i8bin(ByteSource& source) {
  return read_bin(source, kInt8);
}
FileInfo describe_fbin(ByteSource& source) {
  return describe_bin(source, kFloat32);
}
FileInfo describe_u8bin(ByteSource& source) {
  return describe_bin(source, kUint8);
}
FileInfo describe_i8bin(ByteSource& source) {
  return describe_bin(source, kInt8);
}

}  // namespace nearfold::io
