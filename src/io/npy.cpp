// Reading and writing .npy. The header is parsed as the one dictionary it may be, by hand: no key,
// type or number is accepted that the format does not have, and no size is believed before it has
// been compared with the bytes that are there.
#include "io/npy.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <string_view>
#include <utility>

#include "io/rounding.hpp"
#include "nearfold/error.hpp"

namespace nearfold::io {
namespace {

constexpr std::string_view kMagic = "\x93NUMPY";
constexpr std::int64_t kLongestHeader = std::int64_t{64} << 10;
constexpr std::size_t kMaxNpyDimensions = 32;  // numpy's own limit

/// Reads {'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), } from front to back.
class HeaderParser {
 public:
  HeaderParser(const ByteSource& source, std::string_view text, NpyText may_be_text)
      : source_(source),
        text_(text),
        may_be_text_(may_be_text),
        start_(source.position() - size_of(text)) {}

  NpyHeader parse() {
    expect('{');
    while (!accept('}')) {
      const std::string key = string();
      expect(':');
      if (key == "descr") {
        store(type_, descr(), key);
      } else if (key == "fortran_order") {
        store(fortran_, boolean(), key);
      } else if (key == "shape") {
        store(shape_, tuple(), key);
      } else {
        fail("unknown key " + in_quotes(key));
      }
      if (!accept(',') && peek() != '}') fail("a comma or a closing brace is due");
    }
    skip_spaces();
    if (at_ != text_.size()) fail("there is text after the dictionary");
    if (!type_ || !fortran_ || !shape_)
      fail("a key is missing: descr, fortran_order and shape are needed");
    return {*type_, *fortran_, *shape_};
  }

 private:
  static std::int64_t size_of(std::string_view text) {
    return static_cast<std::int64_t>(text.size());
  }

  [[noreturn]] void fail(const std::string& what) const {
    source_.malformed_at(start_ + static_cast<std::int64_t>(at_), "NPY header: " + what);
  }

  template <class T>
  void store(std::optional<T>& slot, T value, const std::string& key) const {
    if (slot) fail("key " + in_quotes(key) + " comes twice");
    slot = std::move(value);
  }

  void skip_spaces() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\n')) ++at_;
  }

  /// The next character that is no space; 0 at the end.
  char peek() {
    skip_spaces();
    return at_ < text_.size() ? text_[at_] : '\0';
  }

  bool accept(char c) {
    if (peek() != c || at_ == text_.size()) return false;
    ++at_;
    return true;
  }

  void expect(char c) {
    if (!accept(c)) fail(std::string("'") + c + "' is due");
  }

  std::string string() {
    const char quote = peek();
    if (quote != '\'' && quote != '"') fail("a string is due");
    const std::size_t end = text_.find(quote, at_ + 1);
    if (end == std::string_view::npos) fail("a string is not closed");
    std::string value(text_.substr(at_ + 1, end - at_ - 1));
    at_ = end + 1;
    return value;
  }

  bool boolean() {
    skip_spaces();
    for (const auto& [word, value] : {std::pair{"True", true}, std::pair{"False", false}})
      if (text_.substr(at_).starts_with(word)) {
        at_ += std::string_view(word).size();
        return value;
      }
    fail("True or False is due");
  }

  std::vector<std::int64_t> tuple() {
    std::vector<std::int64_t> values;
    expect('(');
    while (!accept(')')) {
      if (values.size() == kMaxNpyDimensions) fail("more than 32 dimensions");
      values.push_back(dimension());
      if (!accept(',') && peek() != ')') fail("a comma or a closing parenthesis is due");
    }
    return values;
  }

  std::int64_t dimension() {
    std::int64_t value = 0;
    if (peek() == '-') fail("a dimension is negative");
    const char* const end = text_.data() + text_.size();
    const auto [after, status] = std::from_chars(text_.data() + at_, end, value);
    if (status == std::errc::result_out_of_range) fail("a dimension exceeds 64 bits");
    if (status != std::errc{}) fail("a dimension is due");
    at_ = static_cast<std::size_t>(after - text_.data());
    return value;
  }

