// Maps on surfaces: distances and directions against double precision and finite differences, steps
// that stay on the surface, and maps that depend neither on threads nor on where the poles are.
#include "nearfold/surface.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "math/surfaces.hpp"
#include "nearfold/nearfold.hpp"
#include "stages.hpp"
#include "support/data.hpp"
#include "support/expect.hpp"
#include "support/oracle.hpp"
#include "support/quality_oracle.hpp"

namespace nearfold {
namespace {

constexpr double kPi = 3.14159265358979;
const std::array kSurfaces = {OutputMetric::sphere, OutputMetric::torus, OutputMetric::hyperboloid};

/// Random places; near the poles of the sphere and far out on the sheet, too.
Matrix places(OutputMetric metric, std::int64_t n, std::uint64_t seed) {
  const Settings settings{.method = UmapParams{.output_metric = metric}};
  Matrix out = data::normals(n, map_columns(settings), seed);
  for (std::int64_t i = 0; i < n; ++i) {
    float* const row = out.row(i);
    if (metric == OutputMetric::sphere) {
      const float length = std::sqrt(Sphere::length2(row, row));
      for (int c = 0; c < 3; ++c) row[c] /= length;
    } else if (metric == OutputMetric::torus) {
      for (int c = 0; c < 2; ++c) row[c] = Torus::around(3 * row[c]);
    } else {
      for (int c = 0; c < 2; ++c) row[c] *= i % 3 == 0 ? 10.0f : 1.0f;
    }
  }
  return out;
}

double distance(OutputMetric metric, const std::vector<double>& u, const std::vector<double>& v) {
  switch (metric) {
    case OutputMetric::euclidean:
      return std::hypot(u[0] - v[0], u[1] - v[1]);
    case OutputMetric::sphere: {
      double c2 = 0;
      for (std::size_t c = 0; c < 3; ++c) c2 += (u[c] - v[c]) * (u[c] - v[c]);
      return 2 * std::asin(std::min(1.0, std::sqrt(c2) / 2));
    }
    case OutputMetric::torus: {
      double d2 = 0;
      for (std::size_t c = 0; c < 2; ++c) {
        const double d = std::abs(u[c] - v[c]), way = std::min(d, 2 * kPi - d);
        d2 += way * way;
      }
      return std::sqrt(d2);
    }
    case OutputMetric::hyperboloid: {
      const double zu = std::sqrt(1 + u[0] * u[0] + u[1] * u[1]);
      const double zv = std::sqrt(1 + v[0] * v[0] + v[1] * v[1]);
      return std::acosh(std::max(1.0, zu * zv - u[0] * v[0] - u[1] * v[1]));
    }
  }
  return 0;
}

std::vector<double> exactly(const Matrix& x, std::int64_t i) {
  return {x.row(i), x.row(i) + x.cols()};
}

template <class Surface>
void expect_gradient(OutputMetric metric) {
  const Matrix u = places(metric, 60, 1), v = places(metric, 60, 2),
               steps = data::normals(60, 3, 3);
  for (std::int64_t i = 0; i < 60; ++i) {
    std::vector<double> at = exactly(u, i);
    const std::vector<double> other = exactly(v, i);
    const double d = distance(metric, at, other);
    ASSERT_NEAR(double{map_distance(metric, u.row(i), v.row(i), Surface::kColumns)}, d,
                2e-4 * (1 + d));
    if (d < 0.05 || (metric != OutputMetric::hyperboloid && d > 2.8)) continue;
    float away[3], tangent[3];
    const float d2 = Surface::apart(u.row(i), v.row(i), away);
    EXPECT_NEAR(std::sqrt(double{Surface::length2(u.row(i), away)}), d, 2e-3 * (1 + d));
    // The slope of d^2 / 2 along a tangent is its product with `away`.
    double product = 0, up = 0;
    for (int c = 0; c < Surface::kColumns; ++c) tangent[c] = steps.row(i)[c];
    if (metric == OutputMetric::sphere) {
      float along = 0;
      for (int c = 0; c < 3; ++c) along += tangent[c] * u.row(i)[c];
      for (int c = 0; c < 3; ++c) tangent[c] -= along * u.row(i)[c];
    }
    for (int c = 0; c < Surface::kColumns; ++c) product += double{away[c]} * double{tangent[c]};
    if (metric == OutputMetric::hyperboloid) {
      const double z2 = 1 + at[0] * at[0] + at[1] * at[1];
      up = (double{away[0]} * at[0] + double{away[1]} * at[1]) *
           (double{tangent[0]} * at[0] + double{tangent[1]} * at[1]) / z2;
    }
    constexpr double kStep = 1e-5;
    double ends[2];
    for (const int side : {0, 1}) {
      std::vector<double> moved = at;
      double length = 0;
      for (std::size_t c = 0; c < moved.size(); ++c) {
        moved[c] += (side == 0 ? -kStep : kStep) * double{tangent[c]};
        length += moved[c] * moved[c];
      }
      if (metric == OutputMetric::sphere)
        for (double& x : moved) x /= std::sqrt(length);
      const double far = distance(metric, moved, other);
      ends[side] = far * far / 2;
    }
    EXPECT_NEAR((ends[1] - ends[0]) / (2 * kStep), product - up, 5e-3 * (1 + double{d2}))
        << name(metric) << " " << i;
  }
}

TEST(Surface, DirectionsAreTheSlopesOfDistances) {
  expect_gradient<Sphere>(OutputMetric::sphere);
  expect_gradient<Torus>(OutputMetric::torus);
  expect_gradient<Hyperboloid>(OutputMetric::hyperboloid);
}

TEST(Surface, NearPointsKeepTheirDistance) {  // where acosh or a difference of angles would cancel
  for (const float by : {1e-6f, 1e-4f, 1e-2f}) {
    const float far[2] = {30, 0}, beside[2] = {30, by};
    EXPECT_NEAR(map_distance(OutputMetric::hyperboloid, far, beside, 2) / by, 1, 1e-3);
    const float pole[3] = {0, 0, 1}, near[3] = {by, 0, std::sqrt(1 - by * by)};
    EXPECT_NEAR(map_distance(OutputMetric::sphere, pole, near, 3) / by, 1, 1e-3);
    const float before[2] = {6.283f, 1}, after[2] = {by, 1};
    EXPECT_NEAR(double{map_distance(OutputMetric::torus, before, after, 2)},
                2 * kPi - 6.283 + double{by}, 2e-6);
  }
}

TEST(Surface, AStepIsAsLongAsItSays) {
  for (const float length : {1e-3f, 0.1f, 0.9f}) {
    const float u[2] = {3, -2}, step[2] = {length, length / 2};
    float to[2];
    Hyperboloid::move(u, step, to);
    EXPECT_NEAR(map_distance(OutputMetric::hyperboloid, u, to, 2),
                std::sqrt(Hyperboloid::length2(u, step)), 1e-3 * double{length});
  }
}

Settings on_surface(OutputMetric metric, int threads = 2) {
  return {.method = UmapParams{.n_neighbors = 10, .n_epochs = 200, .output_metric = metric},
          .device = Cpu{threads}};
}

const Matrix& points() {
  static const Matrix made = data::normals(400, 5, 1);
  return made;
}

TEST(SurfaceMap, StaysThereAndIsTheSameForAnyNumberOfThreads) {
  for (const OutputMetric metric : kSurfaces) {
    const Matrix one = embed(points(), on_surface(metric, 1)).layout;
    EXPECT_EQ(one.cols(), metric == OutputMetric::sphere ? 3 : 2);
    EXPECT_NO_THROW(check_map(metric, one)) << name(metric);
    EXPECT_EQ(one.values(), embed(points(), on_surface(metric, 3)).layout.values());
    const QualityReport scores = evaluate(points(), one, {}, {.map_metric = metric});
    EXPECT_GT(scores.find("knn_recall@10")->value, 0.2) << name(metric);
    EXPECT_GT(scores.find("trustworthiness@15")->value, 0.8) << name(metric);
  }
}

oracle::Square distances(OutputMetric metric, const Matrix& map) {
  oracle::Square out(map.rows());
  for (std::int64_t i = 0; i < out.n; ++i)
    for (std::int64_t j = 0; j < out.n; ++j)
      out(i, j) = distance(metric, exactly(map, i), exactly(map, j));
  return out;
}

TEST(SurfaceMap, TwoAgreeByNeighborsOnTheSurface) {
  for (const OutputMetric metric : kSurfaces) {
    const Matrix a = places(metric, 120, 5);
    Matrix b = a;
    for (std::int64_t i = 0; i < 60; ++i)
      std::swap_ranges(b.row(i), b.row(i) + b.cols(), b.row(119 - i));
    for (std::int64_t i = 30; i < 90; ++i) std::copy_n(a.row(i), a.cols(), b.row(i));
    const Agreement both = compare_layouts(a, b, 7, {.map_metric = metric});
    EXPECT_NEAR(both.overlap.value,
                quality_oracle::overlap(distances(metric, a), distances(metric, b), 7), 1e-3)
        << name(metric);
    EXPECT_FALSE(both.procrustes);
    EXPECT_EQ(compare_layouts(a, a, 7, {.map_metric = metric}).overlap.value, 1);
    const Matrix off(120, a.cols(), std::vector<float>(static_cast<std::size_t>(a.size()), 9));
    if (metric != OutputMetric::hyperboloid) {
      EXPECT_THROW(compare_layouts(a, off, 7, {.map_metric = metric}), InvalidInput);
    }
  }
}

TEST(SurfaceMap, IsComparedOverExactAndApproximateGraphs) {
  const Settings settings = on_surface(OutputMetric::torus);
  const auto compared = compare_graphs(points(), {}, 9, std::vector<KnnParams>{HnswKnn{}}, settings,
                                       {}, [](const Compared&) {});
  ASSERT_EQ(compared.size(), 2);
  const QualityParams on_torus{.map_metric = OutputMetric::torus};
  for (const Compared& one : compared)
    EXPECT_EQ(one.quality.find("knn_recall@10")->value,
              evaluate(points(), one.layout, {}, on_torus).find("knn_recall@10")->value);
  EXPECT_EQ(compared[1].agreement->overlap.value,
            compare_layouts(compared[0].layout, compared[1].layout, 10, on_torus).overlap.value);
}

TEST(SurfaceMap, AResumedRunEndsAtTheSameBytes) {
  for (const OutputMetric metric : kSurfaces) {
    const Settings settings = on_surface(metric);
    const KnnGraph graph = find_neighbors(points(), 9, FlatKnn{}, Cpu{}, settings.seed);
    Embedder whole(graph, points(), settings);
    whole.advance(70);
    Embedder rest(graph, points(), settings, whole.checkpoint());
    whole.advance(200);
    rest.advance(200);
    EXPECT_EQ(whole.result().layout.values(), rest.result().layout.values()) << name(metric);
  }
}

TEST(SurfaceMap, TurningTheStartTurnsTheMap) {  // no pole is a place of its own
  const KnnGraph graph = oracle::neighbors(points(), 9);
  UmapParams params{.n_neighbors = 10, .n_epochs = 100, .output_metric = OutputMetric::sphere};
  const Matrix start = places(OutputMetric::sphere, 400, 8);
  const auto turned = [](const Matrix& x) {  // (x, y, z) to (y, z, x), then about z
    const float c = std::cos(1.0f), s = std::sin(1.0f);
    Matrix out(x.rows(), 3);
    for (std::int64_t i = 0; i < x.rows(); ++i) {
      const float* const r = x.row(i);
      out.row(i)[0] = c * r[1] - s * r[2];
      out.row(i)[1] = s * r[1] + c * r[2];
      out.row(i)[2] = r[0];
    }
    return out;
  };
  const auto after = [&](Matrix from) {
    const auto run =
        make_optimizer(weigh_edges(graph, params, Cpu{2}), std::move(from), params, 4, Cpu{2});
    run->advance(1);
    Matrix out(400, 3);
    run->copy_layout(out.view());
    return out;
  };
  const Matrix expected = turned(after(start)), found = after(turned(start));
  std::vector<float> off;
  for (std::int64_t i = 0; i < 400; ++i)
    off.push_back(map_distance(OutputMetric::sphere, expected.row(i), found.row(i), 3));
  std::nth_element(off.begin(), off.begin() + 380, off.end());
  EXPECT_LT(off[380], 1e-3f);  // all but points that met an opposite one
}

TEST(SurfaceMap, PolesAreNoMoreCrowdedThanAnyOtherPlace) {
  Settings settings = on_surface(OutputMetric::sphere);
  const Matrix directions = places(OutputMetric::sphere, 3000, 5);
  const Matrix map = embed(directions, settings).layout;
  for (int axis = 0; axis < 3; ++axis) {
    std::int64_t caps = 0;  // a tenth of the sphere each
    for (std::int64_t i = 0; i < map.rows(); ++i) caps += std::abs(map.row(i)[axis]) > 0.8f ? 1 : 0;
    EXPECT_GT(caps, 300);  // of 600 in mean
    EXPECT_LT(caps, 900);
  }
}

TEST(SurfaceMap, WhatIsNotDoneSaysSo) {
  Settings settings = on_surface(OutputMetric::sphere);
  settings.dims = 3;
  expect_contains(error_of<InvalidParameter>([&] { validate(settings); }), "leave n_components");
  settings = on_surface(OutputMetric::torus);
  std::get<UmapParams>(settings.method).densmap = true;
  expect_contains(error_of<InvalidParameter>([&] { validate(settings); }), "densmap");
  expect_contains(error_of<InvalidInput>([&] { check_map(OutputMetric::sphere, points()); }), "3");
  expect_contains(error_of<InvalidParameter>([] { output_metric_named("klein"); }), "torus");
  EXPECT_EQ(output_metric_named("haversine"), OutputMetric::sphere);
}

TEST(SurfaceMap, AnArrayIsWhereItBegins) {
  Settings settings = on_surface(OutputMetric::sphere);
  Matrix start = places(OutputMetric::sphere, 400, 3);
  settings.init = ArrayInit{start};
  const Embedder begun(points(), settings);
  Matrix first(400, 3);
  begun.copy_layout(first.view());
  for (std::int64_t i = 0; i < 400; ++i)
    for (int c = 0; c < 3; ++c) ASSERT_NEAR(first.row(i)[c], start.row(i)[c], 1e-6);
  std::fill_n(start.row(7), 3, 0.0f);
  settings.init = ArrayInit{start};
  expect_contains(error_of<InvalidInput>([&] { embed(points(), settings); }), "row 7");
}

}  // namespace
}  // namespace nearfold
