// Density: bilinear splats of (mass, mass * colour), smoothed where points are
// few, then tone-mapped by equalising the histogram, which shows sparse bridges and dense cores
// alike. Sums run in the order of the points, so a picture's bytes never vary.
#include "plot/raster.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <utility>

#include "math/philox.hpp"

namespace nearfold {
namespace {

// Mass of points on one pixel and the sum of their colours.
struct Cell {
  float mass = 0.0f;
  Rgb color;

  void add(const Cell& other, float weight) {
    mass += other.mass * weight;
    color.r += other.color.r * weight;
    color.g += other.color.g * weight;
    color.b += other.color.b * weight;
  }
};

struct Grid {
  int width = 0;
  int height = 0;
  std::vector<Cell> cells;

  Grid(int w, int h) : width(w), height(h), cells(static_cast<std::size_t>(std::int64_t{w} * h)) {}

  Cell& at(int x, int y) { return cells[static_cast<std::size_t>(std::int64_t{y} * width + x)]; }
};

Grid splatted(const Box& box, const Dots& dots) {
  Grid grid(box.width(), box.height());
  for (std::size_t i = 0; i < dots.at.size(); ++i) {
    const float x = dots.at[i].x - static_cast<float>(box.left) - 0.5f;
    const float y = dots.at[i].y - static_cast<float>(box.top) - 0.5f;
    const int left = std::clamp(static_cast<int>(std::floor(x)), 0, grid.width - 2);
    const int top = std::clamp(static_cast<int>(std::floor(y)), 0, grid.height - 2);
    const float u = std::clamp(x - static_cast<float>(left), 0.0f, 1.0f);
    const float v = std::clamp(y - static_cast<float>(top), 0.0f, 1.0f);
    Cell dot{1.0f, {}};
    if (!dots.class_of.empty()) {
      dot.color = dots.colors[static_cast<std::size_t>(dots.class_of[i])];
    }
    grid.at(left, top).add(dot, (1.0f - u) * (1.0f - v));
    grid.at(left + 1, top).add(dot, u * (1.0f - v));
    grid.at(left, top + 1).add(dot, (1.0f - u) * v);
    grid.at(left + 1, top + 1).add(dot, u * v);
  }
  return grid;
}

// One pass of the binomial filter 1 2 1 along both axes; mass that leaves the grid is lost.
void smooth(Grid& grid) {
  const auto pass = [](std::vector<Cell>& line) {
    Cell before;
    for (std::size_t i = 0; i < line.size(); ++i) {
      const Cell here = line[i];
      Cell sum;
      sum.add(before, 0.25f);
      sum.add(here, 0.5f);
      if (i + 1 < line.size()) sum.add(line[i + 1], 0.25f);
      line[i] = sum;
      before = here;
    }
  };
  std::vector<Cell> line(static_cast<std::size_t>(grid.width));
  for (int y = 0; y < grid.height; ++y) {
    Cell* row = &grid.at(0, y);
    line.assign(row, row + grid.width);
    pass(line);
    std::copy(line.begin(), line.end(), row);
  }
  // Down the columns by whole rows, which is kinder to the cache than one column at a time.
  std::vector<Cell> before(static_cast<std::size_t>(grid.width));
  for (int y = 0; y < grid.height; ++y) {
    for (int x = 0; x < grid.width; ++x) {
      const Cell here = grid.at(x, y);
      Cell sum;
      sum.add(before[static_cast<std::size_t>(x)], 0.25f);
      sum.add(here, 0.5f);
      if (y + 1 < grid.height) sum.add(grid.at(x, y + 1), 0.25f);
      grid.at(x, y) = sum;
      before[static_cast<std::size_t>(x)] = here;
    }
  }
}

// Passes of smoothing for a mean mass per pixel with points on it.
int smoothing_passes(const Grid& grid) {
  std::int64_t used = 0;
  double mass = 0.0;
  for (const Cell& cell : grid.cells) {
    used += cell.mass > 0.0f ? 1 : 0;
    mass += double{cell.mass};
  }
  const double mean = mass / static_cast<double>(std::max<std::int64_t>(1, used));
  return mean < 0.5 ? 3 : (mean < 2.0 ? 2 : 1);
}

// Maps mass to [0, 1]: mostly its rank among the pixels in use, partly its logarithm.
class ToneMap {
 public:
  explicit ToneMap(const Grid& grid) : rank_(kBins + 1, 0.0f) {
    for (const Cell& cell : grid.cells) most_ = std::max(most_, cell.mass);
    std::vector<std::int64_t> count(kBins + 1, 0);
    std::int64_t all = 0;
    for (const Cell& cell : grid.cells) {
      if (cell.mass < kMin) continue;
      ++count[static_cast<std::size_t>(bin_of(cell.mass))];
      ++all;
    }
    std::int64_t below = 0;
    for (std::size_t b = 0; b <= kBins; ++b) {
      below += count[b];
      rank_[b] = static_cast<float>(below) / static_cast<float>(std::max<std::int64_t>(1, all));
    }
  }

