// Archives that the library writes, as crates (packed.hpp) with an entry changed.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "packed.hpp"
#include "support/npz_parts.hpp"

namespace nearfold::fuzz {

inline std::string crate(const io::Parts& parts) {
  std::vector<Entry> entries;
  for (const io::ZipEntry& entry : parts.entries()) entries.push_back({entry.name, entry.head});
  return pack_crate(entries);
}

/// The arrays of a file that `write` makes.
template <class Write>
io::Parts parts_of(const std::filesystem::path& folder, const Write& write) {
  const std::string path = (folder / "temporary.npz").string();
  write(path);
  const io::Parts parts(path);
  std::filesystem::remove(path);
  return parts;
}

}  // namespace nearfold::fuzz
