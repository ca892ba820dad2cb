// Rows of a file from anywhere in it, for what reads a part of one, or one block after the other:
// .npy in C order, .fbin, .u8bin and .i8bin.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "io/rounding.hpp"
#include "io/source.hpp"
#include "io/values.hpp"
#include "nearfold/matrix.hpp"

namespace nearfold::io {

class RowFile {
 public:
  /// Nothing when the rows of the file do not lie one after the other. Throws what read_matrix()
  /// throws for a header that is wrong.
  static std::optional<RowFile> open(const std::string& path);

  std::int64_t rows() const { return rows_; }
  std::int64_t cols() const { return cols_; }

  /// Rows [first, first + into.rows()) as float32, by the rules of read_matrix().
  void read(std::int64_t first, HostMatrix<float> into);

  /// Reads all of it once to choose what is taken from its columns from now on, if anything is.
  void choose_offsets();
  /// Takes these from its columns from now on.
  void shift_by(const Shift& shift);
  /// What is: see Shift.
  const std::vector<double>& offsets() const { return source_.rounding().offsets(); }

  /// Adds what there is to say of values that were rounded, by the last for_each_block().
  void warn(std::vector<std::string>& warnings) const { warn_of_rounding(source_, warnings); }

  /// Up to `most` rows, evenly spaced over the file.
  Matrix sample(std::int64_t most);

  /// block(first, rows) for all rows in their order, some megabytes of them at a time.
  template <class Block>
  void for_each_block(const Block& block);

 private:
  RowFile(ByteSource source, DType type, std::int64_t rows, std::int64_t cols)
      : source_(std::move(source)),
        type_(type),
        rows_(rows),
        cols_(cols),
        begin_(source_.position()) {}

  ByteSource source_;
  DType type_;
  std::int64_t rows_, cols_;
  std::int64_t begin_;  // of the values, bytes
};

template <class Block>
void RowFile::for_each_block(const Block& block) {
  constexpr std::int64_t kValues = std::int64_t{1} << 22;
  const std::int64_t at_once = std::max<std::int64_t>(1, kValues / cols_);
  Matrix some(std::min(at_once, rows_), cols_);
  source_.rounding().begin(rows_, cols_);
  for (std::int64_t first = 0; first < rows_; first += at_once) {
    const HostMatrix<float> part{some.data(), std::min(at_once, rows_ - first), cols_};
    read(first, part);
    block(first, HostMatrix<const float>(part));
  }
  source_.finish();
}

}  // namespace nearfold::io
