// Labels in an .npy: integers, whole floats, text of either of numpy's kinds.
#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <utility>

#include "io/categories.hpp"
#include "io/formats.hpp"
#include "io/npy.hpp"
#include "nearfold/error.hpp"

namespace nearfold::io {
namespace {

void append_utf8(std::uint32_t code, std::string& text) {
  const auto tail = [&](int shift) {
    text += static_cast<char>(0x80U | ((code >> shift) & 0x3fU));
  };
  if (code < 0x80) {
    text += static_cast<char>(code);
  } else if (code < 0x800) {
    text += static_cast<char>(0xc0U | (code >> 6));
    tail(0);
  } else if (code < 0x10000) {
    text += static_cast<char>(0xe0U | (code >> 12));
    tail(6);
    tail(0);
  } else {
    text += static_cast<char>(0xf0U | ((code >> 18) & 7U));
    tail(12);
    tail(6);
    tail(0);
  }
}

/// The next text: UCS-4 or bytes, filled up with zeros.
std::string read_text(ByteSource& source, const DType& type) {
  std::string text(static_cast<std::size_t>(type.bytes), '\0');
  if (type.kind == 'S') {
    source.read(std::as_writable_bytes(std::span(text)));
    text.resize(text.find_last_not_of('\0') + 1);
    return text;
  }
  text.clear();
  std::size_t size = 0;
  for (int read = 0; read < type.bytes; read += 4) {
    const auto code =
        type.big_endian ? source.read_big<std::uint32_t>() : source.read_little<std::uint32_t>();
    if (code > 0x10ffff) source.malformed("the text has a character beyond Unicode");
    append_utf8(code, text);
    if (code != 0) size = text.size();
  }
  text.resize(size);
  return text;
}

Labels read_texts(ByteSource& source, const NpyHeader& header, std::int64_t count) {
  Categories categories;
  for (std::int64_t i = 0; i < count; ++i) categories.add(read_text(source, header.type));
  source.finish();
  return labels_of(categories, "'" + source.name() + "'");
}

double read_double(ByteSource& source, bool big_endian) {
  return std::bit_cast<double>(big_endian ? source.read_big<std::uint64_t>()
                                          : source.read_little<std::uint64_t>());
}

/// Whole numbers, as pandas has integers beside missing ones; NaN is no label.
Labels read_whole_floats(ByteSource& source, const DType& type, std::int64_t count) {
  std::vector<float> narrow(type.bytes < 8 ? static_cast<std::size_t>(count) : 0);
  if (!narrow.empty()) read_floats(source, type, narrow);
  Labels labels;
  for (std::int64_t i = 0; i < count; ++i) {
    const double value = narrow.empty() ? read_double(source, type.big_endian)
                                        : static_cast<double>(narrow[static_cast<std::size_t>(i)]);
    const bool missing = std::isnan(value);
    if (!missing && !(value == std::floor(value) &&
                      std::abs(value) <= std::numeric_limits<std::int32_t>::max()))
      source.malformed("labels are " + type.name() + ", and value " + std::to_string(i) + " is " +
                       std::to_string(value) +
                       ": they must be integers in the range of int32, or text; numbers colour a "
                       "map as values, with --values FILE");
    labels.missing += missing ? 1 : 0;
    labels.ids.push_back(missing ? -1 : static_cast<std::int32_t>(value));
  }
  source.finish();
  return labels;
}

}  // namespace

Labels read_npy_labels(ByteSource& source) {
  const NpyHeader header = read_npy_header(source, NpyText::allow);
  const auto& shape = header.shape;
  if (!(shape.size() == 1 || (shape.size() == 2 && shape[1] == 1)))
    source.malformed("the array has shape " + shape_text(shape) + ": labels are 1-d, one a point");
  switch (header.type.kind) {
    case 'U':
    case 'S':
      return read_texts(source, header, shape[0]);
    case 'f':
      return read_whole_floats(source, header.type, shape[0]);
    default:
      return {read_npy_ints(source, header, "labels")};
  }
}

}  // namespace nearfold::io