  /// Mass below this is the tail of the smoothing, not a point.
  static constexpr float kMin = 0.004f;

  float operator()(float mass) const {
    const float at = bin_of(mass);
    const auto bin = std::min(static_cast<std::size_t>(at), kBins - 1);
    const float u = at - static_cast<float>(bin);
    const float rank = rank_[bin] + (rank_[bin + 1] - rank_[bin]) * u;
    return kEqualise * rank + (1.0f - kEqualise) * at / static_cast<float>(kBins);
  }

 private:
  static constexpr std::size_t kBins = 1024;
  static constexpr float kEqualise = 0.7f;

  float bin_of(float mass) const {
    const float range = std::log(std::max(most_, 2.0f * kMin) / kMin);
    return std::clamp(std::log(mass / kMin) / range, 0.0f, 1.0f) * static_cast<float>(kBins);
  }

  float most_ = 0.0f;
  std::vector<float> rank_;  // share of pixels up to and with this bin
};

// From `ground` to `color` in steps that look even: mixed on square roots, close to sRGB's curve.
Rgb fade(const Rgb& ground, const Rgb& color, float t) {
  const auto channel = [&](float a, float b) {
    const float root = std::sqrt(a) + (std::sqrt(b) - std::sqrt(a)) * t;
    return root * root;
  };
  return {channel(ground.r, color.r), channel(ground.g, color.g), channel(ground.b, color.b)};
}

Rgb shade(const Cell& cell, float tone, bool classes, const Theme& look) {
  // The faintest pixel still shows; the densest go beyond their hue, away from the ground.
  constexpr float kFaintest = 0.12f;
  constexpr float kFull = 0.8f;
  const float most_beyond = look.dark ? 0.35f : 0.2f;
  const float edge = std::min(1.0f, cell.mass / (8.0f * ToneMap::kMin));
  if (!classes) return fade(look.ground, density_color(tone, look), edge);
  const float inverse = 1.0f / cell.mass;
  const Rgb hue{cell.color.r * inverse, cell.color.g * inverse, cell.color.b * inverse};
  const float strength = kFaintest + (1.0f - kFaintest) * std::min(1.0f, tone / kFull);
  const Rgb away = look.dark ? Rgb{1.0f, 1.0f, 1.0f} : Rgb{};
  const float beyond = most_beyond * std::max(0.0f, (tone - kFull) / (1.0f - kFull));
  return fade(look.ground, fade(hue, away, beyond), strength * edge);
}

}  // namespace

float disc_radius(std::int64_t n, int side) {
  // Smaller than equal cover would ask for (n^-0.5), or small sets would be all blots.
  const double ideal = 30.0 * std::pow(static_cast<double>(std::max<std::int64_t>(1, n)), -0.3);
  const double scaled = std::clamp(ideal, 1.2, 7.0) * static_cast<double>(side) / 1000.0;
  return static_cast<float>(std::max(0.8, scaled));
}

std::vector<std::size_t> disc_order(const Dots& dots) {
  const std::size_t n = dots.at.size();
  std::vector<std::pair<std::uint32_t, std::size_t>> keys(n);
  for (std::size_t i = 0; i < n; ++i) keys[i] = {random4(0, Stream::sample, i).v[0], i};
  std::sort(keys.begin(), keys.end());
  if (dots.none >= 0 && !dots.class_of.empty())
    std::stable_partition(keys.begin(), keys.end(),
                          [&](const auto& key) { return dots.class_of[key.second] == dots.none; });
  std::vector<std::size_t> order(n);
  for (std::size_t i = 0; i < n; ++i) order[i] = keys[i].second;
  return order;
}

Rgb disc_color(const Dots& dots, std::size_t i, const Theme& look) {
  if (dots.class_of.empty()) return density_color(0.7f, look);
  return dots.colors[static_cast<std::size_t>(dots.class_of[i])];
}

Raster density_raster(const Box& box, const Dots& dots, const Theme& look) {
  Raster raster(box.width(), box.height());
  Grid grid = splatted(box, dots);
  for (int pass = smoothing_passes(grid); pass > 0; --pass) smooth(grid);
  const ToneMap tone(grid);
  for (int y = 0; y < grid.height; ++y) {
    for (int x = 0; x < grid.width; ++x) {
      const Cell& cell = grid.at(x, y);
      if (cell.mass < ToneMap::kMin) continue;
      raster.at(x, y) = packed(shade(cell, tone(cell.mass), !dots.class_of.empty(), look));
    }
  }
  return raster;
}

}  // namespace nearfold
