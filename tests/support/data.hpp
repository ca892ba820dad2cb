// Small seeded data sets for the tests: functions of their arguments alone, on every machine.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <utility>
#include <vector>

#include "math/normal.hpp"
#include "math/philox.hpp"
#include "nearfold/matrix.hpp"

namespace nearfold::data {

/// Four random words for the place (i, c).
inline Random4 bits(std::uint64_t seed, std::int64_t i, std::int64_t c) {
  return random4(seed, Stream::data, static_cast<std::uint64_t>(i), static_cast<std::uint32_t>(c));
}

/// Standard normals [n, dim], each column c times `decay`^c, all plus `offset`.
inline Matrix normals(std::int64_t n, std::int64_t dim, std::uint64_t seed, double decay = 1.0,
                      float offset = 0.0f) {
  Matrix x(n, dim);
  double width = 1.0;
  for (std::int64_t c = 0; c < dim; ++c, width *= decay)
    for (std::int64_t i = 0; i < n; ++i)
      x.row(i)[c] = static_cast<float>(width) * to_normal(bits(seed, i, c)) + offset;
  return x;
}

/// Normals around `centres` corners that are `apart` from each other; point i is of centre
/// i % centres. centres <= dim.
inline Matrix blobs(std::int64_t n, std::int64_t dim, std::uint64_t seed, int centres = 3,
                    float apart = 20.0f) {
  if (centres > dim) throw std::invalid_argument("blobs: a dimension for every centre");
  Matrix x = normals(n, dim, seed);
  for (std::int64_t i = 0; i < n; ++i) x.row(i)[i % centres] += apart * 0.70710678f;
  return x;
}

/// Points 0, 1, 2, ... on a line: every inner point has two neighbours at the same distance.
inline Matrix line(std::int64_t n, std::int64_t dim) {
  Matrix x(n, dim);
  for (std::int64_t i = 0; i < n; ++i) x.row(i)[0] = static_cast<float>(i);
  return x;
}

/// Whole numbers in [0, levels): squared distances are exact in float and full of ties.
inline Matrix lattice(std::int64_t n, std::int64_t dim, std::uint64_t seed, std::uint32_t levels) {
  Matrix x(n, dim);
  for (std::int64_t i = 0; i < n; ++i)
    for (std::int64_t c = 0; c < dim; ++c)
      x.row(i)[c] = static_cast<float>(to_range(bits(seed, i, c).v[0], levels));
  return x;
}

/// n points in `distinct` places: row i is row i % distinct of normals.
inline Matrix duplicates(std::int64_t n, std::int64_t dim, std::uint64_t seed,
                         std::int64_t distinct) {
  const Matrix places = normals(distinct, dim, seed);
  Matrix x(n, dim);
  for (std::int64_t i = 0; i < n; ++i)
    for (std::int64_t c = 0; c < dim; ++c) x.row(i)[c] = places.row(i % distinct)[c];
  return x;
}

/// Normals, and row `where` at `far` in every coordinate.
inline Matrix outlier(std::int64_t n, std::int64_t dim, std::uint64_t seed, std::int64_t where,
                      float far = 1e6f) {
  Matrix x = normals(n, dim, seed);
  for (std::int64_t c = 0; c < dim; ++c) x.row(where)[c] = far;
  return x;
}

inline Matrix scaled(Matrix x, float factor) {
  for (float& value : x.span()) value *= factor;
  return x;
}

/// A layout [n, dims] of `clusters` clumps in a box of the given span, centred.
inline Matrix layout(std::int64_t n, int dims, std::uint64_t seed, float span, int clusters = 10) {
  Matrix y(n, dims);
  for (int c = 0; c < dims; ++c) {
    double sum = 0;
    for (std::int64_t i = 0; i < n; ++i) {
      const float centre = to_unit(bits(seed, i % clusters, c + 100).v[0]) - 0.5f;
      y.row(i)[c] = span * (0.9f * centre + 0.02f * to_normal(bits(seed, i, c)));
      sum += static_cast<double>(y.row(i)[c]);
    }
    for (std::int64_t i = 0; i < n; ++i)
      y.row(i)[c] -= static_cast<float>(sum / static_cast<double>(n));
  }
  return y;
}

}  // namespace nearfold::data
