// Arrays of an .npz whose type is fixed: what this program wrote itself, read back without
// conversion. Files of other programs are read by npy.hpp and values.hpp, which convert.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

#include "io/npy.hpp"
#include "io/zip.hpp"

namespace nearfold::io {

/// The type as it is stored.
template <class T>
constexpr DType kType = {std::is_floating_point_v<T> ? 'f' : 'i', static_cast<int>(sizeof(T))};

using Shape = std::initializer_list<std::int64_t>;

/// An entry that points into `values`.
template <class T>
ZipEntry array_entry(const std::string& name, Shape shape, const std::vector<T>& values) {
  const std::string descr = std::string("<") + kType<T>.kind + std::to_string(sizeof(T));
  return {name + ".npy", npy_header(descr, shape), std::as_bytes(std::span(values))};
}

/// Exactly this type and shape; floats are finite.
template <class T>
std::vector<T> read_array(const Archive& archive, const std::string& name, Shape shape) {
  ByteSource entry = archive.entry(name);
  const NpyHeader header = read_npy_header(entry);
  if (header.type.name() != kType<T>.name() || header.type.big_endian || header.fortran ||
      !std::equal(shape.begin(), shape.end(), header.shape.begin(), header.shape.end()))
    entry.malformed("the array is " + header.type.name() + " " + shape_text(header.shape) +
                    ": it must be " + kType<T>.name() + " " + shape_text(shape) +
                    ", little-endian in C order");
  std::vector<T> values(static_cast<std::size_t>(*checked_product(shape)));
  entry.read(std::as_writable_bytes(std::span(values)));
  entry.finish();
  if constexpr (std::is_floating_point_v<T>)
    for (std::size_t i = 0; i < values.size(); ++i)
      if (!std::isfinite(values[i]))
        entry.malformed("value " + std::to_string(i) + " is " + std::to_string(values[i]));
  return values;
}

inline Matrix read_floats_2d(const Archive& archive, const std::string& name, std::int64_t rows,
                             std::int64_t cols) {
  return {rows, cols, read_array<float>(archive, name, {rows, cols})};
}

/// How many rows an array has, which is at least `least` and at most `most`.
inline std::int64_t rows_in(const Archive& archive, const std::string& name, std::int64_t least,
                            std::int64_t most) {
  ByteSource entry = archive.entry(name);
  const NpyHeader header = read_npy_header(entry);
  const std::int64_t rows = header.shape.empty() ? 0 : header.shape[0];
  if (rows < least || rows > most)
    entry.malformed("the array has " + std::to_string(rows) + " rows: it must have " +
                    std::to_string(least) + " to " + std::to_string(most));
  return rows;
}

/// Throws InvalidInput: the value breaks the rule.
[[noreturn]] inline void bad_value(const Archive& archive, const std::string& array, std::size_t at,
                                   std::int64_t value, const std::string& rule) {
  archive.entry(array).malformed("value " + std::to_string(at) + " is " + std::to_string(value) +
                                 ": " + rule);
}

/// Where parts begin: ascending from 0 to `end`.
template <class Int>
std::vector<Int> read_begins(const Archive& archive, const std::string& name, std::int64_t parts,
                             std::int64_t end) {
  std::vector<Int> begins = read_array<Int>(archive, name, {parts + 1});
  for (std::size_t i = 0; i < begins.size(); ++i) {
    const bool last = i + 1 == begins.size();
    if (begins[i] < (i == 0 ? 0 : begins[i - 1]) || begins[i] > end || (i == 0 && begins[i] != 0) ||
        (last && begins[i] != end))
      bad_value(archive, name, i, begins[i], "values ascend from 0 to " + std::to_string(end));
  }
  return begins;
}

}  // namespace nearfold::io
