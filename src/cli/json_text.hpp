// JSON as text. The printer is compiled once: it is long.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

namespace nearfold::cli {

/// Indented, with a newline at the end: what reports and --json are.
std::string json_text(const nlohmann::ordered_json& json);

/// On one line, within others.
std::string short_json(const nlohmann::ordered_json& json);

}  // namespace nearfold::cli
