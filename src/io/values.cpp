// Conversion of stored numbers. float32 goes straight to its place; every other type passes through
// a block that stays in the cache.
#include "io/values.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstring>
#include <type_traits>
#include <utility>
#include <vector>

#include "io/rounding.hpp"
#include "nearfold/error.hpp"

namespace nearfold::io {
namespace {

constexpr std::size_t kBlockBytes = std::size_t{1} << 18;

/// IEEE binary16.
struct Half {
  std::uint16_t bits;

  explicit operator float() const {
    // Exponent and mantissa moved to their places in a float read as the value times 2^-112, for
    // subnormals too; infinity and NaN come out at 65536 and above.
    const std::uint32_t moved = (bits & 0x7fffU) << 13;
    const float magnitude = std::bit_cast<float>(moved) * 0x1p112F;
    const std::uint32_t special = magnitude >= 65536.0F ? 0x7f800000U : 0U;
    const std::uint32_t sign = (bits & 0x8000U) << 16;
    return std::bit_cast<float>(std::bit_cast<std::uint32_t>(magnitude) | special | sign);
  }
};

template <class T>
T swapped(T value) {
  auto bytes = std::bit_cast<std::array<std::byte, sizeof(T)>>(value);
  std::reverse(bytes.begin(), bytes.end());
  return std::bit_cast<T>(bytes);
}

/// The next values, block by block, in the order of this machine: use(begin, block).
template <class T, class Use>
void read_blocks(ByteSource& source, bool swap, std::size_t size, const Use& use) {
  constexpr std::size_t kValues = kBlockBytes / sizeof(T);
  std::vector<T> block(std::min(kValues, size));
  for (std::size_t begin = 0; begin < size; begin += kValues) {
    const std::span<T> now = std::span(block).first(std::min(kValues, size - begin));
    source.read(std::as_writable_bytes(now));
    if (swap)
      for (T& value : now) value = swapped(value);
    if (!use(begin, std::span<const T>(now))) return;
  }
}

template <class T>
std::optional<std::int64_t> read_rounded(ByteSource& source, bool swap, std::span<float> out,
                                         std::int64_t first) {
  Rounding& rounding = source.rounding();
  if (std::is_same_v<T, float> && !swap && rounding.offsets().empty()) {
    source.read(std::as_writable_bytes(out));
    return std::nullopt;
  }
  std::optional<std::int64_t> unfit;
  read_blocks<T>(source, swap, out.size(), [&](std::size_t begin, std::span<const T> block) {
    const std::int64_t at = first + static_cast<std::int64_t>(begin);
    float* const to = out.data() + begin;
    if (rounding.convert(at, block, to)) return true;
    std::size_t i = 0;
    while (rounding.convert(at + static_cast<std::int64_t>(i), block.subspan(i, 1), to + i)) ++i;
    unfit = static_cast<std::int64_t>(begin + i);
    return false;
  });
  return unfit;
}

/// Halves are floats once they are read.
std::optional<std::int64_t> read_halves(ByteSource& source, bool swap, std::span<float> out,
                                        std::int64_t first) {
  read_blocks<std::uint16_t>(source, swap, out.size(), [&](std::size_t begin, auto block) {
    std::vector<float> values(block.size());
    for (std::size_t i = 0; i < block.size(); ++i) values[i] = static_cast<float>(Half{block[i]});
    return source.rounding().convert(first + static_cast<std::int64_t>(begin),
                                     std::span<const float>(values), out.data() + begin);
  });
  return std::nullopt;
}

/// Calls action with a value of the stored type, for its type only.
template <class Action>
std::optional<std::int64_t> with_integer(const DType& type, const Action& action) {
  const bool is_signed = type.kind == 'i';
  switch (type.bytes) {
    case 1:
      return is_signed ? action(std::int8_t{}) : action(std::uint8_t{});
    case 2:
      return is_signed ? action(std::int16_t{}) : action(std::uint16_t{});
    case 4:
      return is_signed ? action(std::int32_t{}) : action(std::uint32_t{});
    default:
      return is_signed ? action(std::int64_t{}) : action(std::uint64_t{});
  }
}

}  // namespace

std::string DType::name() const {
  if (kind == 'U' || kind == 'S') return "text";
  const char* const stem = kind == 'f' ? "float" : kind == 'i' ? "int" : "uint";
  return stem + std::to_string(8 * bytes);
}

bool is_supported(const DType& type) {
  const int size = type.bytes;
  if (size != 1 && size != 2 && size != 4 && size != 8) return false;
  return type.kind == 'i' || type.kind == 'u' || (type.kind == 'f' && size > 1);
}

std::optional<std::int64_t> read_floats(ByteSource& source, const DType& type, std::span<float> out,
                                        std::int64_t first) {
  const auto read = [&](auto stored) {
    return read_rounded<decltype(stored)>(source, type.big_endian, out, first);
  };
  if (type.is_integer()) return with_integer(type, read);
  if (type.bytes == 2) return read_halves(source, type.big_endian, out, first);
  return type.bytes == 4 ? read(float{}) : read(double{});
}

std::optional<std::int64_t> read_ints(ByteSource& source, const DType& type,
                                      std::span<std::int32_t> out) {
  std::optional<std::int64_t> unfit;
  const auto read = [&](auto stored) {
    using T = decltype(stored);
    const auto narrow = [&](std::size_t begin, std::span<const T> block) {
      for (std::size_t i = 0; i < block.size() && !unfit; ++i) {
        if (!std::in_range<std::int32_t>(block[i])) unfit = static_cast<std::int64_t>(begin + i);
        out[begin + i] = static_cast<std::int32_t>(block[i]);
      }
      return !unfit;
    };
    read_blocks<T>(source, type.big_endian, out.size(), narrow);
    return unfit;
  };
  return with_integer(type, read);
}

Matrix read_rows(ByteSource& source, const DType& type, std::int64_t rows, std::int64_t cols) {
  const std::string what =
      std::to_string(rows) + " x " + std::to_string(cols) + " values of " + type.name();
  const auto bytes = checked_product({rows, cols, type.bytes});
  if (!bytes || !checked_product({rows, cols, 4})) source.malformed(what + " are too many");
  source.require_remaining(*bytes, what);
  if (*bytes == 0) source.malformed("there are no values: " + what);
  Matrix matrix(rows, cols);
  in_passes(source, rows, cols, Rounding::Order::rows, [&] {
    const auto unfit = read_floats(source, type, matrix.span());
    if (unfit) throw_unfit(source, *unfit / cols, *unfit % cols);
  });
  source.finish();
  return matrix;
}

void throw_unfit(const ByteSource& source, std::int64_t row, std::int64_t col) {
  throw InvalidInput("'" + source.name() + "', row " + std::to_string(row) + ", column " +
                     std::to_string(col) +
                     " (from 0): the value does not fit float32 (3.4e38): rescale the data");
}

void warn_of_rounding(const ByteSource& source, std::vector<std::string>& warnings) {
  source.rounding().warn(source.name(), warnings);
}

}  // namespace nearfold::io
