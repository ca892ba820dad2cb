// Generators. Every random number is philox at (row, lane); the lanes of one row never overlap.
#include "data/generate.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numbers>
#include <string>

#include "core/parallel.hpp"
#include "math/philox.hpp"
#include "nearfold/error.hpp"

namespace nearfold {
namespace {

// Counters of blob centres start here, far above any row.
constexpr std::uint64_t kCenters = std::uint64_t{1} << 62;

// Four independent standard normal numbers (Box and Muller 1958).
std::array<float, 4> normal4(std::uint64_t seed, std::uint64_t row, std::uint32_t lane) {
  const Random4 bits = random4(seed, Stream::data, row, lane);
  std::array<float, 4> out{};
  for (std::size_t pair = 0; pair < 2; ++pair) {
    const float radius = std::sqrt(-2.0f * std::log(1.0f - to_unit(bits.v[2 * pair])));
    const float angle = 2.0f * std::numbers::pi_v<float> * to_unit(bits.v[2 * pair + 1]);
    out[2 * pair] = radius * std::cos(angle);
    out[2 * pair + 1] = radius * std::sin(angle);
  }
  return out;
}

// Four independent numbers, uniform in [0, 1).
std::array<float, 4> uniform4(std::uint64_t seed, std::uint64_t row, std::uint32_t lane) {
  const Random4 bits = random4(seed, Stream::data, row, lane);
  return {to_unit(bits.v[0]), to_unit(bits.v[1]), to_unit(bits.v[2]), to_unit(bits.v[3])};
}

// Fills row[dim] by four(lane), lanes 0, 1, ...
template <class Four>
void fill_row(float* row, std::int64_t dim, const Four& four) {
  for (std::int64_t j = 0; j < dim; j += 4) {
    const std::array<float, 4> values = four(static_cast<std::uint32_t>(j / 4));
    std::copy_n(values.begin(), std::min<std::int64_t>(4, dim - j), row + j);
  }
}

void require_range(const char* name, double value, double most) {
  if (value >= 0.0 && value <= most) return;
  throw InvalidParameter(std::string(name) + " is " + std::to_string(value) +
                         "; it must be in [0, " + std::to_string(most) + "]");
}

void require_count(const char* name, std::int64_t value, std::int64_t most) {
  if (value >= 1 && value <= most) return;
  throw InvalidParameter(std::string(name) + " is " + std::to_string(value) +
                         "; it must be in [1, " + std::to_string(most) + "]");
}

constexpr std::int64_t kMaxRows = std::numeric_limits<std::int32_t>::max();
constexpr std::int64_t kMaxColumns = 1'000'000;
constexpr double kLargest = 1e6;  // of lengths

Generated make(const Blobs& blobs, std::uint64_t seed, const Cpu& on) {
  require_count("n", blobs.n, kMaxRows);
  require_count("centers", blobs.centers, kMaxRows);
  require_count("dim", blobs.dim, kMaxColumns);
  require_range("half_box", blobs.half_box, kLargest);
  require_range("spread", blobs.spread, kLargest);
  const std::int64_t n = blobs.n;
  const auto half_box = static_cast<float>(blobs.half_box);
  const auto spread = static_cast<float>(blobs.spread);
  Matrix centers(blobs.centers, blobs.dim);
  for (std::int64_t c = 0; c < blobs.centers; ++c) {
    fill_row(centers.row(c), blobs.dim, [&](std::uint32_t lane) {
      return uniform4(seed, kCenters + static_cast<std::uint64_t>(c), lane);
    });
  }
  for (float& value : centers.span()) value = half_box * (2.0f * value - 1.0f);
  Generated set{Matrix(n, blobs.dim), std::vector<std::int32_t>(static_cast<std::size_t>(n))};
  parallel_for(on.threads, n, kGrain, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) {
      const std::int64_t label = i % blobs.centers;
      set.labels[static_cast<std::size_t>(i)] = static_cast<std::int32_t>(label);
      float* row = set.points.row(i);
      fill_row(row, blobs.dim, [&](std::uint32_t lane) {
        return normal4(seed, static_cast<std::uint64_t>(i), lane);
      });
      const float* center = centers.row(label);
      for (std::int64_t j = 0; j < blobs.dim; ++j) row[j] = center[j] + spread * row[j];
    }
  });
  return set;
}

