// Matrix Market text: a banner that says what follows, comments, sizes, then one value a line,
// column after column (array), or one entry a line with its row and column from 1 (coordinate).
#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "core/places.hpp"
#include "io/formats.hpp"
#include "io/rounding.hpp"
#include "io/sparse_file.hpp"
#include "io/text.hpp"

namespace nearfold::io {
namespace {

/// Values that a sparse file may stand for: 256 MB of them while they are read; and for each of its
/// bytes.
constexpr std::int64_t kMaxDense = std::int64_t{1} << 24, kMaxFill = 1000;

enum class Symmetry { general, symmetric, skew };

struct Banner {
  bool array = false, pattern = false;
  Symmetry symmetry = Symmetry::general;
};

class MatrixMarketReader {
 public:
  explicit MatrixMarketReader(ByteSource& source) : source_(source), lines_(source) {}

  FileInfo describe() {
    read_sizes();
    require_dense();
    return {"", "text", {rows_, cols_}, source_.size(), {}};
  }

  Matrix read() {
    read_sizes();
    require_dense();
    values_.resize(static_cast<std::size_t>(rows_ * cols_));
    banner_.array ? read_array() : read_coordinates();
    std::string_view line;
    if (next(line)) lines_.fail("there are more values than the sizes say");
    lines_.finish();
    return rounded();
  }

  /// Whether it stores entries of a general matrix, and nothing was read of them yet.
  bool begin_coordinates() {
    read_sizes();
    if (banner_.array || banner_.symmetry != Symmetry::general) return false;
    if (!are_likely(rows_, cols_, source_.size()))
      lines_.fail("a matrix of " + std::to_string(rows_) + " x " + std::to_string(cols_) +
                  " has too many rows for its file, or more than 16777216 columns: leave out rows "
                  "and columns that hold nothing");
    return true;
  }
  SparseShape shape() const { return {rows_, cols_, entries_}; }

  SparseMatrix read_entries() {
    std::vector<std::int32_t> rows;
    SparseMatrix by_line{rows_, cols_};
    Places places(rows_);
    for (std::int64_t e = 0; e < entries_; ++e) {
      const Entry entry = take_entry();
      rows.push_back(static_cast<std::int32_t>(entry.row));
      by_line.indices.push_back(static_cast<std::int32_t>(entry.col));
      by_line.values.push_back(static_cast<float>(entry.value));
      places.count(entry.row);
    }
    std::string_view line;
    if (next(line)) lines_.fail("there are more values than the sizes say");
    lines_.finish();
    return by_rows(rows, by_line, places);
  }

 private:
  /// From 0.
  struct Entry {
    std::int64_t row, col;
    double value;
  };

  SparseMatrix by_rows(const std::vector<std::int32_t>& rows, const SparseMatrix& by_line,
                       Places& places) {
    SparseMatrix out{rows_, cols_, places.begin()};
    out.indices.resize(rows.size());
    out.values.resize(rows.size());
    for (std::size_t e = 0; e < rows.size(); ++e) {
      const std::size_t at = places.next(rows[e]);
      out.indices[at] = by_line.indices[e];
      out.values[at] = by_line.values[e];
    }
    if (const auto twice = put_in_order(out)) {
      const auto row =
          std::upper_bound(out.indptr.begin(), out.indptr.end(), *twice) - out.indptr.begin();
      lines_.fail("entry (" + std::to_string(row) + ", " +
                  std::to_string(out.indices[static_cast<std::size_t>(*twice)] + 1) +
                  ") comes twice");
    }
    return out;
  }

  /// The next line that is no comment.
  bool next(std::string_view& line) {
    while (lines_.next(line))
      if (!line.starts_with('%')) return true;
    return false;
  }

  std::string_view required(const char* what) {
    std::string_view line;
    if (!next(line)) lines_.fail(std::string("the file ends before ") + what);
    return line;
  }

  /// The next number of a line; spaces around it go with it.
  template <class Number>
  Number take(std::string_view& line, const char* what) {
    line = trimmed(line);
    Number value{};
    const char* const end = line.data() + line.size();
    const auto [after, status] = std::from_chars(line.data(), end, value);
    if (status != std::errc{} || (after != end && *after != ' ' && *after != '\t'))
      lines_.fail(std::string(what) + " is due, and there is " + in_quotes(line));
    line.remove_prefix(static_cast<std::size_t>(after - line.data()));
    return value;
  }

  void finish_line(std::string_view line) {
    if (!trimmed(line).empty()) lines_.fail("there is more on the line: " + in_quotes(line));
  }

  void read_banner() {
    std::string_view line;
    if (!lines_.next(line)) lines_.fail("the file has no text");
    std::string lower(line);
    for (char& c : lower)
      if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    std::istringstream words(lower);
    std::string magic, object, format, field, symmetry;
    words >> magic >> object >> format >> field >> symmetry;
    if (magic != "%%matrixmarket" || object != "matrix" ||
        (format != "array" && format != "coordinate"))
      lines_.fail("'%%MatrixMarket matrix array' or '... coordinate' is due");
    banner_.array = format == "array";
    banner_.pattern = field == "pattern" && !banner_.array;
    if (field != "real" && field != "double" && field != "integer" && !banner_.pattern)
      lines_.fail("values of type " + in_quotes(field) + " are not read: real or integer are");
    if (symmetry != "general" && symmetry != "symmetric" && symmetry != "skew-symmetric")
      lines_.fail("the symmetry " + in_quotes(symmetry) + " is not read");
    banner_.symmetry = symmetry == "general"     ? Symmetry::general
                       : symmetry == "symmetric" ? Symmetry::symmetric
                                                 : Symmetry::skew;
  }

