#include "cli/column_table.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "cli/json_text.hpp"
#include "cli/terminal.hpp"

namespace nearfold::cli {
namespace {

using Json = nlohmann::ordered_json;

const char* name_of(io::Column::Type type) {
  switch (type) {
    case io::Column::Type::integer:
      return "integer";
    case io::Column::Type::real:
      return "real";
    case io::Column::Type::text:
      return "text";
  }
  return "";
}

Json number_json(double value) {
  return std::isfinite(value) ? Json(value) : Json(nullptr);
}

std::string number_text(const Json& value) {
  return value.is_null() ? "-" : short_number(value.get<double>());
}

std::string remarks(const Json& column) {
  std::string text;
  if (column["constant"].get<bool>()) text = "constant";
  if (!column["feature"].get<bool>()) text += text.empty() ? "no feature" : ", no feature";
  return text;
}

}  // namespace

std::string short_number(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.6g", value);
  return text;
}

Json columns_json(const std::vector<io::Column>& columns) {
  Json out = Json::array();
  for (std::size_t c = 0; c < columns.size(); ++c) {
    const io::Column& column = columns[c];
    out.push_back({{"number", c},
                   {"name", column.name},
                   {"type", name_of(column.type)},
                   {"minimum", number_json(column.minimum)},
                   {"maximum", number_json(column.maximum)},
                   {"missing", column.missing},
                   {"constant", column.constant},
                   {"feature", column.is_feature}});
  }
  return out;
}

std::string column_table(const Json& columns) {
  constexpr std::size_t kMost = 40, kWidest = 32;
  const std::size_t shown = std::min(columns.size(), kMost);
  std::vector<std::string> names;
  std::size_t width = 4;
  for (std::size_t c = 0; c < shown; ++c) {
    names.push_back(for_terminal(columns[c]["name"].get<std::string>()));
    if (names.back().size() > kWidest) names.back() = names.back().substr(0, kWidest - 3) + "...";
    width = std::max(width, names.back().size());
  }
  const auto line = [&](const std::string& number, const std::string& name, const std::string& type,
                        const std::string& low, const std::string& high, const std::string& missing,
                        const std::string& more) {
    char text[256];
    std::snprintf(text, sizeof text, "  %6s  %-*s  %-7s  %12s  %12s  %7s  %s", number.c_str(),
                  static_cast<int>(width), name.c_str(), type.c_str(), low.c_str(), high.c_str(),
                  missing.c_str(), more.c_str());
    std::string trimmed = text;
    return trimmed.erase(trimmed.find_last_not_of(' ') + 1) + "\n";
  };
  std::string text =
      "columns\n" + line("number", "name", "type", "minimum", "maximum", "missing", "");
  for (std::size_t c = 0; c < shown; ++c) {
    const Json& column = columns[c];
    text += line(std::to_string(c), names[c], column["type"], number_text(column["minimum"]),
                 number_text(column["maximum"]), short_json(column["missing"]), remarks(column));
  }
  if (shown < columns.size())
    text += "  and " + std::to_string(columns.size() - shown) + " more: --json has all\n";
  return text;
}

}  // namespace nearfold::cli
