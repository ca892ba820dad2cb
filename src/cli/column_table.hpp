// Columns of a file, as nearfold info lists them.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "io/io.hpp"

namespace nearfold::cli {

/// Six digits of it.
std::string short_number(double value);

/// An object for each: number, name, type (integer, real, text), use (feature, none), minimum,
/// maximum (null where there is no number), missing, constant.
nlohmann::ordered_json columns_json(const std::vector<io::Column>& columns);

/// The same as lines, of the first 40 columns.
std::string column_table(const nlohmann::ordered_json& columns);

}  // namespace nearfold::cli
