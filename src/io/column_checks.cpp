// What is said of columns once all rows are known: row numbers, text, missing values.
#include <algorithm>
#include <initializer_list>
#include <string_view>

#include "io/scanned_column.hpp"
#include "io/source.hpp"
#include "nearfold/error.hpp"

namespace nearfold::io {
namespace {

using Role = ScannedColumn::Role;

bool is_one_of(std::string name, std::initializer_list<std::string_view> words) {
  for (char& c : name)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return std::find(words.begin(), words.end(), name) != words.end();
}

/// Names under which pandas, R and others write row numbers.
bool names_rows(const std::string& name) {
  return name.starts_with("Unnamed: ") ||
         is_one_of(name, {"id", "index", "row", "rownames", "row.names", "row_names", "rowid"});
}

bool names_classes(const std::string& name) {
  return is_one_of(name, {"target", "class", "label", "labels", "species", "y", "category"});
}

/// The advice for columns that a map cannot be made of.
std::string ways_out(const ScannedColumns& columns, const std::vector<std::size_t>& which) {
  std::string drop;
  for (const std::size_t c : which) drop += (drop.empty() ? "" : ",") + flag_word(columns, c);
  const std::string one = which.size() == 1 ? drop : "NAME";
  return "leave " + std::string(which.size() == 1 ? "it" : "them") + " out with --drop " + drop +
         ", take " + (which.size() == 1 ? "it" : "one") + " as the labels with --label-column " +
         one + ", or as columns of 0 and 1 with --one-hot " + one;
}

std::string place(const std::string& file, const Found& found, std::size_t c) {
  return "'" + file + "', line " + std::to_string(found.line) + ", column " +
         std::to_string(c + 1) + ": ";
}

std::string hint_of_commas(const std::string& text) {
  const bool number = text.find(',') != std::string::npos &&
                      text.find_first_not_of("0123456789+-.,eE ") == std::string::npos;
  return number ? " (a number has a decimal point, or a decimal comma where commas divide no "
                  "columns, and no marks between thousands)"
                : "";
}

/// Text in a column that has numbers, too: a fault of the file more likely than of its use.
[[noreturn]] void refuse_text(const ScannedColumns& columns, std::size_t c,
                              const std::string& file) {
  const Found& texts = columns[c].texts;
  std::string what = in_quotes(texts.text) + " is not a number";
  what += hint_of_commas(texts.text);
  if (texts.line == 1) what += "; if the line is a header all the same, say --header yes";
  throw InvalidInput(
      place(file, texts, c) + what + "; of " + std::to_string(columns[c].numbers + texts.count) +
      " values of " + title_of(columns, c) + ", " + std::to_string(texts.count) +
      (texts.count > 1 ? " are" : " is") + " text: correct the file, or " + ways_out(columns, {c}));
}

/// Text where numbers are due, in all columns at once.
void refuse_texts(const ScannedColumns& columns, const std::vector<std::size_t>& which,
                  const std::string& file) {
  std::string titles;
  for (const std::size_t c : which)
    titles += (titles.empty() ? "" : ", ") + title_of(columns, c) + " (" +
              in_quotes(columns[c].texts.text) + ")";
  throw InvalidInput(place(file, columns[which[0]].texts, which[0]) + titles +
                     (which.size() == 1 ? " is" : " are") + " text, and points are numbers" +
                     hint_of_commas(columns[which[0]].texts.text) + ": " +
                     ways_out(columns, which));
}

void refuse_missing(const ScannedColumns& columns, std::size_t c, std::int64_t count,
                    const std::string& file) {
  const std::string& text = columns[c].missing.text;
  throw InvalidInput(place(file, columns[c].missing, c) +
                     (text.empty() ? "the field is empty" : in_quotes(text) + " is no value") +
                     (count > 1 ? ", the first of " + std::to_string(count) : "") +
                     ": fill in missing values, take the means of the columns (--missing mean), or "
                     "leave the column out (--drop " +
                     flag_word(columns, c) + ")");
}

}  // namespace

void leave_out_row_names(ScannedColumns& columns, std::int64_t rows, bool has_header,
                         const std::string& file, std::vector<std::string>& notes) {
  const auto is_free = [](const ScannedColumn& column) {
    return column.role == Role::feature && !column.is_chosen;
  };
  auto features = std::count_if(columns.begin(), columns.end(),
                                [](const auto& column) { return column.role == Role::feature; });
  const auto note = [&](const std::string& what) { notes.push_back("'" + file + "': " + what); };
  const auto leave_out = [&](std::size_t c, const std::string& why) {
    columns[c].role = Role::left_out;
    --features;
    note(title_of(columns, c) + " " + why + " and is left out; --columns would take it");
  };
  for (std::size_t c = 0; c < columns.size(); ++c) {
    ScannedColumn& column = columns[c];
    if (!is_free(column) || features < 2) continue;
    const bool nameless = has_header && column.name.empty() && c + 1 < columns.size() &&
                          !columns[c + 1].name.empty();  // as others are named
    constexpr std::int64_t kMany = 10;                   // of fewer rows nothing is certain
    if (column.name.empty() && column.blanks == rows)
      leave_out(c, "is empty");
    else if (nameless && c == 0 && column.texts.count > 0)
      leave_out(c, "has no name and names the rows");
    else if (nameless && c == 0 && column.whole && column.numbers == rows)
      leave_out(c, column.numbers_rows() ? "has no name, numbers the rows"
                                         : "has no name, looks like row numbers");
    else if (names_rows(column.name) && column.numbers_rows())
      leave_out(c, "numbers the rows");
    else if (column.numbers_rows() && rows >= kMany)
      note(title_of(columns, c) + " numbers the rows; --drop " + flag_word(columns, c) +
           " leaves it out");
    else if (names_rows(column.name) || (nameless && c == 0))
      note(title_of(columns, c) + " is taken for a feature; --drop " + flag_word(columns, c) +
           " leaves it out");
    else if (names_classes(column.name) && column.texts.count == 0)
      note(title_of(columns, c) + " is taken for a feature; if it is the class of the rows, give " +
           "--label-column " + flag_word(columns, c));
  }
}

void require_values(const ScannedColumns& columns, const std::string& file) {
  for (std::size_t c = 0; c < columns.size(); ++c) {
    const ScannedColumn& column = columns[c];
    if (column.role == Role::feature && column.numbers == 0 && column.texts.count == 0 &&
        column.large.count == 0)
      throw InvalidInput("'" + file + "': " + title_of(columns, c) +
                         " has no value at all: leave it out with --drop " + flag_word(columns, c));
  }
}

void require_numbers(const ScannedColumns& columns, Missing missing, const std::string& file) {
  std::vector<std::size_t> texts;
  std::int64_t absent = 0;
  std::size_t first = columns.size();
  for (std::size_t c = 0; c < columns.size(); ++c) {
    const ScannedColumn& column = columns[c];
    if (column.role != Role::feature) continue;
    if (column.large.count > 0)
      throw InvalidInput(place(file, column.large, c) + in_quotes(column.large.text) +
                         " does not fit float32 (3.4e38): rescale the data");
    if (column.texts.count > 0 && column.numbers > 0) refuse_text(columns, c, file);
    if (column.texts.count > 0) texts.push_back(c);
    absent += column.missing.count;
    if (column.missing.count > 0 &&
        (first == columns.size() || column.missing.line < columns[first].missing.line))
      first = c;
  }
  if (!texts.empty()) refuse_texts(columns, texts, file);
  if (absent > 0 && missing == Missing::refuse) refuse_missing(columns, first, absent, file);
}

}  // namespace nearfold::io
