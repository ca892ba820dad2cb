// The loops of spectral_operator.hpp: one thread a value, a vertex, or a sum.
//
// Cost: WalkValue, which is nearly all, 16 flops and 40 bytes an edge, 32 of them from another
// vertex's place, and 100 bytes and a division in double for each of 8 values a vertex. GramEntry
// 72 bytes and 576 operations in double a vertex, once a filter. The others stream through z: 32 to
// 100 bytes a vertex.
#pragma once

#include <cmath>
#include <cstdint>

#include "core/parallel.hpp"
#include "init/spectral_operator.hpp"
#include "kernels/init/long_walk.hpp"

namespace nearfold {

inline constexpr std::int64_t kWalkRange = 1024;  // vertices whose products are added up together
static_assert(kWalkRange == kGrain);              // as on the processor

struct DegreeOf {
  const std::int64_t* offsets;
  const float* weights;
  double* degree;
  NEARFOLD_HD void operator()(std::int64_t i) const {
    double sum = 0;
#if defined(__CUDA_ARCH__)
#pragma unroll 16  // a long row has few others that it could wait beside
#endif
    for (std::int64_t e = offsets[i]; e < offsets[i + 1]; ++e)
      sum += static_cast<double>(weights[e]);
    degree[i] = sum;
  }
};

struct RandomColumn {
  int column;
  std::uint32_t round;
  float* z;
  NEARFOLD_HD void operator()(std::int64_t i) const {
    z[i * kVectors + column] = spectral_noise(i, column, round);
  }
};

/// out = mix of P z, z and before, which may be `out`: value g of all.
struct WalkValue {
  const std::int64_t* offsets;
  const std::int32_t* columns;
  const float* weights;
  const double* degree;
  LongSums long_rows;
  SpectralMix by;
  const float* z;
  const float* before;
  float* out;
  NEARFOLD_HD void operator()(std::int64_t g) const {
    const std::int64_t i = g / kVectors, lane = g % kVectors;
    float sum = 0;
    if (offsets[i + 1] - offsets[i] > long_rows.longest)
      sum = long_rows.of(i, lane);
    else
      for (std::int64_t e = offsets[i]; e < offsets[i + 1]; ++e)
        sum += weights[e] * z[std::int64_t{columns[e]} * kVectors + lane];
    float next = static_cast<float>(static_cast<double>(by.walk) / degree[i]) * sum;
    if (by.self != 0) next += by.self * z[g];
    if (by.old != 0) next += by.old * before[g];
    out[g] = next;
  }
};

struct BeginFilter {
  SpectralMix by;
  const float* walked;
  float *z, *before;
  NEARFOLD_HD void operator()(std::int64_t g) const {
    before[g] = z[g];
    z[g] = by.walk * walked[g] + by.self * z[g];
  }
};

/// Sum g % kVectors of range g / kVectors: a column of z, weighted by degree.
struct SumColumn {
  const double* degree;
  const float* z;
  std::int64_t n;
  double* parts;
  NEARFOLD_HD void operator()(std::int64_t g) const {
    const std::int64_t begin = g / kVectors * kWalkRange;
    const std::int64_t end = begin + kWalkRange < n ? begin + kWalkRange : n;
    double sum = 0;
    for (std::int64_t i = begin; i < end; ++i)
      sum += degree[i] * static_cast<double>(z[i * kVectors + g % kVectors]);
    parts[g] = sum;
  }
};
/// What is taken out of column c.
struct MeanOfColumn {
  const double *parts, *volume;
  std::int64_t ranges;
  float* mean;
  NEARFOLD_HD void operator()(std::int64_t c) const {
    double sum = 0;
    for (std::int64_t r = 0; r < ranges; ++r) sum += parts[r * kVectors + c];
    mean[c] = static_cast<float>(sum / *volume);
  }
};
struct TakeMeanOut {
  const float* mean;
  float* z;
  NEARFOLD_HD void operator()(std::int64_t g) const { z[g] -= mean[g % kVectors]; }
};

inline constexpr std::int64_t kGramEntries = 3 * static_cast<std::int64_t>(kSmall);

/// Entry g % kGramEntries of range g / kGramEntries of zz, zp and pp, one after the other.
struct GramEntry {
  const double* degree;
  const float *z, *walked;
  std::int64_t n;
  double* parts;
  NEARFOLD_HD void operator()(std::int64_t g) const {
    const auto entry = static_cast<int>(g % kGramEntries);
    const float* const left = entry < 2 * kVectors * kVectors ? z : walked;
    const float* const right = entry < kVectors * kVectors ? z : walked;
    const int r = entry / kVectors % kVectors, c = entry % kVectors;
    const std::int64_t begin = g / kGramEntries * kWalkRange;
    const std::int64_t end = begin + kWalkRange < n ? begin + kWalkRange : n;
    double sum = 0;
    for (std::int64_t i = begin; i < end; ++i)
      sum += degree[i] * static_cast<double>(left[i * kVectors + r]) *
             static_cast<double>(right[i * kVectors + c]);
    parts[g] = sum;
  }
};
struct SumGram {
  const double* parts;
  std::int64_t ranges;
  double* grams;
  NEARFOLD_HD void operator()(std::int64_t entry) const {
    double sum = 0;
    for (std::int64_t r = 0; r < ranges; ++r) sum += parts[r * kGramEntries + entry];
    grams[entry] = sum;
  }
};

/// Vertex i of z and walked.
struct TurnRow {
  const float* by;  // [kVectors][kVectors]: of an old column in a new one
  float *z, *walked;
  NEARFOLD_HD void operator()(std::int64_t i) const {
    rotate(z + i * kVectors);
    rotate(walked + i * kVectors);
  }
  NEARFOLD_HD void rotate(float* row) const {
    float sum[kVectors] = {};
    for (int c = 0; c < kVectors; ++c)
      for (int r = 0; r < kVectors; ++r) sum[r] += row[c] * by[c * kVectors + r];
    for (int r = 0; r < kVectors; ++r) row[r] = sum[r];
  }
};

struct VectorRow {
  const double* degree;
  const float* z;
  int dims;
  float* out;  // [n, dims]
  NEARFOLD_HD void operator()(std::int64_t i) const {
    const auto root = static_cast<float>(std::sqrt(degree[i]));
    for (int c = 0; c < dims; ++c) out[i * dims + c] = root * z[i * kVectors + c];
  }
};

}  // namespace nearfold