  DType descr() {
    if (peek() == '[' || peek() == '(' || peek() == '{')
      fail(
          "records (structured arrays) are not supported: save one plain array, as "
          "numpy.lib.recfunctions.structured_to_unstructured(x) makes it");
    const std::size_t where = at_;
    const std::string text = string();
    std::string_view rest = text;
    DType type;
    if (!rest.empty() && std::string_view("<>|=").find(rest[0]) != std::string_view::npos) {
      type.big_endian = rest[0] == '>';
      rest.remove_prefix(1);
    }
    if (rest.starts_with('O')) {
      at_ = where;
      fail(
          "object arrays are not supported, reading one would run code: save numbers as "
          "x.astype('float32'), or text as x.astype('U')");
    }
    const bool digit = rest.size() == 2 && rest[1] >= '1' && rest[1] <= '8';
    if (digit) type = {rest[0], rest[1] - '0', type.big_endian};
    if (rest == "b1") type = {'u', 1};  // bool: 0 or 1
    if (digit && is_supported(type)) return type;
    if (may_be_text_ == NpyText::allow)
      if (const auto found = text_type(rest, type.big_endian)) return *found;
    at_ = where;
    const bool words = rest.starts_with('U') || rest.starts_with('S');
    fail("type " + in_quotes(text) +
         (words ? ", text, is not supported where numbers are due" : " is not supported") +
         ": save x.astype('float32'), or integers");
  }

  /// "U10", of four bytes a character, or "S10".
  static std::optional<DType> text_type(std::string_view descr, bool big_endian) {
    constexpr int kLongest = 1 << 20;
    if (!descr.starts_with('U') && !descr.starts_with('S')) return {};
    int length = 0;
    const char* const end = descr.data() + descr.size();
    const auto [after, status] = std::from_chars(descr.data() + 1, end, length);
    if (status != std::errc{} || after != end || length < 0 || length > kLongest) return {};
    return DType{descr[0], descr[0] == 'U' ? 4 * length : length, big_endian};
  }

  const ByteSource& source_;
  std::string_view text_;
  NpyText may_be_text_;
  std::int64_t start_;
  std::size_t at_ = 0;
  std::optional<DType> type_;
  std::optional<bool> fortran_;
  std::optional<std::vector<std::int64_t>> shape_;
};

/// Reads magic, version and length; returns the header's text.
std::string read_header_text(ByteSource& source) {
  std::array<char, 6> magic{};
  const bool long_enough = source.remaining() >= 10;
  if (long_enough) source.read(std::as_writable_bytes(std::span(magic)));
  if (std::string_view(magic.data(), magic.size()) != kMagic)
    source.malformed_at(0, "not an NPY file (it does not begin with \\x93NUMPY): use numpy.save");
  const int major = source.read_little<std::uint8_t>();
  source.read_little<std::uint8_t>();  // the minor version has no meaning yet
  if (major < 1 || major > 3)
    source.malformed_at(6, "NPY version " + std::to_string(major) + " is unknown (1 to 3 are)");
  const std::int64_t length = major == 1 ? std::int64_t{source.read_little<std::uint16_t>()}
                                         : std::int64_t{source.read_little<std::uint32_t>()};
  const std::string named = "NPY header length " + std::to_string(length);
  if (length > source.remaining())
    source.malformed_at(8,
                        named + " exceeds the file (" + std::to_string(source.size()) + " bytes)");
  if (length > kLongestHeader) source.malformed_at(8, named + " exceeds the limit of 65536");
  std::string text(static_cast<std::size_t>(length), '\0');
  source.read(std::as_writable_bytes(std::span(text)));
  return text;
}

/// Column-major values, a few columns at a time so that each row is written in whole cache lines.
Matrix read_transposed(ByteSource& source, const DType& type, std::int64_t rows,
                       std::int64_t cols) {
  constexpr std::int64_t kMaxColumns = 16;
  constexpr std::int64_t kBufferValues = std::int64_t{1} << 24;
  const std::int64_t at_once =
      std::clamp<std::int64_t>(kBufferValues / rows, 1, std::min(kMaxColumns, cols));
  Matrix matrix(rows, cols);
  std::vector<float> columns(static_cast<std::size_t>(rows * at_once));
  in_passes(source, rows, cols, Rounding::Order::columns, [&] {
    for (std::int64_t first = 0; first < cols; first += at_once) {
      const std::int64_t width = std::min(at_once, cols - first);
      const auto some = std::span(columns).first(static_cast<std::size_t>(rows * width));
      const auto unfit = read_floats(source, type, some, first * rows);
      if (unfit) throw_unfit(source, *unfit % rows, first + *unfit / rows);
      for (std::int64_t i = 0; i < rows; ++i)
        for (std::int64_t c = 0; c < width; ++c)
          matrix.row(i)[first + c] = columns[static_cast<std::size_t>(c * rows + i)];
    }
  });
  source.finish();
  return matrix;
}

}  // namespace

