// Numbers in text, one row a line: CSV, TSV and their kin. What people's files differ in
// (delimiter, header, decimal comma, comments, row numbers) is recognised where it can mean one
// thing only.
#include "io/table.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <utility>

#include "io/field.hpp"
#include "io/formats.hpp"
#include "io/rounding.hpp"
#include "io/scanned_column.hpp"
#include "io/table_head.hpp"
#include "io/table_points.hpp"
#include "io/text.hpp"
#include "nearfold/error.hpp"

namespace nearfold::io {
namespace {

using Role = ScannedColumn::Role;

const char* skip_spaces(const char* at, const char* end) {
  while (at != end && *at == ' ') ++at;
  return at;
}

class TableReader {
 public:
  TableReader(ByteSource& source, const TableOptions& options, Missing missing)
      : source_(source),
        lines_(source),
        file_(source.name()),
        options_(options),
        missing_(missing) {}

  Table read() {
    scan();
    return finish();
  }

  /// All of them as they are written.
  std::vector<TextColumn> columns() {
    is_text_ = true;
    scan();
    std::vector<TextColumn> out;
    for (ScannedColumn& column : columns_) {
      Categories categories = named(column);
      const auto missing = [&](std::int32_t id) {
        return is_missing(categories.texts[static_cast<std::size_t>(id)]);
      };
      std::vector<std::int32_t> ids = categories.ids;
      for (std::int32_t& id : ids)
        if (missing(id)) id = -1;
      out.push_back({column.name, std::move(categories.texts), std::move(ids)});
    }
    return out;
  }

 private:
  void scan() {
    NumberedLine first = next_line();
    if (first.number == 0)
      throw InvalidInput("'" + file_ + "' has no text: it is empty, or has comments alone");
    has_begun_ = true;
    NumberedLine second = next_line();
    if (first.text.starts_with("sep=") && first.text.size() == 5) {  // Excel's own first line
      delimiter_ = first.text[4];
      first = std::exchange(second, next_line());
    } else {
      delimiter_ = delimiter_of(first.text, second.text);
    }
    begin(first, second);
    second_ = second.number;
    if (!has_header_) append(first);
    if (second.number > 0) append(second);
    reserve(second.number > 0 ? second.text : first.text);
    std::string_view line;
    std::int64_t repeated = 0;  // headers of tables that were put one behind the other
    while (next(line))
      if (has_header_ && line == first.text)
        ++repeated;
      else
        append_row(line, lines_.number());
    lines_.finish();
    if (repeated > 0) note(std::to_string(repeated) + " more lines are the header again");
  }

  /// The next line that is no comment.
  bool next(std::string_view& line) {
    while (lines_.next(line)) {
      if (!is_comment(line)) return true;
      if (!has_begun_) comment_ = line;
    }
    return false;
  }

  NumberedLine next_line() {
    std::string_view line;
    if (!next(line)) return {};
    return {std::string(line), lines_.number()};
  }

  /// Finds out about the header, and gives the columns names and roles.
  void begin(const NumberedLine& first, const NumberedLine& second) {
    TableHead head = head_of(first, second, delimiter_, comment_, options_, lines_);
    has_header_ = head.has_header;
    no_corner_ = head.no_corner;
    columns_ = std::move(head.columns);
    classes_ = std::move(head.classes);
    for (const std::string& what : head.notes) note(what);
    assign_roles(columns_, options_, file_);
    for (ScannedColumn& column : columns_) {
      if (is_text_) column.role = Role::label;
      column.is_read = column.role == Role::feature;
      features_ += column.is_read ? 1 : 0;
    }
  }

  void note(const std::string& what) { notes_.push_back("'" + file_ + "': " + what); }

