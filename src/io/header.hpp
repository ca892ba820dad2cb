// Whether the first line of a table names its columns.
#pragma once

#include <string>
#include <vector>

#include "io/field.hpp"

namespace nearfold::io {

using Fields = std::vector<Field>;

enum class FirstLine {
  row,
  header,
  header_of_numbers,  ///< 0, 1, 2, ... as pandas writes them; years, wavelengths
  row_like_header,    ///< numbers in order, above numbers that may be of either kind
  scikit_learn        ///< rows, columns and names of classes, as scikit-learn's own files begin
};

/// By the first line and the second one, which is empty where there is none. A header has text and
/// no number; or counts from 0 (with text between, or after an empty name); or is in equal steps,
/// or of eight numbers or more in order, above measurements, as years and wavelengths are; or is in
/// order after an empty name, above a row number; or is quoted throughout above numbers that are
/// not; it may lack the name of the first column.
FirstLine kind_of_first_line(const Fields& first, const Fields& second);

}  // namespace nearfold::io
