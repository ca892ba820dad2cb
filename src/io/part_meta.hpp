// What a part says of itself, as JSON.
#pragma once

#include <string>

#include "io/part_file.hpp"

namespace nearfold::io {

Json json_of(const PartMeta& meta);

/// Throws InvalidInput naming `path` where the archive is no part.
PartMeta meta_in(const Archive& archive, const std::string& path);

}  // namespace nearfold::io
