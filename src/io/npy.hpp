// The .npy format: a Python dictionary in text, then the values of one array.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "io/source.hpp"
#include "io/values.hpp"

namespace nearfold::io {

struct NpyHeader {
  DType type;
  bool fortran = false;  ///< column-major, with two or more rows and columns
  std::vector<std::int64_t> shape;
};

/// Whether an array may be text, of DType::kind 'U' (UCS-4) or 'S' (bytes).
enum class NpyText { refuse, allow };

/// Reads the header and checks that the rest of `source` is exactly the values it announces.
/// Versions 1 to 3, keys in any order. InvalidInput for everything that is not an array of plain
/// numbers: objects (reading one would run code), records, complex numbers, text unless allowed.
NpyHeader read_npy_header(ByteSource& source, NpyText text = NpyText::refuse);

/// The values of a 2-d array as float32; Fortran order is transposed.
Matrix read_npy_values(ByteSource& source, const NpyHeader& header);

/// The values of an integer array as int32, in C order; `what` names them in messages.
std::vector<std::int32_t> read_npy_ints(ByteSource& source, const NpyHeader& header,
                                        const std::string& what);

/// The header (version 1) of a C-order array; `descr` as numpy writes it: "<f4", "<i4", "|u1".
std::string npy_header(const std::string& descr, std::span<const std::int64_t> shape);

/// "(3, 4)", as Python writes a tuple.
std::string shape_text(std::span<const std::int64_t> shape);

}  // namespace nearfold::io
