#include "init/surface_init.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <variant>

#include "init/start_rows.hpp"
#include "math/surfaces.hpp"
#include "nearfold/error.hpp"

namespace nearfold {
namespace {

constexpr float kSurfaceJitter = 1e-3f;    // of a deviation
constexpr float kFlatArrayJitter = 0.01f;  // of an array on a line or a plane
constexpr float kDisc = 4.0f;              // hyperbolic radius of an initialization

/// Column c from its mean, by its deviation.
void standardise(Matrix& start, std::int64_t c, const Cpu& on) {
  const auto [mean, width] = moments_of(start, c, on);
  for_each_row(start, on, [&, mean = mean, width = width](std::int64_t, float* row) {
    row[c] = width > 0 ? static_cast<float>((double{row[c]} - mean) / width) : 0.0f;
  });
}

float longest_row(const Matrix& start) {
  float most = 0;
  for (std::int64_t i = 0; i < start.rows(); ++i)
    most = std::max(most, start.row(i)[0] * start.row(i)[0] + start.row(i)[1] * start.row(i)[1]);
  return std::sqrt(most);
}

/// Along the geodesic from the middle of the disc; sinh by exp_f alone.
void into_disc(Matrix& start, const Cpu& on) {
  const float most = longest_row(start), scale = most > 0 ? kDisc / most : 0;
  for_each_row(start, on, [&](std::int64_t, float* row) {
    const float step[2] = {scale * row[0], scale * row[1]}, middle[2] = {0, 0};
    Hyperboloid::move(middle, step, row);
  });
}

void at_length_one(Matrix& start, const Cpu& on) {
  for_each_row(start, on, [&](std::int64_t, float* row) {
    const float length = std::sqrt(Sphere::length2(row, row));
    for (int c = 0; c < Sphere::kColumns; ++c)
      row[c] = length > 0 ? row[c] / length : (c == 0 ? 1.0f : 0.0f);
  });
}

/// The middle half of each turn.
void around_torus(Matrix& start, const Cpu& on) {
  float most = 0;
  for (const float x : start.values()) most = std::max(most, std::abs(x));
  for_each_row(start, on, [&](std::int64_t, float* row) {
    for (int c = 0; c < Torus::kColumns; ++c)
      row[c] = kHalfTurn + (most > 0 ? 0.5f * kHalfTurn * (row[c] / most) : 0.0f);
  });
}

void from_axes(Matrix& start, const UmapParams& params, std::uint64_t seed, const Cpu& on) {
  for (std::int64_t c = 0; c < start.cols(); ++c) standardise(start, c, on);
  add_normal(start, seed, Stream::jitter, kSurfaceJitter, on);
  switch (params.output_metric) {
    case OutputMetric::euclidean:
      return;
    case OutputMetric::sphere:
      return at_length_one(start, on);
    case OutputMetric::torus:
      return around_torus(start, on);
    case OutputMetric::hyperboloid:
      return into_disc(start, on);
  }
}

/// Of numbers in [0, 1).
void from_random(Matrix& start, const UmapParams& params, std::uint64_t seed, const Cpu& on) {
  switch (params.output_metric) {
    case OutputMetric::euclidean:
      return;
    case OutputMetric::sphere:
      for_each_row(start, on, [&](std::int64_t i, float* row) {
        for (std::int64_t c = 0; c < start.cols(); ++c) row[c] = normal(seed, Stream::init, i, c);
      });
      return at_length_one(start, on);
    case OutputMetric::torus:
      return for_each_row(start, on, [&](std::int64_t, float* row) {
        for (int c = 0; c < Torus::kColumns; ++c) row[c] = Torus::around(row[c] * kWholeTurn);
      });
    case OutputMetric::hyperboloid:
      for_each_row(start, on, [&](std::int64_t, float* row) {
        for (int c = 0; c < Hyperboloid::kColumns; ++c) row[c] -= 0.5f;
      });
      return into_disc(start, on);
  }
}

/// As it was given.
void from_array(Matrix& start, const UmapParams& params, const Cpu& on) {
  switch (params.output_metric) {
    case OutputMetric::euclidean:
    case OutputMetric::hyperboloid:
      return;
    case OutputMetric::sphere:
      return at_length_one(start, on);
    case OutputMetric::torus:
      return for_each_row(start, on, [&](std::int64_t, float* row) {
        for (int c = 0; c < Torus::kColumns; ++c) row[c] = Torus::around(row[c]);
      });
  }
}

}  // namespace

void put_on_surface(Matrix& start, const Init& init, const UmapParams& params, std::uint64_t seed,
                    bool flat, const Cpu& on) {
  if (std::holds_alternative<RandomInit>(init)) return from_random(start, params, seed, on);
  if (!std::holds_alternative<ArrayInit>(init)) return from_axes(start, params, seed, on);
  if (flat) add_normal(start, seed, Stream::jitter, kFlatArrayJitter, on);
  from_array(start, params, on);
}

void check_places(const UmapParams& params, const Matrix& start) {
  if (params.output_metric != OutputMetric::sphere) return;
  for (std::int64_t i = 0; i < start.rows(); ++i)
    if (!(Sphere::length2(start.row(i), start.row(i)) > 1e-30f))
      throw InvalidInput("row " + std::to_string(i) +
                         " of the init array is zero, which is no direction on the sphere; give "
                         "it a place of its own");
}

}  // namespace nearfold
