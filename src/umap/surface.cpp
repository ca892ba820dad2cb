#include "nearfold/surface.hpp"

#include <algorithm>
#include <cmath>
#include <string>

#include "math/surfaces.hpp"
#include "nearfold/error.hpp"

namespace nearfold {
namespace {

constexpr float kAside = 1.1f;  // of the middle of a hemisphere's disc from the middle of both

template <class Surface>
float distance_on(const float* a, const float* b) {
  float away[Surface::kColumns];
  return std::sqrt(Surface::apart(a, b, away));
}

void require_columns(OutputMetric metric, HostMatrix<const float> map, std::int64_t columns,
                     const char* what) {
  if (map.cols() == columns) return;
  throw InvalidInput("the map has " + std::to_string(map.cols()) + " columns, and one on the " +
                     name(metric) + " has " + std::to_string(columns) + ": " + what);
}

[[noreturn]] void refuse_row(OutputMetric metric, std::int64_t row, const char* what) {
  throw InvalidInput("row " + std::to_string(row) + " of the map is no place on the " +
                     name(metric) + ", which are " + what +
                     "; give the map as it was made, or another metric");
}

}  // namespace

float map_distance(OutputMetric metric, const float* a, const float* b, int columns) {
  switch (metric) {
    case OutputMetric::euclidean: {
      float d2 = 0;
      for (int c = 0; c < columns; ++c) d2 += (a[c] - b[c]) * (a[c] - b[c]);
      return std::sqrt(d2);
    }
    case OutputMetric::sphere:
      return distance_on<Sphere>(a, b);
    case OutputMetric::torus:
      return distance_on<Torus>(a, b);
    case OutputMetric::hyperboloid:
      return distance_on<Hyperboloid>(a, b);
  }
  return 0;
}

void check_map(OutputMetric metric, HostMatrix<const float> map) {
  constexpr float kRounding = 1e-3f;
  switch (metric) {
    case OutputMetric::euclidean:
      return;
    case OutputMetric::sphere:
      require_columns(metric, map, Sphere::kColumns, "unit vectors");
      for (std::int64_t i = 0; i < map.rows(); ++i)
        if (!(std::abs(Sphere::length2(map.row(i), map.row(i)) - 1) < kRounding))
          refuse_row(metric, i, "unit vectors");
      return;
    case OutputMetric::torus:
      require_columns(metric, map, Torus::kColumns, "angles in [0, 2 pi)");
      for (std::int64_t i = 0; i < map.rows(); ++i)
        for (int c = 0; c < Torus::kColumns; ++c)
          if (!(map.row(i)[c] >= 0 && map.row(i)[c] <= kWholeTurn))
            refuse_row(metric, i, "pairs of angles in [0, 2 pi)");
      return;
    case OutputMetric::hyperboloid:
      require_columns(metric, map, Hyperboloid::kColumns, "x and y of the sheet");
      return;
  }
}

Matrix flattened(OutputMetric metric, HostMatrix<const float> map) {
  check_map(metric, map);
  const bool flat = metric == OutputMetric::euclidean;
  Matrix out(map.rows(), flat ? map.cols() : 2);
  for (std::int64_t i = 0; i < map.rows(); ++i) {
    const float* const at = map.row(i);
    float* const to = out.row(i);
    switch (metric) {
      case OutputMetric::euclidean:
      case OutputMetric::torus:
        std::copy_n(at, map.cols(), to);
        break;
      case OutputMetric::sphere: {
        const bool upper = at[2] >= 0;
        const float scale = 1 / std::sqrt(1 + std::abs(at[2]));
        to[0] = upper ? scale * at[0] - kAside : kAside - scale * at[0];
        to[1] = scale * at[1];
        break;
      }
      case OutputMetric::hyperboloid: {
        const float scale = 1 / (1 + Hyperboloid::height(at));
        to[0] = scale * at[0];
        to[1] = scale * at[1];
        break;
      }
    }
  }
  return out;
}

Matrix to_latitude_longitude(HostMatrix<const float> map) {
  check_map(OutputMetric::sphere, map);
  Matrix out(map.rows(), 2);
  for (std::int64_t i = 0; i < map.rows(); ++i) {
    const float* const at = map.row(i);
    out.row(i)[0] = std::asin(std::clamp(at[2], -1.0f, 1.0f));
    out.row(i)[1] = std::atan2(at[1], at[0]);
  }
  return out;
}

}  // namespace nearfold
