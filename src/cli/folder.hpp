// Where a command writes: files, which must be none of its inputs, folders that runs leave their
// work in, and the JSON files there that say what it is.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "io/io.hpp"

namespace nearfold::cli {

/// Checks before long work what writing all of them would meet at its end: throws what
/// io::check_writable() throws, and InvalidParameter for a file that is also read, or written
/// twice. Empty paths are none.
void check_outputs(const std::vector<std::string>& outputs, const std::vector<std::string>& inputs,
                   io::Overwrite overwrite);

/// Where what there is of an output goes when its run is interrupted: "map.partial.npy".
std::string partial_of(const std::string& path);

/// Makes the folder and those above it where they are missing; throws IoError.
void make_folder(const std::string& path);

/// The object in a file, or null when it is missing or holds none.
nlohmann::ordered_json json_in(const std::string& path);

}  // namespace nearfold::cli
