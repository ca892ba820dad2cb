// Writes the files that each fuzz target begins with (seeds/). What fuzzing added is in
// tests/fuzz/corpus.
//
//   make_seeds FOLDER      a folder in it for each target
#include <cstdio>
#include <filesystem>
#include <fstream>

#include "seeds/seeds.hpp"

namespace nearfold::fuzz {
namespace {

namespace fs = std::filesystem;

void write(const fs::path& folder, const Seeds& seeds) {
  fs::create_directories(folder);
  for (const auto& [name, bytes] : seeds) std::ofstream(folder / name, std::ios::binary) << bytes;
}

}  // namespace
}  // namespace nearfold::fuzz

int main(int argc, char** argv) {
  using namespace nearfold::fuzz;
  if (argc != 2) {
    std::fprintf(stderr, "usage: make_seeds FOLDER\n");
    return 2;
  }
  const std::filesystem::path folder = argv[1];
  write(folder / "bin", bin_seeds());
  write(folder / "checkpoint", checkpoint_seeds(folder));
  write(folder / "command_line", command_line_seeds());
  write(folder / "csv", csv_seeds());
  write(folder / "graph", graph_seeds(folder));
  write(folder / "part", part_seeds(folder));
  write(folder / "cells", cells_seeds(folder));
  write(folder / "idx", idx_seeds());
  write(folder / "idx_gz", idx_gz_seeds());
  write(folder / "index", index_seeds(folder));
  write(folder / "model", model_seeds(folder));
  write(folder / "mtx", mtx_seeds());
  write(folder / "npy", npy_seeds());
  write(folder / "npz", npz_seeds());
  write(folder / "vecs", vecs_seeds());
  return 0;
}
