// Stored numbers to float32 or int32, a block at a time while they are read. The binary formats
// differ in their headers only; what follows the header is read here.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "io/source.hpp"
#include "nearfold/matrix.hpp"

namespace nearfold::io {

/// The type of a stored number: kind 'f' (bytes 2, 4, 8), 'i' or 'u' (bytes 1, 2, 4, 8).
struct DType {
  char kind = 'f';
  int bytes = 4;
  bool big_endian = false;

  bool is_integer() const { return kind == 'i' || kind == 'u'; }
  std::string name() const;  ///< "float32", "uint8", ...
};

/// Whether there is such a type.
bool is_supported(const DType& type);

/// Fills `out` with the next values of `source`, rounded by source.rounding(), of whose pass they
/// are the values from `first` on. Returns the index in `out` of the first finite value that
/// float32 cannot hold, if there is one; the values of its block are then unspecified.
std::optional<std::int64_t> read_floats(ByteSource& source, const DType& type, std::span<float> out,
                                        std::int64_t first = 0);

/// The same for integers: returns the index of the first value outside int32. `type` is an integer.
std::optional<std::int64_t> read_ints(ByteSource& source, const DType& type,
                                      std::span<std::int32_t> out);

/// The rest of `source` as rows x cols values in row-major order. InvalidInput when its size is
/// not exactly that (found before anything is allocated), when there are no rows or no columns,
/// or when a value does not fit float32.
Matrix read_rows(ByteSource& source, const DType& type, std::int64_t rows, std::int64_t cols);

/// Adds what there is to say of values that were rounded.
void warn_of_rounding(const ByteSource& source, std::vector<std::string>& warnings);

/// Throws InvalidInput: the value in this place does not fit float32.
[[noreturn]] void throw_unfit(const ByteSource& source, std::int64_t row, std::int64_t col);

}  // namespace nearfold::io
