// Synthetic data with known answers: for tests, benchmarks and first steps. Row i of a set depends
// only on the seed, i and the parameters other than the number of rows, so a longer set begins with
// the shorter one (of cubes: each of the three does); bytes do not depend on the number of threads.
#pragma once

#include <cstdint>
#include <span>
#include <variant>
#include <vector>

#include "nearfold/device.hpp"
#include "nearfold/matrix.hpp"

namespace nearfold {

/// Normal clouds; row i belongs to blob i % centers, which is its label. Centres are uniform in a
/// box. The defaults are three blobs of 1,700 points in 60 dimensions.
struct Blobs {
  std::int64_t n = 5100;     ///< points in all, >= 1
  std::int64_t centers = 3;  ///< >= 1
  std::int64_t dim = 60;     ///< >= 1
  double half_box = 10.0;    ///< centres are in [-half_box, half_box), [0, 1e6]
  double spread = 1.0;       ///< standard deviation of a blob, [0, 1e6]
};

/// The same uniform cube three times, shifted by 20, 0 and -20 in every coordinate: first all rows
/// of the copy at 20, label 0, then the others, labels 1 and 2. Where n is no multiple of three,
/// the first copies have one row more. Far apart, without structure inside: the data on which
/// umap-learn's documentation explains what a map of a given graph depends on.
struct Cubes {
  std::int64_t n = 5100;  ///< points in all, >= 1
  std::int64_t dim = 60;  ///< >= 1
};

/// A rolled-up sheet in 3-D, 21 wide: (t cos t, height, t sin t), t uniform in [1.5 pi, 4.5 pi).
/// Labels are `bands` equal parts of t, from the inside.
struct SwissRoll {
  std::int64_t n = 5000;    ///< >= 1
  double noise = 0.05;      ///< standard deviation of normal noise on each coordinate, [0, 1e6]
  std::int32_t bands = 10;  ///< >= 1
};

/// Uniform in the unit cube, [0, 1)^dim; no structure, no labels.
struct Uniform {
  std::int64_t n = 5000;  ///< >= 1
  std::int64_t dim = 10;  ///< >= 1
};

/// Random images of a set, each under a small random affine map about its middle: many distinct
/// points that look like real data. Labels are those of the sources.
struct Deformed {
  HostMatrix<const float> images = {};        ///< [m, width * height], m >= 1, rows of pixels
  std::span<const std::int32_t> labels = {};  ///< [m], or empty for no labels
  std::int64_t n = 1'000'000;                 ///< >= 1
  std::int64_t width = 0;                     ///< pixels; 0: the images are square
  std::int64_t height = 0;                    ///< pixels; 0: the images are square
  double rotation = 15.0;                     ///< degrees, either way, [0, 180]
  double zoom = 0.1;                          ///< scale is in 1 -+ zoom, [0, 0.9]
  double shear = 0.1;                         ///< either way, [0, 1]
  double shift = 2.0 / 28.0;  ///< of the width and of the height, either way, [0, 1]
};

struct GenerateParams {
  std::variant<Blobs, Cubes, SwissRoll, Uniform, Deformed> kind = Blobs{};
  std::uint64_t seed = 42;
  Cpu on = {};
};

struct Generated {
  Matrix points;                     ///< [n, dim]
  std::vector<std::int32_t> labels;  ///< [n], or empty if the kind has none
};

/// Makes the set. Throws InvalidParameter for a number outside its range, InvalidInput for images
/// or labels whose shapes do not fit.
Generated generate(const GenerateParams& params);

}  // namespace nearfold
