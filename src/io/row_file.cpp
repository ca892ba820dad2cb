#include "io/row_file.hpp"

#include <algorithm>

#include "io/io.hpp"
#include "io/npy.hpp"

namespace nearfold::io {
namespace {

std::optional<DType> type_of_bin(const std::string& format) {
  if (format == "fbin") return DType{'f', 4};
  if (format == "u8bin") return DType{'u', 1};
  if (format == "i8bin") return DType{'i', 1};
  return {};
}

}  // namespace

std::optional<RowFile> RowFile::open(const std::string& path) {
  const std::string format = format_of_file(path);
  if (format != "npy" && !type_of_bin(format)) return {};
  const FileInfo info = describe_file(path);
  ByteSource source = ByteSource::file(path);
  if (info.shape.size() != 2 || info.shape[0] < 1 || info.shape[1] < 1) return {};
  if (const auto type = type_of_bin(info.format)) {
    source.seek(8);  // rows and columns, which describe_file() has compared with the size
    return RowFile(std::move(source), *type, info.shape[0], info.shape[1]);
  }
  const NpyHeader header = read_npy_header(source);
  if (header.fortran) return {};
  return RowFile(std::move(source), header.type, header.shape[0], header.shape[1]);
}

void RowFile::read(std::int64_t first, HostMatrix<float> into) {
  source_.seek(begin_ + first * cols_ * type_.bytes);
  const auto unfit = read_floats(
      source_, type_, {into.data(), static_cast<std::size_t>(into.size())}, first * cols_);
  if (unfit) throw_unfit(source_, first + *unfit / cols_, *unfit % cols_);
}

void RowFile::choose_offsets() {
  const Shift chosen_here;
  source_.rounding().set(&chosen_here);
  const bool wide = type_.bytes == 8 || (type_.is_integer() && type_.bytes == 4);
  if (!wide) return;
  for_each_block([](std::int64_t, HostMatrix<const float>) {});
  source_.rounding().choose_offsets();
}

void RowFile::shift_by(const Shift& shift) {
  source_.rounding().set(&shift);
  source_.rounding().begin(rows_, cols_);
}

Matrix RowFile::sample(std::int64_t most) {
  Matrix rows(std::min(most, rows_), cols_);
  for (std::int64_t r = 0; r < rows.rows(); ++r)
    read(r * rows_ / rows.rows(), {rows.row(r), 1, cols_});
  return rows;
}

}  // namespace nearfold::io
