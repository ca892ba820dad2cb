// Spectral starts: graphs whose eigenvectors are known, a dense solver, components, and the same
// bytes for any number of threads.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numbers>
#include <string>
#include <utility>
#include <vector>

#include "init/spectral.hpp"
#include "linalg/symmetric_eigen.hpp"
#include "stages.hpp"
#include "support/init_data.hpp"

namespace nearfold {
namespace {

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

InitialLayout spectral(const EdgeGraph& graph, int dims, std::uint64_t seed = kSeed) {
  return initial_layout(SpectralInit{}, {}, graph, dims, seed, kOn);
}

TEST(SpectralStart, OfARingIsACircle) {
  for (const std::int32_t n : {30, 400}) {  // dense, iterative
    const InitialLayout start = spectral(graph_of(n, ring(n)), 2);
    EXPECT_EQ(start.description, "spectral");
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

// A path of every second vertex and one of the others, one of them longer.
TEST(SpectralStart, OfALargeComponentIsThatOfItsCopy) {
  constexpr std::int32_t kShort = 300, kLong = 500;
  Edges edges;
  for (std::int32_t i = 1; i < kLong; ++i) {
    if (i < kShort) edges.emplace_back(2 * i - 2, 2 * i);
    const auto vertex = [](std::int32_t at) { return at < kShort ? 2 * at + 1 : kShort + at; };
    edges.emplace_back(vertex(i - 1), vertex(i));
  }
  const EdgeGraph graph = graph_of(kShort + kLong, edges, 0.5f);
  const Components components(find_components(graph));
  ASSERT_EQ(components.count(), 2);
  for (std::int64_t c = 0; c < 2; ++c)
    for (const int dims : {2, 9, 100}) {  // one block of vectors, two, densely
      const EdgeGraph copy = extract(graph, components, c);
      ASSERT_EQ(ComponentView(graph, components, c).edges(), copy.edges());
      const Eigenvectors found = leading_eigenvectors(graph, components, c, dims, kOn);
      const Eigenvectors wanted = leading_eigenvectors(copy, dims, kOn);
      EXPECT_EQ(found.vectors.values(), wanted.vectors.values()) << dims;
      EXPECT_EQ(found.sweeps, wanted.sweeps);
    }
}

TEST(SpectralStart, OfAPathIsItsCosines) {
  for (const std::int32_t n : {30, 300}) {
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
    EXPECT_NEAR(found.value, std::cos(3 * std::numbers::pi / (n - 1)), 1e-6) << n;
  }
}

TEST(SpectralStart, SeparatesTwoCliquesByTheFirstCoordinate) {
  for (const std::int32_t half : {15, 100}) {
    Edges edges = clique(half, 0);
    append(edges, clique(half, half));
    edges.emplace_back(0, half);
    const InitialLayout start = spectral(graph_of(2 * half, edges, 0.01f), 2);
    EXPECT_EQ(start.description, "spectral");
    const bool side = start.layout.row(0)[0] > 0;
    for (std::int32_t i = 0; i < 2 * half; ++i) {
      EXPECT_EQ(start.layout.row(i)[0] > 0, (i < half) == side) << i;
    }
  }
}

TEST(SpectralStart, AgreesWithADenseSolverOnANeighborGraph) {
  const EdgeGraph graph = neighbor_graph(normal_points(250, 3, 2.0f), 10);
  const auto n = graph.n;
  std::vector<double> a(static_cast<std::size_t>(n * n)), degree(static_cast<std::size_t>(n));
  const auto each_edge = [&](auto&& body) {
    for (std::size_t i = 0; i < degree.size(); ++i) {
      for (auto e = static_cast<std::size_t>(graph.offsets[i]);
           e < static_cast<std::size_t>(graph.offsets[i + 1]); ++e) {
        body(i, static_cast<std::size_t>(graph.columns[e]), static_cast<double>(graph.weights[e]));
      }
    }
  };
  each_edge([&](std::size_t i, std::size_t, double w) { degree[i] += w; });
  each_edge([&](std::size_t i, std::size_t j, double w) {
    a[i * degree.size() + j] = w / std::sqrt(degree[i] * degree[j]);
  });
  const SymmetricEigen dense = symmetric_eigen(a, n);  // tested in linalg/pca_test.cpp
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
  EXPECT_NEAR(product(&found.vectors.values()[0], &found.vectors.values()[1], 1200, 2), 0.0, 1e-5);
}

// Filters are what makes it fast: passes grow with the root of 1 / gap, not with 1 / gap.
TEST(SpectralStart, TakesFewPasses) {
  for (const std::int32_t n : {200, 800}) {
    const Eigenvectors found = leading_eigenvectors(graph_of(n, ring(n)), 2, kOn);
    ASSERT_TRUE(found.converged);
    const double gap = 1 - std::cos(2 * std::numbers::pi / n);
    EXPECT_LT(found.sweeps, 4 / std::sqrt(gap)) << n;
  }
}

/// A ring of 1,000 of pairs, weakly joined, and `more` vertices in a ring of their own.
EdgeGraph long_chain(std::int32_t more) {
  Edges edges = ring(1'000);
  if (more > 0) append(edges, ring(more, 1'000));
  EdgeGraph graph = graph_of(1'000 + more, edges);
  for (std::int32_t i = 0; i < 1'000; ++i) {
    for (std::size_t e = 2 * static_cast<std::size_t>(i); e < 2 * static_cast<std::size_t>(i) + 2;
         ++e) {
      if (graph.columns[e] / 2 != i / 2) graph.weights[e] = 1e-3f;
    }
  }
  return graph;
}

TEST(SpectralStart, WarnsWhenAChainIsTooLongForIt) {
  const InitialLayout start = spectral(long_chain(0), 2);
  EXPECT_TRUE(all_finite(start.layout));
  ASSERT_EQ(start.warnings.size(), 1u);
  EXPECT_NE(start.warnings[0].find("did not converge"), std::string::npos);
}

TEST(SpectralStart, WarnsOfTheWorstComponent) {
  for (const std::int32_t more : {200, 1'500}) {  // smaller and larger than the chain
    const InitialLayout start = spectral(long_chain(more), 2);
    ASSERT_EQ(start.warnings.size(), 2u) << more;
    EXPECT_NE(start.warnings[1].find("did not converge"), std::string::npos);
  }
}

// All other eigenvalues are one: nothing is left to filter.
TEST(SpectralStart, OfACompleteGraphTakesOnePass) {
  EXPECT_EQ(leading_eigenvectors(graph_of(200, clique(200, 0)), 2, kOn).sweeps, 1);
}

TEST(SpectralStart, OfAStarAndOfACompleteGraphIsFinite) {
  Edges star;
  for (std::int32_t i = 1; i < 300; ++i) star.emplace_back(0, i);
  for (const EdgeGraph& graph : {graph_of(300, star), graph_of(200, clique(200, 0))}) {
    const Matrix layout = spectral(graph, 3).layout;
    EXPECT_TRUE(all_finite(layout));
    EXPECT_GT(largest_difference(layout, Matrix(layout.rows(), 3)), 0.1);
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
    const InitialLayout start = spectral(graph_of(count * size, edges), 2);
    EXPECT_EQ(start.description, "spectral (" + std::to_string(count) + " components)");
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
    const InitialLayout start = spectral(graph_of(5'300, ring(300)), dims);
    EXPECT_EQ(start.description, "spectral (5001 components)");
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
  const InitialLayout start = spectral(graph_of(5'000, {}), 2);
  EXPECT_EQ(start.description, "spectral (5000 components)");
  const auto most = *std::max_element(start.layout.values().begin(), start.layout.values().end());
  EXPECT_NEAR(most, std::sqrt(5'000.0), 2.0);
}

TEST(SpectralStart, FallsBackOpenlyWhenThereAreTooFewPoints) {
  const EdgeGraph four = graph_of(4, clique(4, 0));
  EXPECT_EQ(spectral(four, 2).description, "spectral");
  const InitialLayout start = spectral(four, 3);
  EXPECT_EQ(start.description, "random");
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
  const InitialLayout one = run(1);
  EXPECT_EQ(one.description, "spectral (21 components)");
  for (const std::int64_t first : {0, 5'000, 7'660}) {  // rows of the large one, and of small ones
    double apart = 0;
    for (std::int64_t i = first; i < first + 140; ++i)
      apart = std::max(
          apart, std::hypot(static_cast<double>(one.layout.row(i)[0] - one.layout.row(first)[0]),
                            static_cast<double>(one.layout.row(i)[1] - one.layout.row(first)[1])));
    EXPECT_GT(apart, 1) << first;
  }
  for (const int threads : {2, 3, 7}) {
    EXPECT_EQ(run(threads).layout.values(), one.layout.values()) << threads << " threads";
  }
}

}  // namespace
}  // namespace nearfold
