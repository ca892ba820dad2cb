#include "io/scanned_column.hpp"

#include <algorithm>
#include <cmath>

#include "io/source.hpp"

namespace nearfold::io {

void ScannedColumn::add(double value, std::int64_t row) {
  if (std::isnan(value)) {
    ++nans;
    from_0 = from_1 = false;
    return;
  }
  ++numbers;
  minimum = std::min(minimum, value);
  maximum = std::max(maximum, value);
  whole = whole && value == std::floor(value);
  from_0 = from_0 && value == static_cast<double>(row);
  from_1 = from_1 && value == static_cast<double>(row + 1);
}

Column ScannedColumn::described() const {
  Column out{.name = name, .missing = missing.count + nans};
  const bool any = numbers > 0;
  out.type = texts.count > 0 ? Column::Type::text
             : any && whole  ? Column::Type::integer
                             : Column::Type::real;
  out.minimum = any ? minimum : std::nan("");
  out.maximum = any ? maximum : std::nan("");
  out.constant = texts.count == 0 && !(minimum < maximum);
  out.is_feature = role == Role::feature;
  return out;
}

std::string title_of(const ScannedColumns& columns, std::size_t c) {
  if (!columns[c].name.empty()) return "column " + in_quotes(columns[c].name);
  return "column " + std::to_string(c) + " (from 0)";
}

std::string flag_word(const ScannedColumns& columns, std::size_t c) {
  const std::string& name = columns[c].name;
  const auto same = [&](const ScannedColumn& other) { return other.name == name; };
  if (name.empty() || std::count_if(columns.begin(), columns.end(), same) > 1 ||
      name.find_first_of(",'") != std::string::npos || printable(name) != name)
    return std::to_string(c);
  const bool plain = std::all_of(name.begin(), name.end(), [](char x) {
    return (x >= 'a' && x <= 'z') || (x >= 'A' && x <= 'Z') || (x >= '0' && x <= '9') || x == '_' ||
           x == '.' || x == '-';
  });
  return plain ? name : "'" + name + "'";
}

}  // namespace nearfold::io