  /// Sizes are held against the file before anything is allocated: a value has two bytes at least.
  void read_sizes() {
    read_banner();
    std::string_view line = required("the sizes");
    rows_ = take<std::int64_t>(line, "a number of rows");
    cols_ = take<std::int64_t>(line, "a number of columns");
    if (!banner_.array) entries_ = take<std::int64_t>(line, "a number of entries");
    finish_line(line);
    const auto all = checked_product({rows_, cols_, 8});
    if (rows_ < 1 || cols_ < 1 || entries_ < 0 || !all)
      lines_.fail("a matrix of " + std::to_string(rows_) + " x " + std::to_string(cols_) +
                  " cannot be read");
    if (banner_.symmetry != Symmetry::general && rows_ != cols_)
      lines_.fail("a symmetric matrix is square, and this one is " + std::to_string(rows_) + " x " +
                  std::to_string(cols_));
    if (banner_.array && stored() > source_.size() / 2)
      lines_.fail("truncated: " + std::to_string(stored()) + " values cannot be in " +
                  std::to_string(source_.size()) + " bytes");
  }

  void require_dense() const {
    if (!banner_.array && rows_ * cols_ > std::min(kMaxDense, kMaxFill * source_.size()))
      lines_.fail("a sparse matrix of " + std::to_string(rows_) + " x " + std::to_string(cols_) +
                  " would have too many zeros as dense points: embed and knn read it sparse, "
                  "without flags of columns; for others reduce it, with "
                  "sklearn.decomposition.TruncatedSVD(50) of scipy.io.mmread(file)");
  }

  std::int64_t first_row(std::int64_t col) const {
    if (banner_.symmetry == Symmetry::general) return 0;
    return col + (banner_.symmetry == Symmetry::skew ? 1 : 0);
  }
  std::int64_t stored() const {
    if (banner_.symmetry == Symmetry::general) return rows_ * cols_;
    return rows_ * (rows_ + (banner_.symmetry == Symmetry::skew ? -1 : 1)) / 2;
  }

  void set(std::int64_t row, std::int64_t col, double value) {
    values_[static_cast<std::size_t>(col * rows_ + row)] = value;
    if (banner_.symmetry == Symmetry::general || row == col) return;
    values_[static_cast<std::size_t>(row * rows_ + col)] =
        banner_.symmetry == Symmetry::skew ? -value : value;
  }

  double take_value(std::string_view& line) {
    const auto value = take<double>(line, "a value");
    if (std::isfinite(value) && std::isinf(static_cast<float>(value)))
      lines_.fail("the value does not fit float32 (3.4e38): rescale the data");
    return value;
  }

  void read_array() {
    for (std::int64_t col = 0; col < cols_; ++col)
      for (std::int64_t row = first_row(col); row < rows_; ++row) {
        std::string_view line = required("the last value");
        set(row, col, take_value(line));
        finish_line(line);
      }
  }

  void read_coordinates() {
    for (std::int64_t e = 0; e < entries_; ++e) {
      const Entry entry = take_entry();
      set(entry.row, entry.col, entry.value);
    }
  }

  Entry take_entry() {
    std::string_view line = required("the last entry");
    const auto row = take<std::int64_t>(line, "a row");
    const auto col = take<std::int64_t>(line, "a column");
    const double value = banner_.pattern ? 1 : take_value(line);
    finish_line(line);
    if (row < 1 || row > rows_ || col < 1 || col > cols_)
      lines_.fail("entry (" + std::to_string(row) + ", " + std::to_string(col) +
                  ") is outside the matrix of " + std::to_string(rows_) + " x " +
                  std::to_string(cols_));
    return {row - 1, col - 1, value};
  }

  Matrix rounded() {
    Rounding& rounding = source_.rounding();
    std::vector<float> by_column(values_.size());
    const auto pass = [&] {
      rounding.begin(rows_, cols_, Rounding::Order::columns);
      rounding.convert(0, std::span<const double>(values_), by_column.data());
    };
    pass();
    if (rounding.choose_offsets()) pass();
    rounding.require_normal(source_.name());
    values_ = {};
    Matrix matrix(rows_, cols_);
    for (std::int64_t i = 0; i < rows_; ++i)
      for (std::int64_t c = 0; c < cols_; ++c)
        matrix.row(i)[c] = by_column[static_cast<std::size_t>(c * rows_ + i)];
    return matrix;
  }

  ByteSource& source_;
  LineReader lines_;
  Banner banner_;
  std::int64_t rows_ = 0, cols_ = 0, entries_ = 0;
  std::vector<double> values_;  // column after column
};

}  // namespace

Matrix read_matrix_market(ByteSource& source) {
  return MatrixMarketReader(source).read();
}

std::optional<SparseMatrix> read_coordinates(ByteSource& source) {
  MatrixMarketReader reader(source);
  if (!reader.begin_coordinates()) return {};
  return reader.read_entries();
}

std::optional<SparseShape> describe_coordinates(ByteSource& source) {
  MatrixMarketReader reader(source);
  if (!reader.begin_coordinates()) return {};
  return reader.shape();
}

FileInfo describe_matrix_market(ByteSource& source) {
  return MatrixMarketReader(source).describe();
}

}  // namespace nearfold::io
