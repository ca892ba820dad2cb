// Tables of text: rows of fields with one delimiter, perhaps below a header.
#pragma once

#include "io/io.hpp"
#include "io/source.hpp"

namespace nearfold::io {

/// Table of io.hpp, of a source at its beginning.
Table read_text_table(ByteSource& source, const TableOptions& options, Missing missing);

/// The columns of the same as they are written, none left out.
std::vector<TextColumn> read_text_columns(ByteSource& source);

}  // namespace nearfold::io
