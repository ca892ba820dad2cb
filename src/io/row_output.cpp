#include "io/row_output.hpp"

#include <unistd.h>

#include <array>
#include <charconv>
#include <string_view>
#include <utility>

#include "io/npy.hpp"
#include "io/write.hpp"
#include "nearfold/error.hpp"

namespace nearfold::io {
namespace {

constexpr std::pair<std::string_view, RowFormat> kEndings[] = {
    {".npy", RowFormat::npy}, {".csv", RowFormat::csv}, {".tsv", RowFormat::tsv}};

std::string in_lower_case(std::string text) {
  for (char& c : text)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return text;
}

template <class Number>
void append(std::string& text, Number value) {
  std::array<char, 32> digits{};
  const auto [end, error] = std::to_chars(digits.data(), digits.data() + digits.size(), value);
  text.append(digits.data(), end);
}

void write_to_standard_output(std::span<const std::byte> bytes) {
  while (!bytes.empty()) {
    const ssize_t done = ::write(STDOUT_FILENO, bytes.data(), bytes.size());
    if (done < 0 && errno == EINTR) continue;
    if (done < 0) throw_errno("write", kStandardOutput);
    bytes = bytes.subspan(static_cast<std::size_t>(done));
  }
}

/// A line a row, put() in blocks.
template <class Number, class Put>
void write_text(std::span<const Number> values, std::int64_t cols, char delimiter, const Put& put) {
  constexpr std::size_t kBlock = std::size_t{1} << 20;
  std::string text;
  for (std::size_t i = 0; i < values.size(); ++i) {
    append(text, values[i]);
    const bool ends = static_cast<std::int64_t>(i + 1) % cols == 0;
    text += ends ? '\n' : delimiter;
    if (!ends || text.size() < kBlock) continue;
    put(bytes_of(text));
    text.clear();
  }
  put(bytes_of(text));
}

char delimiter_in(RowFormat format) {
  return format == RowFormat::tsv ? '\t' : ',';
}

}  // namespace

RowFormat row_format_of(const std::string& path) {
  if (path == kStandardOutput) return RowFormat::csv;
  const std::string name = in_lower_case(path);
  for (const auto& [ending, format] : kEndings)
    if (name.ends_with(ending)) return format;
  throw InvalidParameter("'" + path +
                         "' names no format that rows are written in: let it end with .npy "
                         "(NumPy), .csv or .tsv (text), or be - for text on standard output");
}

bool has_ending(const std::string& path, const std::string& ending) {
  return in_lower_case(path).ends_with(ending);
}

void require_ending(const std::string& path, const std::string& ending, const std::string& what) {
  if (!has_ending(path, ending))
    throw InvalidParameter("'" + path + "' does not end with " + ending + ", the only format of " +
                           what + ": give it that ending");
}

RowWriter::RowWriter(const std::string& path, std::int64_t rows, std::int64_t cols,
                     Overwrite overwrite)
    : format_(row_format_of(path)) {
  if (path != kStandardOutput) file_.emplace(path, overwrite);
  const std::int64_t shape[] = {rows, cols};
  if (format_ == RowFormat::npy) put(bytes_of(npy_header("<f4", shape)));
}

void RowWriter::put(std::span<const std::byte> bytes) {
  if (file_)
    file_->write(bytes);
  else
    write_to_standard_output(bytes);
}

void RowWriter::write(HostMatrix<const float> rows) {
  if (format_ == RowFormat::npy) return put(std::as_bytes(rows.span()));
  write_text<float>(rows.span(), rows.cols(), delimiter_in(format_),
                    [this](std::span<const std::byte> bytes) { put(bytes); });
}

void RowWriter::commit() {
  if (file_) file_->commit();
}

void write_rows(const std::string& path, HostMatrix<const float> rows, Overwrite overwrite) {
  RowWriter writer(path, rows.rows(), rows.cols(), overwrite);
  writer.write(rows);
  writer.commit();
}

void write_rows(const std::string& path, std::span<const double> values, std::int64_t cols,
                Overwrite overwrite) {
  const RowFormat format = row_format_of(path);
  std::optional<AtomicFile> file;
  if (path != kStandardOutput) file.emplace(path, overwrite);
  const auto put = [&](std::span<const std::byte> bytes) {
    file ? file->write(bytes) : write_to_standard_output(bytes);
  };
  const std::int64_t shape[] = {std::ssize(values) / cols, cols};
  if (format == RowFormat::npy) {
    put(bytes_of(npy_header("<f8", shape)));
    put(std::as_bytes(values));
  } else {
    write_text(values, cols, delimiter_in(format), put);
  }
  if (file) file->commit();
}

void write_labels(const std::string& path, std::span<const std::int32_t> labels,
                  Overwrite overwrite) {
  if (row_format_of(path) == RowFormat::npy) return write_npy(path, labels, overwrite);
  std::string text;
  for (const std::int32_t label : labels) {
    append(text, label);
    text += '\n';
  }
  if (path == kStandardOutput) return write_to_standard_output(bytes_of(text));
  write_file(path, text, overwrite);
}

}  // namespace nearfold::io
