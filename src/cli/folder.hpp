// Folders that runs leave their work in, and the JSON files there that say what it is.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace nearfold::cli {

/// Makes the folder and those above it where they are missing; throws IoError.
void make_folder(const std::string& path);

/// Of a file, "." where its path names none.
std::string folder_of(const std::string& path);

/// The object in a file, or null when it is missing or holds none.
nlohmann::ordered_json json_in(const std::string& path);

}  // namespace nearfold::cli
