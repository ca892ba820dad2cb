// Whole numbers that float32 would round: rows of large sets.
#include <cmath>
#include <string>

#include "io/field.hpp"
#include "io/formats.hpp"
#include "io/npy.hpp"
#include "nearfold/error.hpp"

namespace nearfold::io {
namespace {

/// `limit`: beyond it a number may have been another one before it was read.
std::int64_t whole(double value, double limit, const std::string& text, std::int64_t row,
                   std::int64_t col, const std::string& file) {
  if (value == std::floor(value) && std::abs(value) <= limit) return std::llround(value);
  throw InvalidInput("'" + file + "' has " + text + " in row " + std::to_string(row) + ", column " +
                     std::to_string(col) + " (both from 0); whole numbers are needed" +
                     (std::abs(value) > limit ? ", as an .npy of integers, or text" : ""));
}

}  // namespace

Integers integers_of(const Matrix& matrix, const std::string& file) {
  Integers out{matrix.rows(), matrix.cols(), {}};
  for (std::int64_t i = 0; i < out.rows; ++i)
    for (std::int64_t c = 0; c < out.cols; ++c) {
      const auto value = static_cast<double>(matrix.row(i)[c]);
      out.values.push_back(whole(value, 0x1p24, std::to_string(value), i, c, file));
    }
  return out;
}

Integers integers_of(const std::vector<TextColumn>& columns, const std::string& file) {
  Integers out{std::ssize(columns[0].ids), std::ssize(columns), {}};
  for (std::int64_t i = 0; i < out.rows; ++i)
    for (std::int64_t c = 0; c < out.cols; ++c) {
      const TextColumn& column = columns[static_cast<std::size_t>(c)];
      const std::int32_t id = column.ids[static_cast<std::size_t>(i)];
      const std::string text = id < 0 ? "nothing" : column.texts[static_cast<std::size_t>(id)];
      double value = 0;
      if (parse_number(text, value) != Number::yes) value = std::nan("");
      out.values.push_back(whole(value, 0x1p53, text, i, c, file));
    }
  return out;
}

Integers read_npy_integers(ByteSource& source) {
  const NpyHeader header = read_npy_header(source);
  if (header.shape.size() != 2 || !header.type.is_integer())
    return integers_of(read_npy_values(source, header), source.name());
  const std::vector<std::int32_t> values = read_npy_ints(source, header, "row numbers");
  return {header.shape[0], header.shape[1], {values.begin(), values.end()}};
}

}  // namespace nearfold::io
