#include "cli/json_text.hpp"

#include <nlohmann/json.hpp>

namespace nearfold::cli {

std::string json_text(const nlohmann::ordered_json& json) {
  return json.dump(2) + "\n";
}

std::string short_json(const nlohmann::ordered_json& json) {
  return json.dump();
}

}  // namespace nearfold::cli
