#include "cli/folder.hpp"

#include <filesystem>
#include <fstream>
#include <system_error>

#include "nearfold/error.hpp"

namespace nearfold::cli {

void make_folder(const std::string& path) {
  std::error_code why;
  std::filesystem::create_directories(path, why);
  if (why) throw IoError("the folder '" + path + "' cannot be made: " + why.message());
}

std::string folder_of(const std::string& path) {
  const std::string folder = std::filesystem::path(path).parent_path().string();
  return folder.empty() ? "." : folder;
}

nlohmann::ordered_json json_in(const std::string& path) {
  using Json = nlohmann::ordered_json;
  std::ifstream file(path, std::ios::binary);
  Json json = Json::parse(file, nullptr, /*allow_exceptions=*/false);
  return json.is_object() ? json : Json();
}

}  // namespace nearfold::cli