  /// Room for all rows if they are as long as `line`; a value has two bytes at least.
  void reserve(std::string_view line) {
    const auto rows = lines_.bytes() / static_cast<std::int64_t>(line.size() + 1) + 1;
    const std::int64_t most = lines_.bytes() / 2 + features_;
    const std::int64_t wanted = checked_product({rows, features_}).value_or(most);
    values_.reserve(static_cast<std::size_t>(std::min(wanted, most)));
  }

  void append(const NumberedLine& line) { append_row(line.text, line.number); }

  void append_row(std::string_view line, std::int64_t number) {
    line = without_margin(line, delimiter_);
    std::size_t c = 0;
    for (bool more = true; more; ++c) {
      double value = 0;
      const bool is_feature = c < columns_.size() && columns_[c].role == Role::feature;
      if (is_feature && take_number(line, value, more, number)) {
        store(value, columns_[c], number);
        continue;
      }
      const Field field = take_field(line, more, delimiter_, lines_, number);
      if (c < columns_.size()) take(field, columns_[c], c, number);
    }
    if (c != columns_.size()) fail_length(lines_, number, c, columns_.size());
    ++rows_;
  }

  /// The quick way: a bare number and its delimiter are taken off `line`, or nothing is.
  bool take_number(std::string_view& line, double& value, bool& more, std::int64_t number) {
    const char* const end = line.data() + line.size();
    const char* const begin = skip_spaces(line.data(), end);
    const auto [after, status] = std::from_chars(begin, end, value);
    if (status != std::errc{}) return false;
    const char* at = skip_spaces(after, end);
    more = at != end;
    if (more && delimiter_ == ' ' && at == after) return false;
    if (more && delimiter_ != ' ' && *at++ != delimiter_) return false;
    if (mark_ != '.' && delimiter_ != ',') see_mark({begin, after}, '.', number);
    line = {at, static_cast<std::size_t>(end - at)};
    return true;
  }

  void take(const Field& field, ScannedColumn& column, std::size_t c, std::int64_t line) {
    switch (column.role) {
      case Role::left_out:
        return;
      case Role::label:
      case Role::one_hot:
        column.categories.add(unescaped(field));
        if (is_missing(field.text)) column.missing.add(field.text, line);
        return;
      case Role::feature:
        break;
    }
    double value = 0;
    switch (number_of(field, value, line)) {
      case Number::yes:
        return store(value, column, line);
      case Number::too_large:
        column.large.add(field.text, line);
        break;
      case Number::no:
        if (looks_binary(field.text))
          lines_.fail_at(line, "there are control characters: this is a binary file, not text",
                         static_cast<std::int64_t>(c) + 1);
        (is_missing(field.text) ? column.missing : column.texts).add(field.text, line);
        column.blanks += field.text.empty() ? 1 : 0;
    }
    values_.push_back(std::numeric_limits<double>::quiet_NaN());
  }

  /// A number, perhaps with a decimal comma where a comma divides nothing else.
  Number number_of(const Field& field, double& value, std::int64_t line) {
    const Number found = parse_number(field.text, value);
    if (found == Number::yes && delimiter_ != ',') see_mark(field.text, '.', line);
    if (found != Number::no || delimiter_ == ',') return found;
    const Number read = parse_decimal_comma(field.text, value);
    if (read == Number::yes) see_mark(field.text, ',', line);
    return read;
  }

  /// One table has one decimal mark: the other one would divide thousands.
  void see_mark(std::string_view number, char mark, std::int64_t line) {
    if (mark == mark_ || number.find(mark) == std::string_view::npos) return;
    if (mark_ != 0)
      lines_.fail_at(line, in_quotes(number) + " has a decimal " +
                               (mark == ',' ? "comma, and numbers above it a point"
                                            : "point, and numbers above it a comma") +
                               ": write all numbers alike, without marks between thousands");
    mark_ = mark;
    if (mark == ',') note("commas in numbers are read as decimal points");
  }

