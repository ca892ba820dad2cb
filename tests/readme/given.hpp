// What the C++ blocks of the documentation take for granted. A block may have names of its own
// instead.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <nearfold/nearfold.hpp>
#include <utility>
#include <vector>

/// A block as the body of a function.
struct Block {
  const char* page;
  int line;
  void (*run)();
};
extern const std::vector<Block> kBlocks;

namespace given {

// NOLINTBEGIN
extern const std::int64_t n, dim;
extern float *x, *y;  ///< [n, dim] in blobs, [n, 2]; a GPU reads them, too, where there is one
extern const nearfold::Matrix points, queries;
extern const std::vector<std::int32_t> labels;
extern std::vector<std::int64_t> ids;        ///< [n, 91], each point in its own row
extern std::vector<float> squares;           ///< of ids
extern std::vector<std::int32_t> neighbors;  ///< [n, 90]
extern std::vector<float> distances;         ///< of neighbors
extern const std::vector<nearfold::KnnParams> ivf_and_hnsw;
extern const nearfold::Settings settings;
extern CUstream_st* const stream;
// NOLINTEND

void save(std::size_t cell, const nearfold::Result& map);
void keep(std::size_t cell, nearfold::Result&& map);
void show(const nearfold::Compared& one);

}  // namespace given
