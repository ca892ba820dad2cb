// The rows of an initialization: noise, and the width of its columns.
#pragma once

#include <cmath>
#include <cstdint>

#include "core/parallel.hpp"
#include "math/normal.hpp"
#include "math/philox.hpp"
#include "nearfold/matrix.hpp"

namespace nearfold {

/// The value of point i and column c in a stream of standard normals.
inline float normal(std::uint64_t seed, Stream stream, std::int64_t i, std::int64_t c) {
  return to_normal(
      random4(seed, stream, static_cast<std::uint64_t>(i), static_cast<std::uint32_t>(c)));
}

/// body(row) for every row of a start, in ranges.
template <class Body>
void for_each_row(Matrix& start, const Cpu& on, const Body& body) {
  parallel_for(on.threads, start.rows(), kGrain, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) body(i, start.row(i));
  });
}

inline void add_normal(Matrix& start, std::uint64_t seed, Stream stream, float width,
                       const Cpu& on) {
  for_each_row(start, on, [&](std::int64_t i, float* row) {
    for (std::int64_t c = 0; c < start.cols(); ++c) row[c] += width * normal(seed, stream, i, c);
  });
}

/// Mean and standard deviation.
struct Moments {
  double mean, deviation;
};

/// Of a column, in double whatever its scale.
inline Moments moments_of(const Matrix& start, std::int64_t c, const Cpu& on) {
  const auto n = static_cast<double>(start.rows());
  const auto sum_of = [&](const auto& value) {
    return parallel_sum(on.threads, start.rows(), kGrain, 0.0,
                        [&](std::int64_t begin, std::int64_t end) {
                          double sum = 0;
                          for (std::int64_t i = begin; i < end; ++i)
                            sum += value(static_cast<double>(start.row(i)[c]));
                          return sum;
                        });
  };
  const double mean = sum_of([](double x) { return x; }) / n;
  return {mean, std::sqrt(sum_of([&](double x) { return (x - mean) * (x - mean); }) / n)};
}
inline double deviation(const Matrix& start, std::int64_t c, const Cpu& on) {
  return moments_of(start, c, on).deviation;
}

}  // namespace nearfold
