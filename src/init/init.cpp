// Where an embedding begins: principal components, the graph's eigenvectors, random numbers or the
// caller's own array, and the scale each optimiser wants it at.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "core/parallel.hpp"
#include "init/array_shape.hpp"
#include "init/init.hpp"
#include "init/spectral.hpp"
#include "init/start_rows.hpp"
#include "init/surface_init.hpp"
#include "math/normal.hpp"
#include "math/philox.hpp"
#include "stages.hpp"

namespace nearfold {
namespace {

constexpr double kTsneWidth = 1e-4;         // standard deviation of the first column
constexpr float kUmapReach = 10.0f;         // largest magnitude, and the box that follows
constexpr float kUmapJitter = 1e-4f;        // standard deviation
constexpr double kPacmapWidth = 1e-2;       // standard deviation of the first column
constexpr double kPacmapGivenWidth = 1e-4;  // of each column that is random or given
constexpr float kFlatJitter = 0.01f;        // of an array on a line, as a share of its width

template <class Kind>
bool is(const Init& init) {
  return std::holds_alternative<Kind>(init);
}

/// The first entry of largest magnitude of every column becomes positive.
void fix_signs(Matrix& start, const Cpu& on) {
  struct Peak {
    float value = 0;
    Peak operator+(Peak next) const {
      return std::abs(next.value) > std::abs(value) ? next : *this;
    }
  };
  for (std::int64_t c = 0; c < start.cols(); ++c) {
    const auto peak_of = [&](std::int64_t begin, std::int64_t end) {
      Peak peak;
      for (std::int64_t i = begin; i < end; ++i) peak = peak + Peak{start.row(i)[c]};
      return peak;
    };
    if (parallel_sum(on.threads, start.rows(), kGrain, Peak{}, peak_of).value >= 0) continue;
    for_each_row(start, on, [&](std::int64_t, float* row) { row[c] = -row[c]; });
  }
}

std::int64_t pca_axes(InitSource& source) {
  return std::min(source.n(), source.dim());
}

/// Columns beyond the axes that there are stay 0.
InitialLayout pca_layout(InitSource& source, int dims) {
  const auto count = static_cast<int>(std::min(std::int64_t{dims}, pca_axes(source)));
  const Matrix scores = source.scores(count);
  InitialLayout start{Matrix(source.n(), dims), "pca", {}};
  for (std::int64_t i = 0; i < scores.rows(); ++i)
    std::copy_n(scores.row(i), count, start.layout.row(i));
  return start;
}

/// Columns that PCA has no axis for: noise of 1 % of the first column.
void fill_missing(InitialLayout& start, InitSource& source, std::uint64_t seed, const Cpu& on) {
  const std::int64_t axes = pca_axes(source);
  const auto width = static_cast<float>(0.01 * deviation(start.layout, 0, on));
  for_each_row(start.layout, on, [&](std::int64_t i, float* row) {
    for (std::int64_t c = axes; c < start.layout.cols(); ++c)
      row[c] = width * normal(seed, Stream::init, i, c);
  });
  start.warnings.push_back(
      (axes == source.dim()
           ? "the points have " + std::to_string(axes) + " column(s)"
           : std::to_string(axes) + " points have " + std::to_string(axes) + " principal axes") +
      ": the other columns of the PCA initialization are noise");
}

Matrix random_start(std::int64_t n, int dims, std::uint64_t seed, const Cpu& on) {
  Matrix out(n, dims);
  for_each_row(out, on, [&](std::int64_t i, float* row) {
    for (int c = 0; c < dims; ++c) row[c] = uniform(seed, Stream::init, i, c);
  });
  return out;
}

/// The least and the largest value of a column.
struct Span {
  float low = std::numeric_limits<float>::max(), high = std::numeric_limits<float>::lowest();
  Span operator+(Span next) const { return {std::min(low, next.low), std::max(high, next.high)}; }
  double extent() const { return static_cast<double>(high) - static_cast<double>(low); }
};

Span span_of(const Matrix& start, std::int64_t c, const Cpu& on) {
  return parallel_sum(on.threads, start.rows(), kGrain, Span{},
                      [&](std::int64_t begin, std::int64_t end) {
                        Span span;
                        for (std::int64_t i = begin; i < end; ++i)
                          span = span + Span{start.row(i)[c], start.row(i)[c]};
                        return span;
                      });
}

}  // namespace

InitialLayout initial_layout(const Init& init, InitSource& source, int dims, std::uint64_t seed,
                             const Cpu& on) {
  if (const auto* given = std::get_if<ArrayInit>(&init)) return {given->start, "array", {}};
  if (is<RandomInit>(init)) return {random_start(source.n(), dims, seed, on), "random", {}};
  InitialLayout start =
      is<PcaInit>(init) ? pca_layout(source, dims) : spectral_layout(source, dims, seed, on);
  if (is<SpectralInit>(init)) start.layout = source.by_point(start.layout);
  fix_signs(start.layout, on);
  if (is<PcaInit>(init)) {
    if (dims > pca_axes(source)) fill_missing(start, source, seed, on);
    if (deviation(start.layout, 0, on) == 0) {
      start.warnings.push_back(
          "all points are equal: the PCA initialization is nothing but jitter");
    }
  }
  return start;
}

void scale_init(Matrix& start, const Init& init, const TsneParams&, std::uint64_t seed,
                const Cpu& on) {
  if (is<ArrayInit>(init)) {
    const ArrayShape shape = shape_of(start);
    if (shape.flat && !shape.one_place)
      add_normal(start, seed, Stream::jitter, kFlatJitter * static_cast<float>(shape.width), on);
    return;
  }
  const auto width = static_cast<float>(kTsneWidth);
  if (is<RandomInit>(init)) {
    std::fill(start.span().begin(), start.span().end(), 0.0f);
    return add_normal(start, seed, Stream::init, width, on);
  }
  // Equal rows keep nothing but the jitter, which is then all the width there is.
  const double now = deviation(start, 0, on);
  for_each_row(start, on, [&](std::int64_t, float* row) {
    for (std::int64_t c = 0; c < start.cols(); ++c)
      row[c] = now > 0 ? static_cast<float>(static_cast<double>(row[c]) / now * kTsneWidth) : 0.0f;
  });
  add_normal(start, seed, Stream::jitter, now > 0 ? 0.01f * width : width, on);
}

void scale_init(Matrix& start, const Init& init, const UmapParams& params, std::uint64_t seed,
                const Cpu& on) {
  if (params.output_metric != OutputMetric::euclidean)
    return put_on_surface(start, init, params, seed, is<ArrayInit>(init) && shape_of(start).flat,
                          on);
  if (is<PcaInit>(init) || is<SpectralInit>(init)) {
    float most = 0;
    for (std::int64_t c = 0; c < start.cols(); ++c) {
      const Span span = span_of(start, c, on);
      most = std::max({most, std::abs(span.low), std::abs(span.high)});
    }
    for_each_row(start, on, [&](std::int64_t, float* row) {
      for (std::int64_t c = 0; c < start.cols() && most > 0; ++c)
        row[c] = row[c] / most * kUmapReach;
    });
    add_normal(start, seed, Stream::jitter, kUmapJitter, on);
  }
  const ArrayShape given = is<ArrayInit>(init) ? shape_of(start) : ArrayShape{};
  for (std::int64_t c = 0; c < start.cols(); ++c) {
    const Span span = span_of(start, c, on);
    for_each_row(start, on, [&](std::int64_t, float* row) {
      const double from_low = static_cast<double>(row[c]) - static_cast<double>(span.low);
      const double share = span.extent() > 0 ? from_low / span.extent() : 0;
      row[c] = static_cast<float>(share * static_cast<double>(kUmapReach));
    });
  }
  if (given.flat && !given.one_place)
    add_normal(start, seed, Stream::jitter, kFlatJitter * kUmapReach, on);
}

/// Scaled by column for given ones, as pacmap does, so that a narrow axis is not lost.
void scale_init(Matrix& start, const Init& init, const PacmapParams&, std::uint64_t seed,
                const Cpu& on) {
  if (is<RandomInit>(init)) {
    std::fill(start.span().begin(), start.span().end(), 0.0f);
    return add_normal(start, seed, Stream::init, static_cast<float>(kPacmapGivenWidth), on);
  }
  const bool given = is<ArrayInit>(init);
  const ArrayShape shape = given ? shape_of(start) : ArrayShape{};
  if (shape.flat && !shape.one_place)
    add_normal(start, seed, Stream::jitter, kFlatJitter * static_cast<float>(shape.width), on);
  const double width = given ? kPacmapGivenWidth : kPacmapWidth;
  const double first = deviation(start, 0, on);
  for (std::int64_t c = 0; c < start.cols(); ++c) {
    const double now = given ? deviation(start, c, on) : first;
    for_each_row(start, on, [&](std::int64_t, float* row) {
      row[c] = now > 0 ? static_cast<float>(static_cast<double>(row[c]) / now * width) : 0.0f;
    });
  }
  if (given) return;
  // Equal rows keep nothing but the jitter, which is then all the width there is.
  add_normal(start, seed, Stream::jitter,
             static_cast<float>(first > 0 ? 0.01 * kPacmapWidth : kPacmapWidth), on);
}

}  // namespace nearfold