  /// Every number of a feature passes here as it is written, before it becomes float32.
  void store(double value, ScannedColumn& column, std::int64_t line) {
    if (std::isinf(static_cast<float>(value)) && std::isfinite(value))
      column.large.add(text_of(value), line);
    column.add(value, rows_);
    values_.push_back(value);
  }

  static std::string text_of(double value) {
    char text[32];
    return {text, std::to_chars(text, text + sizeof text, value).ptr};
  }

  Table finish() {
    const ScannedColumn& names = columns_[0];
    if (no_corner_ && names.numbers > 0 && !names.is_quoted && !names.numbers_rows())
      fail_length(lines_, second_, columns_.size(), columns_.size() - 1);
    leave_out_row_names(columns_, rows_, has_header_, file_, notes_);
    if (options_.leave_text)
      for (ScannedColumn& column : columns_)
        if (column.role == Role::feature && column.texts.count > 0) column.role = Role::left_out;
    if (!options_.leave_text) require_values(columns_, file_);
    require_numbers(columns_, missing_, file_);
    Features found = with_one_hot(columns_, features(), rows_, file_);
    if (found.values.size() == 0 && !options_.leave_text)
      throw InvalidInput("'" + file_ + "' has no column of numbers left to make points of");
    Table table;
    table.notes = std::move(notes_);
    if (found.values.size() > 0) table.points = points_of(std::move(found), table.notes);
    for (const ScannedColumn& column : columns_) {
      table.columns.push_back(column.described());
      if (column.role == Role::label) table.labels = labels_of(named(column), "'" + file_ + "'");
    }
    return table;
  }

  /// Those that are left.
  TextValues features() {
    std::vector<bool> keep;
    for (const ScannedColumn& column : columns_)
      if (column.is_read) keep.push_back(column.role == Role::feature);
    values_.keep_columns(keep);
    return std::move(values_);
  }

  /// As float32, less the offsets of the columns that are left.
  Matrix points_of(Features&& found, std::vector<std::string>& notes) const {
    Matrix points = found.values.take(std::ssize(found.from), source_);
    std::vector<std::string> titles;
    for (const std::size_t c : found.from) titles.push_back(title_of(columns_, c));
    source_.rounding().warn(file_, notes, titles);
    return points;
  }

  /// scikit-learn's classes, of which the column has the numbers.
  Categories named(const ScannedColumn& column) const {
    Categories classes = column.categories;
    double id = 0;
    for (std::string& text : classes.texts)
      if (parse_number(text, id) == Number::yes && id >= 0 &&
          id < static_cast<double>(classes_.size()))
        text = classes_[static_cast<std::size_t>(id)];
    return classes;
  }

  const ByteSource& source_;
  LineReader lines_;
  std::string file_;
  const TableOptions& options_;
  Missing missing_;
  std::string comment_;  // the last one above the first row
  char delimiter_ = ',';
  char mark_ = 0;         // of decimals, when one was seen
  bool is_text_ = false;  // numbers, too
  bool has_begun_ = false, has_header_ = false, no_corner_ = false;
  std::int64_t second_ = 0;  // the number of that line
  ScannedColumns columns_;
  std::int64_t features_ = 0, rows_ = 0;
  TextValues values_;
  std::vector<std::string> classes_;  // of scikit-learn's own files
  std::vector<std::string> notes_;
};

}  // namespace

Table read_text_table(ByteSource& source, const TableOptions& options, Missing missing) {
  return TableReader(source, options, missing).read();
}

std::vector<TextColumn> read_text_columns(ByteSource& source) {
  return TableReader(source, {}, Missing::nan).columns();
}

Matrix read_csv(ByteSource& source) {
  return read_text_table(source, {}, Missing::refuse).points;
}

FileInfo describe_csv(ByteSource& source) {
  const TableOptions anything{.leave_text = true};
  const Matrix points = read_text_table(source, anything, Missing::nan).points;
  return {"", "text", {points.rows(), points.cols()}, source.size(), {}};
}

}  // namespace nearfold::io
