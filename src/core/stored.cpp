#include "nearfold/stored.hpp"

#include <algorithm>
#include <cstdint>
#include <cstring>

#include "math/half.hpp"
#include "nearfold/error.hpp"

namespace nearfold {
namespace {

constexpr ValueType kTypes[] = {ValueType::float32, ValueType::float16, ValueType::bfloat16,
                                ValueType::int8, ValueType::uint8};

/// values[c] = of(stored) for values at any address.
template <class Stored, class Of>
void convert(const std::byte* from, std::int64_t count, float* to, const Of& of) {
  for (std::int64_t c = 0; c < count; ++c) {
    Stored value;
    std::memcpy(&value, from + c * std::int64_t{sizeof value}, sizeof value);
    to[c] = of(value);
  }
}

void to_floats(ValueType type, const std::byte* from, std::int64_t count, float* to) {
  switch (type) {
    case ValueType::float32:
      std::memcpy(to, from, static_cast<std::size_t>(count) * sizeof *to);
      return;
    case ValueType::float16:
      return convert<std::uint16_t>(from, count, to, [](std::uint16_t x) { return float_of(x); });
    case ValueType::bfloat16:
      return convert<std::uint16_t>(from, count, to,
                                    [](std::uint16_t x) { return float_of_bfloat16(x); });
    case ValueType::int8:
      return convert<std::int8_t>(from, count, to,
                                  [](std::int8_t x) { return static_cast<float>(x); });
    case ValueType::uint8:
      return convert<std::uint8_t>(from, count, to,
                                   [](std::uint8_t x) { return static_cast<float>(x); });
  }
}

}  // namespace

const char* name(ValueType type) {
  switch (type) {
    case ValueType::float32:
      return "float32";
    case ValueType::float16:
      return "float16";
    case ValueType::bfloat16:
      return "bfloat16";
    case ValueType::int8:
      return "int8";
    case ValueType::uint8:
      return "uint8";
  }
  return "";
}

ValueType value_type_named(const std::string& word) {
  std::string all;
  for (const ValueType type : kTypes) {
    if (word == name(type)) return type;
    all += (all.empty() ? "" : ", ") + std::string(name(type));
  }
  throw InvalidParameter("a type of values is '" + word + "', and must be one of " + all);
}

StoredView::StoredView(const void* data, ValueType type, std::int64_t rows, std::int64_t cols)
    : data_(data), type_(type), rows_(rows), cols_(cols) {
  if (!is_matrix_shape(rows, cols) || (data == nullptr && rows > 0 && cols > 0))
    throw_no_matrix(rows, cols, data == nullptr);
  if (!is_narrow() && reinterpret_cast<std::uintptr_t>(data) % alignof(float) != 0)
    throw InvalidInput("values of float32 lie at an address that is no multiple of 4; copy them");
}

void StoredView::copy_row(std::int64_t i, float* to) const {
  to_floats(type_, row_data(i), cols_, to);
}

float StoredView::value(std::int64_t i, std::int64_t c) const {
  float value;
  to_floats(type_, row_data(i) + c * bytes_of(type_), 1, &value);
  return value;
}

HostMatrix<const float> StoredView::floats() const {
  if (is_narrow())
    throw Unsupported(std::string("points of ") + name(type_) +
                      " are not taken here; give them as float32");
  return {static_cast<const float*>(data_), rows_, cols_};
}

}  // namespace nearfold
