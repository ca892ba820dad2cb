// The type of a column of text, found while it is read, and its values of that type.
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "io/categories.hpp"
#include "io/io.hpp"

namespace nearfold::io {

/// The first of something in a column.
struct Found {
  std::string text;
  std::int64_t line = 0;
  std::int64_t count = 0;

  void add(std::string_view what, std::int64_t at_line) {
    if (count++ > 0) return;
    text = what;
    line = at_line;
  }
};

struct ScannedColumn {
  enum class Role { feature, left_out, label, one_hot };

  std::string name = {};
  Role role = Role::feature;
  bool is_read = false;    ///< as numbers, row by row
  bool is_chosen = false;  ///< by --columns: nothing is guessed about it
  bool is_quoted = false;  ///< in the first row
  std::int64_t numbers = 0, nans = 0, blanks = 0;
  double minimum = std::numeric_limits<double>::infinity();
  double maximum = -std::numeric_limits<double>::infinity();
  bool whole = true;                  ///< all numbers
  bool from_0 = true, from_1 = true;  ///< they number the rows
  Found texts = {}, missing = {}, large = {};
  Categories categories = {};  ///< of labels and one-hot columns

  /// The number in this row, from 0.
  void add(double value, std::int64_t row);
  bool numbers_rows() const { return numbers > 0 && missing.count == 0 && (from_0 || from_1); }
  Column described() const;
};

/// Columns of a table, by their numbers in the file.
using ScannedColumns = std::vector<ScannedColumn>;

/// "column 'x'", or "column 3 (from 0)".
std::string title_of(const ScannedColumns& columns, std::size_t c);

/// What a flag calls it: its name, in quotes for a shell where they are needed, or its number.
std::string flag_word(const ScannedColumns& columns, std::size_t c);

/// Gives each column the role that the options name. InvalidParameter for a name that there is not,
/// and for a column that has two.
void assign_roles(ScannedColumns& columns, const TableOptions& options, const std::string& file);

/// After the last row: leaves out what numbers or names the rows, and empty columns without a name;
/// notes name them, and columns that look as if they were no features.
void leave_out_row_names(ScannedColumns& columns, std::int64_t rows, bool has_header,
                         const std::string& file, std::vector<std::string>& notes);

/// InvalidInput for a feature that has missing values alone.
void require_values(const ScannedColumns& columns, const std::string& file);

/// InvalidInput for what is no number in a feature.
void require_numbers(const ScannedColumns& columns, Missing missing, const std::string& file);

}  // namespace nearfold::io
