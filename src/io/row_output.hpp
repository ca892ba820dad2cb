// Rows of numbers written as the name of their file promises: NumPy's array, or text.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "io/write.hpp"

namespace nearfold::io {

/// The name that stands for standard output, which gets text with commas.
inline constexpr const char* kStandardOutput = "-";

enum class RowFormat { npy, csv, tsv };

/// By the end of the name, in letters of any case. InvalidParameter naming what is written for
/// every other one.
RowFormat row_format_of(const std::string& path);

/// In letters of any case; `ending` is in small ones.
bool has_ending(const std::string& path, const std::string& ending);
/// Throws InvalidParameter unless the name ends with `ending`, as all files of `what` do.
void require_ending(const std::string& path, const std::string& ending, const std::string& what);

/// float32 [rows, cols] in blocks of rows, as a whole or not at all. Text has a line a row, without
/// a header, and the shortest numbers that mean the same float32.
class RowWriter {
 public:
  RowWriter(const std::string& path, std::int64_t rows, std::int64_t cols, Overwrite overwrite);
  /// The next rows.
  void write(HostMatrix<const float> rows);
  /// After the last of them.
  void commit();

 private:
  void put(std::span<const std::byte> bytes);

  RowFormat format_;
  std::optional<AtomicFile> file_;  // none for standard output
};

/// All of them at once; in double, where float32 would not hold them.
void write_rows(const std::string& path, std::span<const double> values, std::int64_t cols,
                Overwrite overwrite);
void write_rows(const std::string& path, HostMatrix<const float> rows, Overwrite overwrite);
/// Labels: int32 [n], or one a line.
void write_labels(const std::string& path, std::span<const std::int32_t> labels,
                  Overwrite overwrite);

}  // namespace nearfold::io