NpyHeader read_npy_header(ByteSource& source, NpyText may_be_text) {
  const std::string text = read_header_text(source);
  NpyHeader header = HeaderParser(source, text, may_be_text).parse();
  const auto values = checked_product(header.shape);
  const auto bytes = values ? checked_product({*values, header.type.bytes}) : values;
  const std::string what = "shape " + shape_text(header.shape) + " of " + header.type.name();
  if (!bytes) source.malformed(what + " has more bytes than 64 bits can count");
  source.require_remaining(*bytes, what);
  const auto long_side = [](std::int64_t size) { return size > 1; };
  header.fortran &= std::count_if(header.shape.begin(), header.shape.end(), long_side) > 1;
  return header;
}

Matrix read_npy_values(ByteSource& source, const NpyHeader& header) {
  const std::string shape = shape_text(header.shape);
  if (header.shape.size() != 2)
    source.malformed("the array has shape " + shape +
                     ": points are a 2-d array, one row a point; save " +
                     (header.shape.size() < 2 ? "x.reshape(-1, 1) for points of one column"
                      : header.shape[0] == 1  ? "x[0].reshape(len(x[0]), -1)"
                                              : "x.reshape(len(x), -1)"));
  const std::int64_t rows = header.shape[0], cols = header.shape[1];
  if (!header.fortran) return read_rows(source, header.type, rows, cols);
  if (!checked_product({rows, cols, 4})) source.malformed("shape " + shape + " is too large");
  return read_transposed(source, header.type, rows, cols);
}

std::vector<std::int32_t> read_npy_ints(ByteSource& source, const NpyHeader& header,
                                        const std::string& what) {
  if (!header.type.is_integer())
    source.malformed(what + " are " + header.type.name() + ": they must be integers");
  std::vector<std::int32_t> values(static_cast<std::size_t>(*checked_product(header.shape)));
  const auto unfit = read_ints(source, header.type, values);
  if (unfit)
    source.malformed(what + ": value " + std::to_string(*unfit) +
                     " (from 0, as stored) is outside the range of int32");
  source.finish();
  if (!header.fortran) return values;
  if (header.shape.size() != 2)
    source.malformed(what + " are in Fortran order: save them in C order");
  const auto rows = static_cast<std::size_t>(header.shape[0]);
  const auto cols = static_cast<std::size_t>(header.shape[1]);
  std::vector<std::int32_t> by_row(values.size());
  for (std::size_t i = 0; i < rows; ++i)
    for (std::size_t c = 0; c < cols; ++c) by_row[i * cols + c] = values[c * rows + i];
  return by_row;
}

std::string npy_header(const std::string& descr, std::span<const std::int64_t> shape) {
  constexpr std::size_t kPrefix = 10, kAlign = 64;  // the values begin at a multiple of 64 bytes
  std::string text =
      "{'descr': '" + descr + "', 'fortran_order': False, 'shape': " + shape_text(shape) + ", }";
  const std::size_t total = (kPrefix + text.size() + 1 + kAlign - 1) / kAlign * kAlign;
  text.resize(total - kPrefix - 1, ' ');
  text += '\n';
  const char prefix[] = {1, 0, static_cast<char>(text.size() & 0xff),
                         static_cast<char>(text.size() >> 8)};
  return std::string(kMagic) + std::string(prefix, sizeof prefix) + text;
}

std::string shape_text(std::span<const std::int64_t> shape) {
  std::string text = "(";
  for (std::size_t i = 0; i < shape.size(); ++i)
    text += (i > 0 ? ", " : "") + std::to_string(shape[i]);
  return text + (shape.size() == 1 ? ",)" : ")");
}

}  // namespace nearfold::io