Generated make(const Cubes& cubes, std::uint64_t seed, const Cpu& on) {
  constexpr std::array<float, 3> kShifts = {20.0f, 0.0f, -20.0f};
  constexpr auto kCopies = static_cast<std::int64_t>(kShifts.size());
  require_count("n", cubes.n, kMaxRows);
  require_count("dim", cubes.dim, kMaxColumns);
  const std::int64_t n = cubes.n, larger = n % kCopies;
  const std::int64_t most = (n + kCopies - 1) / kCopies;  // rows of a copy
  const std::int64_t first_smaller = larger == 0 ? n : larger * most;
  Generated set{Matrix(n, cubes.dim), std::vector<std::int32_t>(static_cast<std::size_t>(n))};
  parallel_for(on.threads, n, kGrain, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) {
      const bool small = i >= first_smaller;
      const std::int64_t size = small ? most - 1 : most, from = small ? i - first_smaller : i;
      const std::int64_t copy = from / size + (small ? larger : 0);
      const auto counter = static_cast<std::uint64_t>(from % size);
      set.labels[static_cast<std::size_t>(i)] = static_cast<std::int32_t>(copy);
      float* row = set.points.row(i);
      fill_row(row, cubes.dim, [&](std::uint32_t lane) { return uniform4(seed, counter, lane); });
      const float shift = kShifts[static_cast<std::size_t>(copy)];
      for (std::int64_t j = 0; j < cubes.dim; ++j) row[j] += shift;
    }
  });
  return set;
}

Generated make(const SwissRoll& roll, std::uint64_t seed, const Cpu& on) {
  require_count("n", roll.n, kMaxRows);
  require_count("bands", roll.bands, kMaxRows);
  require_range("noise", roll.noise, kLargest);
  constexpr float kWidth = 21.0f;
  const auto noise = static_cast<float>(roll.noise);
  Generated set{Matrix(roll.n, 3), std::vector<std::int32_t>(static_cast<std::size_t>(roll.n))};
  parallel_for(on.threads, roll.n, kGrain, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) {
      const auto counter = static_cast<std::uint64_t>(i);
      const std::array<float, 4> place = uniform4(seed, counter, 0);
      const std::array<float, 4> error = normal4(seed, counter, 1);
      const float t = std::numbers::pi_v<float> * (1.5f + 3.0f * place[0]);
      float* row = set.points.row(i);
      row[0] = t * std::cos(t) + noise * error[0];
      row[1] = kWidth * place[1] + noise * error[1];
      row[2] = t * std::sin(t) + noise * error[2];
      const auto band = static_cast<std::int32_t>(double{place[0]} * roll.bands);
      set.labels[static_cast<std::size_t>(i)] = band;
    }
  });
  return set;
}

Generated make(const Uniform& uniform, std::uint64_t seed, const Cpu& on) {
  require_count("n", uniform.n, kMaxRows);
  require_count("dim", uniform.dim, kMaxColumns);
  Generated set{Matrix(uniform.n, uniform.dim), {}};
  parallel_for(on.threads, uniform.n, kGrain, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) {
      fill_row(set.points.row(i), uniform.dim, [&](std::uint32_t lane) {
        return uniform4(seed, static_cast<std::uint64_t>(i), lane);
      });
    }
  });
  return set;
}

struct Size {
  std::int64_t width;
  std::int64_t height;
};

Size checked_size(const Deformed& from) {
  require_count("n", from.n, kMaxRows);
  require_range("rotation", from.rotation, 180.0);
  require_range("zoom", from.zoom, 0.9);
  require_range("shear", from.shear, 1.0);
  require_range("shift", from.shift, 1.0);
  const HostMatrix<const float>& images = from.images;
  if (images.rows() < 1 || images.cols() < 1 || images.rows() > kMaxRows) {
    throw InvalidInput("there are " + std::to_string(images.rows()) + " images of " +
                       std::to_string(images.cols()) +
                       " pixels to deform; give at least one of each");
  }
  if (!from.labels.empty() && static_cast<std::int64_t>(from.labels.size()) != images.rows()) {
    throw InvalidInput(std::to_string(from.labels.size()) + " labels for " +
                       std::to_string(images.rows()) + " images; give one for each, or none");
  }
  const auto side = static_cast<std::int64_t>(std::lround(std::sqrt(double(images.cols()))));
  const bool square = from.width == 0 && from.height == 0;
  const Size size = square ? Size{side, side} : Size{from.width, from.height};
  if (size.width < 1 || size.height < 1 || images.cols() % size.width != 0 ||
      images.cols() / size.width != size.height) {
    throw InvalidInput("images of " + std::to_string(images.cols()) + " pixels are not " +
                       std::to_string(size.width) + " x " + std::to_string(size.height) +
                       "; give their width and height");
  }
  return size;
}

