// Labels in text: one a line, or beside the names of the rows, as pandas and R write a column.
#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "io/categories.hpp"
#include "io/field.hpp"
#include "io/formats.hpp"
#include "io/table.hpp"
#include "io/text.hpp"
#include "nearfold/error.hpp"

namespace nearfold::io {
namespace {

struct Lines {
  std::vector<std::string> texts;
  std::int64_t blank_end = 0;
};

/// Trimmed lines, those of nothing too, but for comments above and blank lines at the end.
Lines read_lines(ByteSource& source) {
  LineReader reader(source, Blank::keep);
  Lines lines;
  for (std::string_view line; reader.next(line);) {
    const std::string_view text = trimmed(line);
    if (text.find('\0') != std::string_view::npos)
      reader.fail("there is a zero byte: this is a binary file, not text");
    if (lines.texts.empty() && text.starts_with("# ")) continue;
    ++lines.blank_end;
    if (text.empty()) continue;
    lines.texts.resize(lines.texts.size() + static_cast<std::size_t>(lines.blank_end - 1));
    lines.texts.emplace_back(text);
    lines.blank_end = 0;
  }
  reader.finish();
  if (lines.texts.empty()) reader.fail("the file has no labels");
  return lines;
}

std::string unquoted(const std::string& text) {
  if (!text.starts_with('"')) return text;
  std::string_view rest = text;
  const Cut cut = cut_field(rest, '\0');
  return cut.fault == nullptr && !cut.more ? unescaped(cut.field) : text;
}

/// Cells of a label file that is a table.
using Rows = std::vector<std::vector<std::string>>;

/// Nothing where lines have different numbers of fields; the first may lack one, as in R.
std::optional<Rows> split_all(const std::vector<std::string>& lines, char delimiter) {
  Rows rows;
  for (const std::string& line : lines) {
    const auto fields = split(line, delimiter);
    if (!fields) return {};
    auto& cells = rows.emplace_back();
    for (const Field& field : *fields) cells.push_back(unescaped(field));
  }
  const std::size_t cols = rows.back().size();
  if (rows[0].size() + 1 == cols) rows[0].insert(rows[0].begin(), "");
  const auto fits = [&](const auto& cells) { return cells.size() == cols; };
  if (cols < 2 || !std::all_of(rows.begin(), rows.end(), fits)) return {};
  return rows;
}

/// Whether the first cells count, from this row on.
bool counts(const Rows& rows, std::size_t begin) {
  double first = 0, value = 0;
  for (std::size_t r = begin; r < rows.size(); ++r) {
    if (parse_number(rows[r][0], value) != Number::yes) return false;
    if (r == begin) first = value;
    if (value != first + static_cast<double>(r - begin)) return false;
  }
  return rows.size() > begin && (first == 0 || first == 1);
}

bool are_distinct(const Rows& rows) {
  std::unordered_set<std::string_view> seen;
  return std::all_of(rows.begin(), rows.end(),
                     [&](const auto& cells) { return seen.insert(cells[0]).second; });
}

/// Whether some column has numbers alone below its first row.
bool has_numbers(const Rows& rows) {
  double ignored = 0;
  for (std::size_t c = 0; c < rows[0].size(); ++c)
    if (std::all_of(rows.begin() + 1, rows.end(), [&](const auto& cells) {
          return parse_number(cells[c], ignored) == Number::yes;
        }))
      return true;
  return false;
}

/// As text has them, and no table.
bool has_comma_and_space(const std::vector<std::string>& lines) {
  return std::any_of(lines.begin(), lines.end(),
                     [](const std::string& line) { return line.find(", ") != std::string::npos; });
}

struct Cells {
  std::vector<std::string> texts = {};
  bool has_header = false;
};

/// The second of two columns, where the first names the rows. InvalidInput for another table.
/// Labels may be of several words, and have commas.
std::optional<Cells> beside_row_names(const std::vector<std::string>& lines,
                                      const std::string& file) {
  if (lines.size() < 3) return {};
  for (const char delimiter : {'\t', ';', '|', ',', ' '}) {
    const auto rows = split_all(lines, delimiter);
    if (!rows) continue;
    const std::size_t cols = (*rows)[0].size();
    const bool numbered = counts(*rows, 0) || counts(*rows, 1);
    if (cols == 2 && (numbered || (delimiter != ' ' && are_distinct(*rows)))) {
      Cells cells{.has_header = counts(*rows, 1) && !counts(*rows, 0)};
      for (const auto& row : *rows) cells.texts.push_back(row[1]);
      return cells;
    }
    const bool prose = delimiter == ',' && has_comma_and_space(lines);
    if (delimiter != ' ' && (!prose || numbered || has_numbers(*rows)))
      throw InvalidInput("'" + file + "' has " + std::to_string(cols) +
                         " columns: say with --label-column which of them holds the labels");
  }
  return {};
}

bool is_integer_or_missing(const std::string& text) {
  double value = 0;
  return is_missing(text) || (parse_number(text, value) == Number::yes && value == value);
}

/// One line of text above numbers.
bool is_above_numbers(const std::vector<std::string>& cells) {
  const auto begin = cells.begin() + 1;
  return cells.size() > 1 && !is_integer_or_missing(cells[0]) &&
         std::all_of(begin, cells.end(), is_integer_or_missing) &&
         !std::all_of(begin, cells.end(), [](const auto& text) { return is_missing(text); });
}

}  // namespace

Labels read_text_labels(ByteSource& source) {
  const Lines lines = read_lines(source);
  Cells cells;
  if (auto found = beside_row_names(lines.texts, source.name()))
    cells = std::move(*found);
  else
    for (const std::string& line : lines.texts) cells.texts.push_back(unquoted(line));
  const bool header = cells.has_header || is_above_numbers(cells.texts);
  Categories categories;
  for (std::size_t i = header ? 1 : 0; i < cells.texts.size(); ++i) categories.add(cells.texts[i]);
  Labels labels = labels_of(categories, "'" + source.name() + "'");
  labels.blank_end = lines.blank_end;
  if (!header) labels.first_line = cells.texts[0];
  return labels;
}

Labels read_column_labels(ByteSource& source, const std::string& column) {
  return read_text_table(source, {.label_column = column, .leave_text = true}, Missing::nan).labels;
}

}  // namespace nearfold::io
