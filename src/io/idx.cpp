// IDX, the format of MNIST: two zero bytes, a type, the number of dimensions, the dimensions
// (uint32) and the values, all big-endian. Every dimension after the first is flattened into a row.
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "io/formats.hpp"
#include "io/npy.hpp"
#include "io/values.hpp"

namespace nearfold::io {
namespace {

constexpr int kMaxIdxDimensions = 8;

struct IdxHeader {
  DType type;
  std::vector<std::int64_t> shape;
};

std::optional<DType> idx_type(int code) {
  switch (code) {
    case 0x08:
      return DType{'u', 1};
    case 0x09:
      return DType{'i', 1};
    case 0x0b:
      return DType{'i', 2, true};
    case 0x0c:
      return DType{'i', 4, true};
    case 0x0d:
      return DType{'f', 4, true};
    case 0x0e:
      return DType{'f', 8, true};
    default:
      return std::nullopt;
  }
}

/// Reads the header and checks that the values it announces can be there.
IdxHeader read_header(ByteSource& source) {
  const int zeros = source.read_big<std::uint16_t>();
  const int code = source.read_big<std::uint8_t>();
  const int dimensions = source.read_big<std::uint8_t>();
  const auto type = idx_type(code);
  if (zeros != 0 || !type)
    source.malformed_at(0, "not an IDX file: two zero bytes and a known type are due");
  if (dimensions < 1 || dimensions > kMaxIdxDimensions)
    source.malformed_at(3, std::to_string(dimensions) + " dimensions, 1 to 8 are supported");
  IdxHeader header{*type, {}};
  for (int d = 0; d < dimensions; ++d) header.shape.push_back(source.read_big<std::uint32_t>());
  const std::string what = "shape " + shape_text(header.shape) + " of " + type->name();
  const auto values = checked_product(header.shape);
  const auto bytes = values ? checked_product({*values, type->bytes}) : values;
  if (!bytes) source.malformed_at(4, what + " has more bytes than 64 bits can count");
  source.require_remaining(*bytes, what);
  return header;
}

}  // namespace

Matrix read_idx(ByteSource& source) {
  const IdxHeader header = read_header(source);
  if (header.shape.size() < 2)
    source.malformed("the file has one dimension: these are labels, not points");
  const auto cols = checked_product(std::span(header.shape).subspan(1));
  if (!cols) source.malformed("a row has more values than 64 bits can count");
  return read_rows(source, header.type, header.shape[0], *cols);
}

FileInfo describe_idx(ByteSource& source) {
  IdxHeader header = read_header(source);
  return {"idx", header.type.name(), std::move(header.shape), source.size(), {}};
}

Labels read_idx_labels(ByteSource& source) {
  const IdxHeader header = read_header(source);
  if (header.shape.size() != 1 || !header.type.is_integer())
    source.malformed("shape " + shape_text(header.shape) + " of " + header.type.name() +
                     ": labels are 1-d integers");
  Labels labels{std::vector<std::int32_t>(static_cast<std::size_t>(header.shape[0])), {}};
  read_ints(source, header.type, labels.ids);  // every IDX integer fits int32
  source.finish();
  return labels;
}

}  // namespace nearfold::io
