// What each fuzz target begins with: valid files of every kind that its readers take, and hostile
// ones that they have to refuse.
#pragma once

#include <filesystem>
#include <limits>
#include <map>
#include <string>

#include "support/io_files.hpp"

namespace nearfold::fuzz {

using Seeds = std::map<std::string, std::string>;  // bytes by name

inline constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

/// Values of a 2 x 3 array.
inline std::string six() {
  return io::raw({1.0F, 2.0F, 3.0F, 4.0F, 5.0F, 6.0F});
}

Seeds npy_seeds();
Seeds npz_seeds();
Seeds idx_seeds();
Seeds idx_gz_seeds();
Seeds vecs_seeds();
Seeds bin_seeds();
Seeds csv_seeds();
Seeds mtx_seeds();
Seeds command_line_seeds();

/// Crates (packed.hpp) of what the library writes; `folder` is for a file in between.
Seeds graph_seeds(const std::filesystem::path& folder);
Seeds cells_seeds(const std::filesystem::path& folder);
Seeds part_seeds(const std::filesystem::path& folder);
Seeds checkpoint_seeds(const std::filesystem::path& folder);
Seeds index_seeds(const std::filesystem::path& folder);
Seeds model_seeds(const std::filesystem::path& folder);

}  // namespace nearfold::fuzz