// From a pixel of the result to the place in the source it shows, both relative to the middle.
struct Affine {
  float xx, xy, yx, yy;
  float shift_x, shift_y;
};

// The inverse of: zoom, shear along x, rotate, shift.
Affine random_affine(const Deformed& from, const Size& size, std::uint64_t seed,
                     std::uint64_t row) {
  const std::array<float, 4> a = uniform4(seed, row, 1);
  const std::array<float, 4> b = uniform4(seed, row, 2);
  const auto either_way = [](float unit) { return 2.0 * double{unit} - 1.0; };
  const double angle = either_way(a[0]) * from.rotation * std::numbers::pi / 180.0;
  const double scale = 1.0 + either_way(a[1]) * from.zoom;
  const double shear = either_way(a[2]) * from.shear;
  const double c = std::cos(angle) / scale;
  const double s = std::sin(angle) / scale;
  return {static_cast<float>(c + shear * s),
          static_cast<float>(s - shear * c),
          static_cast<float>(-s),
          static_cast<float>(c),
          static_cast<float>(either_way(b[0]) * from.shift * static_cast<double>(size.width)),
          static_cast<float>(either_way(b[1]) * from.shift * static_cast<double>(size.height))};
}

// Resamples one image. `padded` is the source inside a frame of zeros, one pixel at the left and
// top and two at the right and bottom, so that places outside need no special case.
void resample(const std::vector<float>& padded, const Size& size, const Affine& map, float* out) {
  const auto stride = static_cast<std::size_t>(size.width + 3);
  const float middle_x = 0.5f * static_cast<float>(size.width - 1);
  const float middle_y = 0.5f * static_cast<float>(size.height - 1);
  const auto right = static_cast<float>(size.width + 1);
  const auto bottom = static_cast<float>(size.height + 1);
  for (std::int64_t y = 0; y < size.height; ++y) {
    const float dy = static_cast<float>(y) - middle_y - map.shift_y;
    for (std::int64_t x = 0; x < size.width; ++x) {
      const float dx = static_cast<float>(x) - middle_x - map.shift_x;
      const float at_x = std::clamp(map.xx * dx + map.xy * dy + middle_x + 1.0f, 0.0f, right);
      const float at_y = std::clamp(map.yx * dx + map.yy * dy + middle_y + 1.0f, 0.0f, bottom);
      const auto column = static_cast<std::size_t>(at_x);
      const auto line = static_cast<std::size_t>(at_y);
      const float u = at_x - static_cast<float>(column);
      const float v = at_y - static_cast<float>(line);
      const float* p = padded.data() + line * stride + column;
      const float* q = p + stride;
      const float above = p[0] + (p[1] - p[0]) * u;
      const float below = q[0] + (q[1] - q[0]) * u;
      *out++ = above + (below - above) * v;
    }
  }
}

Generated make(const Deformed& from, std::uint64_t seed, const Cpu& on) {
  constexpr std::int64_t kImagesPerRange = 64;
  const Size size = checked_size(from);
  const auto sources = static_cast<std::uint32_t>(from.images.rows());
  const auto label_count = static_cast<std::size_t>(from.labels.empty() ? 0 : from.n);
  Generated set{Matrix(from.n, from.images.cols()), std::vector<std::int32_t>(label_count)};
  parallel_for(on.threads, from.n, kImagesPerRange, [&](std::int64_t begin, std::int64_t end) {
    const std::int64_t stride = size.width + 3;
    std::vector<float> padded(static_cast<std::size_t>(stride * (size.height + 3)), 0.0f);
    for (std::int64_t i = begin; i < end; ++i) {
      const auto counter = static_cast<std::uint64_t>(i);
      const std::uint32_t source = to_range(random4(seed, Stream::data, counter).v[0], sources);
      const float* pixels = from.images.row(source);
      for (std::int64_t y = 0; y < size.height; ++y) {
        std::copy_n(pixels + y * size.width, size.width, padded.data() + (y + 1) * stride + 1);
      }
      resample(padded, size, random_affine(from, size, seed, counter), set.points.row(i));
      if (label_count > 0) set.labels[static_cast<std::size_t>(i)] = from.labels[source];
    }
  });
  return set;
}

}  // namespace

Generated generate(const GenerateParams& params) {
  return std::visit([&](const auto& kind) { return make(kind, params.seed, params.on); },
                    params.kind);
}

}  // namespace nearfold
