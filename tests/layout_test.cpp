// The start of an embedding: principal axes against a dense solver, spectral starts against graphs
// whose eigenvectors are known, components, scales, and the same bytes for any number of threads.
#include <gtest/gtest.h>

#include <Eigen/Eigenvalues>
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numbers>
#include <string>
#include <utility>
#include <vector>

#include "math/normal.hpp"
#include "math/philox.hpp"
#include "spectral.hpp"
#include "stages.hpp"
#include "symmetric_eigen.hpp"

namespace nearfold {
namespace {

constexpr std::uint64_t kSeed = 7;
const Cpu kOn{2};

using Edges = std::vector<std::pair<std::int32_t, std::int32_t>>;

/// Unit weights, or `weight` for the last edge.
EdgeGraph graph_of(std::int64_t n, const Edges& edges, float last_weight = 1.0f) {
  std::vector<std::vector<std::pair<std::int32_t, float>>> rows(static_cast<std::size_t>(n));
  for (std::size_t e = 0; e < edges.size(); ++e) {
    const float weight = e + 1 == edges.size() ? last_weight : 1.0f;
    const auto [i, j] = edges[e];
    rows[static_cast<std::size_t>(i)].emplace_back(j, weight);
    rows[static_cast<std::size_t>(j)].emplace_back(i, weight);
  }
  EdgeGraph graph;
  graph.n = n;
  graph.offsets.push_back(0);
  for (auto& row : rows) {
    std::sort(row.begin(), row.end());
    for (const auto& [j, weight] : row) {
      graph.columns.push_back(j);
      graph.weights.push_back(weight);
    }
    graph.offsets.push_back(graph.edges());
  }
  return graph;
}

Edges ring(std::int32_t n, std::int32_t first = 0) {
  Edges edges;
  for (std::int32_t i = 0; i < n; ++i) edges.emplace_back(first + i, first + (i + 1) % n);
  return edges;
}

Edges clique(std::int32_t n, std::int32_t first) {
  Edges edges;
  for (std::int32_t i = 0; i < n; ++i) {
    for (std::int32_t j = 0; j < i; ++j) edges.emplace_back(first + i, first + j);
  }
  return edges;
}

void append(Edges& to, const Edges& from) {
  to.insert(to.end(), from.begin(), from.end());
}

/// Normal points; column c is `spread` / (c + 1) wide.
Matrix normal_points(std::int64_t n, std::int64_t dim, float spread, float offset = 0) {
  Matrix x(n, dim);
  for (std::int64_t i = 0; i < n; ++i) {
    for (std::int64_t c = 0; c < dim; ++c) {
      const Random4 bits = random4(kSeed, Stream::data, static_cast<std::uint64_t>(i),
                                   static_cast<std::uint32_t>(c));
      x.row(i)[c] = offset + spread / static_cast<float>(c + 1) * to_normal(bits);
    }
  }
  return x;
}

/// The symmetric graph of the k nearest neighbours, weights falling with distance.
EdgeGraph neighbor_graph(const Matrix& x, int k) {
  std::vector<std::vector<std::pair<std::int32_t, float>>> rows(static_cast<std::size_t>(x.rows));
  for (std::int64_t i = 0; i < x.rows; ++i) {
    std::vector<std::pair<float, std::int32_t>> others;
    for (std::int64_t j = 0; j < x.rows; ++j) {
      float d2 = 0;
      for (std::int64_t c = 0; c < x.cols; ++c) {
        d2 += (x.row(i)[c] - x.row(j)[c]) * (x.row(i)[c] - x.row(j)[c]);
      }
      if (j != i) others.emplace_back(d2, static_cast<std::int32_t>(j));
    }
    std::partial_sort(others.begin(), others.begin() + k, others.end());
    for (int m = 0; m < k; ++m) {
      const auto [d2, j] = others[static_cast<std::size_t>(m)];
      const float weight = 1.0f / (1.0f + d2);
      rows[static_cast<std::size_t>(i)].emplace_back(j, weight);
      rows[static_cast<std::size_t>(j)].emplace_back(static_cast<std::int32_t>(i), weight);
    }
  }
  EdgeGraph graph;
  graph.n = x.rows;
  graph.offsets.push_back(0);
  for (auto& row : rows) {
    std::sort(row.begin(), row.end());
    row.erase(std::unique(row.begin(), row.end()), row.end());
    for (const auto& [j, weight] : row) {
      graph.columns.push_back(j);
      graph.weights.push_back(weight);
    }
    graph.offsets.push_back(graph.edges());
  }
  return graph;
}

double product(const float* a, const float* b, std::int64_t n, std::int64_t stride = 1) {
  double sum = 0;
  for (std::int64_t i = 0; i < n; ++i) {
    sum += static_cast<double>(a[i * stride]) * static_cast<double>(b[i * stride]);
  }
  return sum;
}

double largest_difference(const Matrix& a, const Matrix& b) {
  double most = 0;
  for (std::size_t i = 0; i < a.values.size(); ++i) {
    most = std::max(most,
                    std::abs(static_cast<double>(a.values[i]) - static_cast<double>(b.values[i])));
  }
  return most;
}

bool all_finite(const Matrix& m) {
  return std::all_of(m.values.begin(), m.values.end(), [](float v) { return std::isfinite(v); });
}

/// |A v - value v| of column c, by definition.
double residual(const EdgeGraph& graph, const Matrix& v, std::int64_t c, double value) {
  std::vector<double> degree(static_cast<std::size_t>(graph.n));
  const auto each = [&](std::int64_t i, auto&& body) {
    for (auto e = static_cast<std::size_t>(graph.offsets[static_cast<std::size_t>(i)]);
         e < static_cast<std::size_t>(graph.offsets[static_cast<std::size_t>(i) + 1]); ++e) {
      body(graph.columns[e], static_cast<double>(graph.weights[e]));
    }
  };
  for (std::int64_t i = 0; i < graph.n; ++i) {
    each(i, [&](std::int32_t, double w) { degree[static_cast<std::size_t>(i)] += w; });
  }
  double squares = 0;
  for (std::int64_t i = 0; i < graph.n; ++i) {
    double sum = -value * static_cast<double>(v.row(i)[c]);
    each(i, [&](std::int32_t j, double w) {
      sum += w * static_cast<double>(v.row(j)[c]) /
             std::sqrt(degree[static_cast<std::size_t>(i)] * degree[static_cast<std::size_t>(j)]);
    });
    squares += sum * sum;
  }
  return std::sqrt(squares);
}

Start spectral(const EdgeGraph& graph, int dims, std::uint64_t seed = kSeed) {
  return initial_layout(SpectralInit{}, {}, graph, dims, seed, kOn);
}

// ---- dense eigenvectors ------------------------------------------------------------------------

TEST(SymmetricEigen, AgreesWithALibraryOnARandomMatrix) {
  constexpr std::int64_t n = 40;
  Eigen::MatrixXd a(n, n);
  std::vector<double> values(static_cast<std::size_t>(n * n));
  for (std::int64_t i = 0; i < n; ++i) {
    for (std::int64_t j = 0; j <= i; ++j) {
      const Random4 bits = random4(kSeed, Stream::data, static_cast<std::uint64_t>(i * n + j));
      a(i, j) = a(j, i) = static_cast<double>(to_normal(bits));
      values[static_cast<std::size_t>(i * n + j)] = a(i, j);
    }
  }
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> expected(a);
  const SymmetricEigen found = symmetric_eigen(values, n);
  for (std::int64_t i = 0; i < n; ++i) {
    EXPECT_NEAR(found.values[static_cast<std::size_t>(i)], expected.eigenvalues()(n - 1 - i),
                1e-12);
    const Eigen::Map<const Eigen::VectorXd> v(found.vectors.data() + i * n, n);
    EXPECT_NEAR((a * v - found.values[static_cast<std::size_t>(i)] * v).norm(), 0.0, 1e-12);
    EXPECT_NEAR(v.norm(), 1.0, 1e-13);
  }
}

TEST(SymmetricEigen, HandlesEqualEigenvaluesAndTheSmallestSizes) {
  const SymmetricEigen identity = symmetric_eigen({1, 0, 0, 0, 1, 0, 0, 0, 1}, 3);
  EXPECT_EQ(identity.values, (std::vector<double>{1, 1, 1}));
  EXPECT_EQ(symmetric_eigen({-2.5}, 1).values, (std::vector<double>{-2.5}));
  const SymmetricEigen zero = symmetric_eigen(std::vector<double>(4), 2);
  EXPECT_EQ(zero.vectors, (std::vector<double>{1, 0, 0, 1}));
  const SymmetricEigen swap = symmetric_eigen({0, 0, 3, 0}, 2);
  EXPECT_DOUBLE_EQ(swap.values[0], 3);
  EXPECT_DOUBLE_EQ(swap.values[1], -3);
}

// ---- principal axes ----------------------------------------------------------------------------

Eigen::MatrixXd covariance_axes(const Matrix& x) {
  Eigen::MatrixXd m(x.rows, x.cols);
  for (std::int64_t i = 0; i < x.rows; ++i) {
    for (std::int64_t c = 0; c < x.cols; ++c) m(i, c) = static_cast<double>(x.row(i)[c]);
  }
  m.rowwise() -= m.colwise().mean().eval();
  return Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd>(m.transpose() * m).eigenvectors();
}

TEST(PrincipalAxes, AreTheEigenvectorsOfTheCovariance) {
  for (const std::int64_t dim : {3, 13, 37}) {
    const Matrix x = normal_points(301, dim, 5.0f);
    const Eigen::MatrixXd expected = covariance_axes(x);
    std::vector<float> mean;
    const Matrix axes = principal_axes(x, 3, 12, mean, kSeed, kOn);
    for (std::int64_t a = 0; a < 3; ++a) {
      double along = 0;
      for (std::int64_t c = 0; c < dim; ++c) {
        along += static_cast<double>(axes.row(a)[c]) * expected(c, dim - 1 - a);
      }
      EXPECT_NEAR(std::abs(along), 1.0, 1e-6) << "axis " << a << " of " << dim;
    }
  }
}

TEST(PrincipalAxes, AreOrthonormalAndTheirLargestEntryIsPositive) {
  const Matrix x = normal_points(200, 90, 1.0f);
  std::vector<float> mean;
  const Matrix axes = principal_axes(x, 40, 3, mean, kSeed, kOn);
  for (std::int64_t a = 0; a < axes.rows; ++a) {
    for (std::int64_t b = 0; b <= a; ++b) {
      EXPECT_NEAR(product(axes.row(a), axes.row(b), 90), a == b ? 1.0 : 0.0, 1e-6);
    }
    const auto [low, high] = std::minmax_element(axes.row(a), axes.row(a) + 90);
    EXPECT_GT(*high, -*low);
  }
}

TEST(PrincipalAxes, StayFiniteAndOrthonormalOnDataOfLowRank) {
  struct Case {
    const char* what;
    Matrix x;
    int count;
  };
  std::vector<Case> cases;
  cases.push_back({"all equal", Matrix(50, 6), 3});
  std::fill(cases.back().x.values.begin(), cases.back().x.values.end(), 0.3f);
  cases.push_back({"all zero", Matrix(50, 6), 6});
  cases.push_back({"one column", normal_points(50, 1, 1.0f), 1});
  cases.push_back({"rank one", Matrix(50, 6), 3});
  for (std::int64_t i = 0; i < 50; ++i) cases.back().x.row(i)[2] = static_cast<float>(i);
  cases.push_back({"fewer rows than columns", normal_points(4, 100, 1.0f), 4});
  cases.push_back({"huge", normal_points(50, 6, 1e30f), 3});
  cases.push_back({"tiny", normal_points(50, 6, 1e-30f), 3});
  for (const Case& c : cases) {
    std::vector<float> mean;
    const Matrix axes = principal_axes(c.x, c.count, 5, mean, kSeed, kOn);
    for (int a = 0; a < c.count; ++a) {
      for (int b = 0; b <= a; ++b) {
        EXPECT_NEAR(product(axes.row(a), axes.row(b), c.x.cols), a == b ? 1.0 : 0.0, 1e-6)
            << c.what;
      }
    }
  }
}

TEST(PrincipalAxes, DoNotDependOnThreads) {
  const Matrix x = normal_points(3001, 21, 1.0f);
  std::vector<float> mean, other;
  const Matrix axes = principal_axes(x, 5, 3, mean, kSeed, Cpu{1});
  for (const int threads : {2, 3, 7}) {
    EXPECT_EQ(principal_axes(x, 5, 3, other, kSeed, Cpu{threads}).values, axes.values);
    EXPECT_EQ(other, mean);
  }
}

TEST(PcaStart, IsTheSameForTranslatedPoints) {
  const EdgeGraph none;
  const Matrix near =
      initial_layout(PcaInit{}, normal_points(500, 10, 4.0f), none, 2, 1, kOn).layout;
  const Matrix far =
      initial_layout(PcaInit{}, normal_points(500, 10, 4.0f, 100.0f), none, 2, 1, kOn).layout;
  EXPECT_LT(largest_difference(near, far),
            2e-3);  // floats near 100 are 8e-6 apart; axes nearly tie
  EXPECT_GT(largest_difference(near, Matrix(500, 2)), 5.0);
}

TEST(PcaStart, FillsColumnsThatThePointsDoNotHaveAndSaysSo) {
  const Start start = initial_layout(PcaInit{}, normal_points(100, 1, 2.0f), {}, 3, kSeed, kOn);
  EXPECT_EQ(start.how, "pca");
  ASSERT_EQ(start.warnings.size(), 1u);
  EXPECT_GT(product(&start.layout.values[0], &start.layout.values[0], 100, 3), 100.0);
  for (const int c : {1, 2}) {
    const double squares =
        product(&start.layout.values[0] + c, &start.layout.values[0] + c, 100, 3);
    EXPECT_GT(squares, 0.0);
    EXPECT_LT(squares, 1.0);
  }
}

// ---- spectral ----------------------------------------------------------------------------------

TEST(SpectralStart, OfARingIsACircle) {
  for (const std::int32_t n : {100, 400}) {  // dense, iterative
    const Start start = spectral(graph_of(n, ring(n)), 2);
    EXPECT_EQ(start.how, "spectral");
    EXPECT_TRUE(start.warnings.empty());
    const float turn = 2 * std::numbers::pi_v<float> / static_cast<float>(n);
    for (std::int32_t i = 0; i < n; ++i) {
      const float* a = start.layout.row(i);
      const float* b = start.layout.row((i + 1) % n);
      EXPECT_NEAR(std::hypot(a[0], a[1]), 1.0, 0.01);
      EXPECT_NEAR(std::hypot(a[0] - b[0], a[1] - b[1]) / turn, 1.0f, 0.02f);
    }
  }
}

TEST(SpectralStart, OfAPathIsItsCosines) {
  for (const std::int32_t n : {60, 300}) {
    Edges path = ring(n);
    path.pop_back();
    const Eigenvectors found = leading_eigenvectors(graph_of(n, path), 3, kOn);
    EXPECT_TRUE(found.converged);
    for (std::int64_t c = 0; c < 3; ++c) {
      // Of the random walk on a path: cos(pi (c + 1) i / (n - 1)); times the root of the degree.
      double along = 0, squares = 0;
      for (std::int64_t i = 0; i < n; ++i) {
        const double root = i == 0 || i == n - 1 ? 1.0 : std::numbers::sqrt2;
        const double expected =
            root * std::cos(std::numbers::pi * static_cast<double>((c + 1) * i) / (n - 1));
        along += expected * static_cast<double>(found.vectors.row(i)[c]);
        squares += expected * expected;
      }
      EXPECT_NEAR(std::abs(along) / std::sqrt(squares), 1.0, 1e-4) << n << " column " << c;
    }
  }
}

TEST(SpectralStart, SeparatesTwoCliquesByTheFirstCoordinate) {
  for (const std::int32_t half : {20, 100}) {
    Edges edges = clique(half, 0);
    append(edges, clique(half, half));
    edges.emplace_back(0, half);
    const Start start = spectral(graph_of(2 * half, edges, 0.01f), 2);
    EXPECT_EQ(start.how, "spectral");
    const bool side = start.layout.row(0)[0] > 0;
    for (std::int32_t i = 0; i < 2 * half; ++i) {
      EXPECT_EQ(start.layout.row(i)[0] > 0, (i < half) == side) << i;
    }
  }
}

TEST(SpectralStart, AgreesWithADenseSolverOnANeighborGraph) {
  const EdgeGraph graph = neighbor_graph(normal_points(250, 3, 2.0f), 10);
  const auto n = graph.n;
  Eigen::MatrixXd a = Eigen::MatrixXd::Zero(n, n);
  for (std::int64_t i = 0; i < n; ++i) {
    for (auto e = static_cast<std::size_t>(graph.offsets[static_cast<std::size_t>(i)]);
         e < static_cast<std::size_t>(graph.offsets[static_cast<std::size_t>(i) + 1]); ++e) {
      a(i, graph.columns[e]) = static_cast<double>(graph.weights[e]);
    }
  }
  const Eigen::VectorXd root = a.rowwise().sum().cwiseSqrt();
  a = root.cwiseInverse().asDiagonal() * a * root.cwiseInverse().asDiagonal();
  const SymmetricEigen dense =
      symmetric_eigen(std::vector<double>(a.data(), a.data() + n * n), n);  // tested above
  const Eigenvectors found = leading_eigenvectors(graph, 3, kOn);
  ASSERT_TRUE(found.converged);
  EXPECT_GT(found.sweeps, 0);
  for (std::int64_t c = 0; c < 3; ++c) {
    double inside = 0;  // of the space of the three dense vectors
    for (std::int64_t d = 0; d < 3; ++d) {
      double along = 0;
      for (std::int64_t i = 0; i < n; ++i) {
        along += static_cast<double>(found.vectors.row(i)[c]) *
                 dense.vectors[static_cast<std::size_t>((d + 1) * n + i)];
      }
      inside += along * along;
    }
    EXPECT_NEAR(inside, 1.0, 1e-3) << "column " << c;
  }
  EXPECT_NEAR(found.value, dense.values[3], 1e-5);
}

TEST(SpectralStart, ReportsTheResidualThatItsVectorsHave) {
  const EdgeGraph graph = neighbor_graph(normal_points(1200, 2, 2.0f), 8);
  const Eigenvectors found = leading_eigenvectors(graph, 2, kOn);
  ASSERT_TRUE(found.converged);
  const double last = residual(graph, found.vectors, 1, found.value);
  EXPECT_LT(last, 1e-4);
  EXPECT_LE(last, found.residual + 1e-6);
  EXPECT_NEAR(product(&found.vectors.values[0], &found.vectors.values[1], 1200, 2), 0.0, 1e-5);
}

TEST(SpectralStart, WarnsWhenAChainIsTooLongForIt) {
  EdgeGraph graph = graph_of(1'000, ring(1'000));  // of pairs, weakly joined
  for (std::int32_t i = 0; i < 1'000; ++i) {
    for (std::size_t e = 2 * static_cast<std::size_t>(i); e < 2 * static_cast<std::size_t>(i) + 2;
         ++e) {
      if (graph.columns[e] / 2 != i / 2) graph.weights[e] = 1e-3f;
    }
  }
  const Start start = spectral(graph, 2);
  EXPECT_TRUE(all_finite(start.layout));
  ASSERT_EQ(start.warnings.size(), 1u);
  EXPECT_NE(start.warnings[0].find("did not converge"), std::string::npos);
}

TEST(SpectralStart, OfAStarAndOfACompleteGraphIsFinite) {
  Edges star;
  for (std::int32_t i = 1; i < 300; ++i) star.emplace_back(0, i);
  for (const EdgeGraph& graph : {graph_of(300, star), graph_of(200, clique(200, 0))}) {
    const Matrix layout = spectral(graph, 3).layout;
    EXPECT_TRUE(all_finite(layout));
    EXPECT_GT(largest_difference(layout, Matrix(layout.rows, 3)), 0.1);
  }
}

/// Distance of the centres of rows [a, a+size) and [b, b+size), and the larger radius around them.
std::pair<double, double> apart(const Matrix& y, std::int64_t a, std::int64_t b,
                                std::int64_t size) {
  double middle[2][2] = {}, radius = 0;
  for (std::int64_t i = 0; i < size; ++i) {
    for (int c = 0; c < 2; ++c) {
      middle[0][c] += static_cast<double>(y.row(a + i)[c]) / static_cast<double>(size);
      middle[1][c] += static_cast<double>(y.row(b + i)[c]) / static_cast<double>(size);
    }
  }
  for (std::int64_t i = 0; i < size; ++i) {
    for (const auto& [first, m] : {std::pair{a, middle[0]}, std::pair{b, middle[1]}}) {
      const float* p = y.row(first + i);
      radius = std::max(
          radius, std::hypot(static_cast<double>(p[0]) - m[0], static_cast<double>(p[1]) - m[1]));
    }
  }
  return {std::hypot(middle[0][0] - middle[1][0], middle[0][1] - middle[1][1]), radius};
}

TEST(SpectralStart, GivesEveryComponentItsOwnPlace) {
  for (const std::int32_t count : {2, 4, 5, 40}) {
    constexpr std::int32_t size = 150;
    Edges edges;
    for (std::int32_t c = 0; c < count; ++c) append(edges, ring(size, c * size));
    const Start start = spectral(graph_of(count * size, edges), 2);
    EXPECT_EQ(start.how, "spectral (" + std::to_string(count) + " components)");
    EXPECT_EQ(start.warnings.size(), 1u);
    for (std::int32_t a = 0; a < count; ++a) {
      for (std::int32_t b = 0; b < a; ++b) {
        const auto [distance, radius] = apart(start.layout, a * size, b * size, size);
        EXPECT_GT(distance, 2 * radius) << count << ": " << a << ", " << b;
        EXPECT_GT(radius, distance / 40);
      }
    }
  }
}

TEST(SpectralStart, PlacesIsolatedPointsBesideALargeComponent) {
  for (const int dims : {2, 3}) {
    const Start start = spectral(graph_of(5'300, ring(300)), dims);
    EXPECT_EQ(start.how, "spectral (5001 components)");
    EXPECT_TRUE(all_finite(start.layout));
    std::vector<std::vector<float>> rows;
    for (std::int64_t i = 0; i < 5'300; ++i) {
      rows.emplace_back(start.layout.row(i), start.layout.row(i) + dims);
    }
    std::sort(rows.begin(), rows.end());
    EXPECT_EQ(std::adjacent_find(rows.begin(), rows.end()), rows.end());
  }
}

TEST(SpectralStart, OfNothingButIsolatedPointsIsAGrid) {
  const Start start = spectral(graph_of(5'000, {}), 2);
  EXPECT_EQ(start.how, "spectral (5000 components)");
  const auto most = *std::max_element(start.layout.values.begin(), start.layout.values.end());
  EXPECT_NEAR(most, std::sqrt(5'000.0), 2.0);
}

TEST(SpectralStart, FallsBackOpenlyWhenThereAreTooFewPoints) {
  const EdgeGraph four = graph_of(4, clique(4, 0));
  EXPECT_EQ(spectral(four, 2).how, "spectral");
  const Start start = spectral(four, 3);
  EXPECT_EQ(start.how, "random");
  EXPECT_EQ(start.warnings.size(), 1u);
  EXPECT_TRUE(all_finite(start.layout));
}

TEST(SpectralStart, DoesNotDependOnThreads) {
  Edges edges;  // one component for all threads together, twenty for one thread each
  for (std::int32_t i = 1; i < 5'000; ++i) {
    for (std::uint32_t m = 0; m < 2; ++m) {
      const Random4 bits = random4(kSeed, Stream::data, static_cast<std::uint64_t>(i), m);
      const auto j = static_cast<std::int32_t>(to_range(bits.v[0], static_cast<std::uint32_t>(i)));
      if (m == 0 || edges.back().second != j) edges.emplace_back(i, j);
    }
  }
  for (std::int32_t c = 0; c < 20; ++c) append(edges, ring(140, 5'000 + 140 * c));
  const EdgeGraph graph = graph_of(7'800, edges);
  const auto run = [&](int threads) {
    return initial_layout(SpectralInit{}, {}, graph, 2, kSeed, Cpu{threads});
  };
  const Start one = run(1);
  EXPECT_EQ(one.how, "spectral (21 components)");
  for (const int threads : {2, 3, 7}) {
    EXPECT_EQ(run(threads).layout.values, one.layout.values) << threads << " threads";
  }
}

// ---- all starts, scales ------------------------------------------------------------------------

TEST(InitialLayout, DependsOnTheSeedOnlyWhereItIsRandom) {
  const Matrix x = normal_points(400, 5, 1.0f);
  const EdgeGraph graph = neighbor_graph(x, 8);
  const auto run = [&](const Init& init, std::uint64_t seed) {
    return initial_layout(init, x, graph, 2, seed, kOn).layout.values;
  };
  EXPECT_EQ(run(PcaInit{}, 1), run(PcaInit{}, 2));
  EXPECT_EQ(run(SpectralInit{}, 1), run(SpectralInit{}, 2));
  EXPECT_NE(run(RandomInit{}, 1), run(RandomInit{}, 2));
  const ArrayInit given{normal_points(400, 2, 3.0f)};
  EXPECT_EQ(run(given, 1), given.start.values);
}

TEST(InitialLayout, HasAPositivePeakInEveryColumn) {
  const Matrix x = normal_points(400, 5, 1.0f);
  const EdgeGraph graph = neighbor_graph(x, 8);
  for (const Init& init : {Init{PcaInit{}}, Init{SpectralInit{}}}) {
    const Matrix y = initial_layout(init, x, graph, 3, kSeed, kOn).layout;
    for (int c = 0; c < 3; ++c) {
      float low = 0, high = 0;
      for (std::int64_t i = 0; i < y.rows; ++i) {
        low = std::min(low, y.row(i)[c]);
        high = std::max(high, y.row(i)[c]);
      }
      EXPECT_GE(high, -low);
    }
  }
}

/// Mean and standard deviation of column c.
std::pair<double, double> moments(const Matrix& y, std::int64_t c) {
  double sum = 0, squares = 0;
  const auto n = static_cast<double>(y.rows);
  for (std::int64_t i = 0; i < y.rows; ++i) sum += static_cast<double>(y.row(i)[c]);
  for (std::int64_t i = 0; i < y.rows; ++i) {
    squares += std::pow(static_cast<double>(y.row(i)[c]) - sum / n, 2);
  }
  return {sum / n, std::sqrt(squares / n)};
}

TEST(ScaleStart, MakesTheFirstColumnOfTsneAsWideAsItShouldBe) {
  Matrix y = normal_points(5'000, 2, 30.0f);
  const Matrix before = y;
  scale_start(y, PcaInit{}, TsneParams{}, kSeed);
  EXPECT_NEAR(moments(y, 0).second, 1e-4, 5e-7);
  EXPECT_NEAR(moments(y, 1).second, 0.5e-4, 2e-6);  // the second column keeps its proportion
  const double factor = 1e-4 / moments(before, 0).second;
  double squares = 0;
  for (std::size_t i = 0; i < y.values.size(); ++i) {
    const double off =
        static_cast<double>(y.values[i]) - factor * static_cast<double>(before.values[i]);
    squares += off * off / static_cast<double>(y.values.size());
  }
  EXPECT_NEAR(std::sqrt(squares), 1e-6, 5e-8);  // the jitter
}

TEST(ScaleStart, DrawsNormalNumbersForARandomTsne) {
  Matrix y = initial_layout(RandomInit{}, {}, graph_of(20'000, {}), 2, kSeed, kOn).layout;
  EXPECT_NEAR(moments(y, 0).second, std::sqrt(1.0 / 12), 5e-3);
  scale_start(y, RandomInit{}, TsneParams{}, kSeed);
  for (const int c : {0, 1}) {
    EXPECT_NEAR(moments(y, c).first, 0.0, 3e-6);
    EXPECT_NEAR(moments(y, c).second, 1e-4, 2e-6);
  }
}

TEST(ScaleStart, PutsEveryAxisOfUmapIntoTheBox) {
  const Matrix given = normal_points(1'000, 3, 0.01f);
  for (const Init& init :
       {Init{PcaInit{}}, Init{SpectralInit{}}, Init{RandomInit{}}, Init{ArrayInit{given}}}) {
    Matrix y = given;
    scale_start(y, init, UmapParams{}, kSeed);
    for (int c = 0; c < 3; ++c) {
      float low = 99, high = -99;
      for (std::int64_t i = 0; i < y.rows; ++i) {
        low = std::min(low, y.row(i)[c]);
        high = std::max(high, y.row(i)[c]);
      }
      EXPECT_EQ(low, 0.0f);
      EXPECT_EQ(high, 10.0f);
    }
  }
}

TEST(ScaleStart, LeavesAnArrayForTsneAlone) {
  Matrix y = normal_points(50, 2, 3.0f);
  const Matrix before = y;
  scale_start(y, ArrayInit{before}, TsneParams{}, kSeed);
  EXPECT_EQ(y.values, before.values);
}

TEST(ScaleStart, KeepsEqualPointsFinite) {
  Matrix x(4, 6);
  std::fill(x.values.begin(), x.values.end(), 2.5f);
  const Start start = initial_layout(PcaInit{}, x, {}, 3, kSeed, kOn);
  EXPECT_EQ(start.warnings.size(), 1u);
  Matrix tsne = start.layout, umap = start.layout, flat(4, 3);
  scale_start(tsne, PcaInit{}, TsneParams{}, kSeed);
  scale_start(umap, PcaInit{}, UmapParams{}, kSeed);
  scale_start(flat, ArrayInit{flat}, UmapParams{}, kSeed);
  EXPECT_TRUE(all_finite(tsne));
  EXPECT_TRUE(all_finite(umap));
  EXPECT_GT(moments(tsne, 0).second, 1e-5);
  EXPECT_LT(moments(tsne, 0).second, 1e-3);
  EXPECT_EQ(flat.values, Matrix(4, 3).values);
}

TEST(Normal, HasTheMomentsOfANormal) {
  double power[5] = {};
  constexpr int n = 200'000;
  for (int i = 0; i < n; ++i) {
    const auto v =
        static_cast<double>(to_normal(random4(kSeed, Stream::data, static_cast<std::uint64_t>(i))));
    for (int p = 1; p <= 4; ++p) power[p] += std::pow(v, p) / n;
  }
  EXPECT_NEAR(power[1], 0.0, 0.01);
  EXPECT_NEAR(power[2], 1.0, 0.01);
  EXPECT_NEAR(power[3], 0.0, 0.03);
  EXPECT_NEAR(power[4], 2.85, 0.05);  // 3 for a true normal
}

}  // namespace
}  // namespace nearfold
