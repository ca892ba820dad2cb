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
T load(const std::byte* at, bool swap) {
  std::array<std::byte, sizeof(T)> stored;
  std::memcpy(stored.data(), at, sizeof(T));
  if (swap) std::reverse(stored.begin(), stored.end());
  return std::bit_cast<T>(stored);
}

bool fits(double value, float converted) {
  return !std::isinf(converted) || std::isinf(value);
}

/// Converts `count` values; false when one of them does not fit the target.
template <class T, class To, bool kSwap>
bool convert(const std::byte* in, To* out, std::size_t count) {
  bool all = true;
  for (std::size_t i = 0; i < count; ++i) {
    const T value = load<T>(in + i * sizeof(T), kSwap);
    if constexpr (std::is_integral_v<To>) {
      all &= std::in_range<To>(value);
      out[i] = static_cast<To>(value);  // NOLINT(bugprone-signed-char-misuse): a number
    } else {
      out[i] = static_cast<float>(value);
      if constexpr (std::is_same_v<T, double>) all &= fits(value, out[i]);
    }
  }
  return all;
}

/// How many of `count` integers are not the floats that they become.
template <class T, bool kSwap>
std::int64_t count_rounded(const std::byte* in, const float* out, std::size_t count) {
  std::int64_t rounded = 0;
  if constexpr (std::is_integral_v<T> && sizeof(T) >= 4)
    for (std::size_t i = 0; i < count; ++i) {
      constexpr std::int32_t kAllExact = 1 << 24;
      const T value = load<T>(in + i * sizeof(T), kSwap);
      if (std::cmp_less_equal(value, kAllExact) && std::cmp_greater_equal(value, -kAllExact))
        continue;
      // long double holds every integer of 64 bits.
      rounded += static_cast<long double>(value) != static_cast<long double>(out[i]) ? 1 : 0;
    }
  return rounded;
}

template <class T, class To>
std::optional<std::int64_t> read_as(ByteSource& source, bool swap, std::span<To> out) {
  if (std::is_same_v<T, To> && !swap) {
    source.read(std::as_writable_bytes(out));
    return std::nullopt;
  }
  constexpr std::size_t kBlock = kBlockBytes / sizeof(T);
  std::vector<std::byte> block(std::min(kBlock, out.size()) * sizeof(T));
  const auto run = swap ? convert<T, To, true> : convert<T, To, false>;
  for (std::size_t begin = 0; begin < out.size(); begin += kBlock) {
    const std::size_t count = std::min(kBlock, out.size() - begin);
    source.read(std::span(block).first(count * sizeof(T)));
    const bool all_fit = run(block.data(), out.data() + begin, count);
    if constexpr (std::is_same_v<To, float>)
      source.add_rounded(swap ? count_rounded<T, true>(block.data(), &out[begin], count)
                              : count_rounded<T, false>(block.data(), &out[begin], count));
    if (all_fit) continue;
    std::size_t i = 0;
    while (run(block.data() + i * sizeof(T), out.data() + begin + i, 1)) ++i;
    return static_cast<std::int64_t>(begin + i);
  }
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

std::optional<std::int64_t> read_floats(ByteSource& source, const DType& type,
                                        std::span<float> out) {
  const auto read = [&](auto stored) {
    return read_as<decltype(stored), float>(source, type.big_endian, out);
  };
  if (type.is_integer()) return with_integer(type, read);
  return type.bytes == 2 ? read(Half{}) : type.bytes == 4 ? read(float{}) : read(double{});
}

std::optional<std::int64_t> read_ints(ByteSource& source, const DType& type,
                                      std::span<std::int32_t> out) {
  return with_integer(type, [&](auto stored) {
    return read_as<decltype(stored), std::int32_t>(source, type.big_endian, out);
  });
}

Matrix read_rows(ByteSource& source, const DType& type, std::int64_t rows, std::int64_t cols) {
  const std::string what =
      std::to_string(rows) + " x " + std::to_string(cols) + " values of " + type.name();
  const auto bytes = checked_product({rows, cols, type.bytes});
  if (!bytes || !checked_product({rows, cols, 4})) source.malformed(what + " are too many");
  source.require_remaining(*bytes, what);
  if (*bytes == 0) source.malformed("there are no values: " + what);
  Matrix matrix(rows, cols);
  const auto unfit = read_floats(source, type, matrix.span());
  if (unfit) throw_unfit(source, *unfit / cols, *unfit % cols);
  source.finish();
  return matrix;
}

void throw_unfit(const ByteSource& source, std::int64_t row, std::int64_t col) {
  throw InvalidInput("'" + source.name() + "', row " + std::to_string(row) + ", column " +
                     std::to_string(col) +
                     " (from 0): the value does not fit float32 (3.4e38): rescale the data");
}

void warn_of_rounding(const ByteSource& source, std::vector<std::string>& warnings) {
  if (source.rounded() > 0)
    warnings.push_back("'" + source.name() + "': " + std::to_string(source.rounded()) +
                       " integers beyond 2^24 (16777216) were rounded to float32");
}

}  // namespace nearfold::io
