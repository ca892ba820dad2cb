// What the C++ blocks of the documentation take for granted.
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <nearfold/nearfold.hpp>
#include <vector>

extern float *x, *y;
extern std::int64_t n, dim;
extern std::vector<std::int64_t> ids;
extern std::vector<std::int32_t> neighbors, labels;
extern std::vector<float> squares, distances;
extern nearfold::Matrix queries;
extern std::vector<nearfold::KnnParams> ivf_and_hnsw;
extern nearfold::Settings settings;
extern CUstream_st* stream;
void save(std::size_t cell, const nearfold::Result& map);
void show(const nearfold::Compared& one);
