// Graphs and points for the tests of initializations, and ways to compare them.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <utility>
#include <vector>

#include "graph/graph.hpp"
#include "math/normal.hpp"
#include "math/philox.hpp"
#include "nearfold/matrix.hpp"

namespace nearfold {

inline constexpr std::uint64_t kSeed = 7;
inline const Cpu kOn{2};

using Edges = std::vector<std::pair<std::int32_t, std::int32_t>>;

/// Unit weights, or `weight` for the last edge.
inline EdgeGraph graph_of(std::int64_t n, const Edges& edges, float last_weight = 1.0f) {
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

inline Edges ring(std::int32_t n, std::int32_t first = 0) {
  Edges edges;
  for (std::int32_t i = 0; i < n; ++i) edges.emplace_back(first + i, first + (i + 1) % n);
  return edges;
}

inline Edges clique(std::int32_t n, std::int32_t first) {
  Edges edges;
  for (std::int32_t i = 0; i < n; ++i) {
    for (std::int32_t j = 0; j < i; ++j) edges.emplace_back(first + i, first + j);
  }
  return edges;
}

inline void append(Edges& to, const Edges& from) {
  to.insert(to.end(), from.begin(), from.end());
}

/// Normal points; column c is `spread` / (c + 1) wide.
inline Matrix normal_points(std::int64_t n, std::int64_t dim, float spread, float offset = 0) {
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
inline EdgeGraph neighbor_graph(const Matrix& x, int k) {
  std::vector<std::vector<std::pair<std::int32_t, float>>> rows(static_cast<std::size_t>(x.rows()));
  for (std::int64_t i = 0; i < x.rows(); ++i) {
    std::vector<std::pair<float, std::int32_t>> others;
    for (std::int64_t j = 0; j < x.rows(); ++j) {
      float d2 = 0;
      for (std::int64_t c = 0; c < x.cols(); ++c) {
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
  graph.n = x.rows();
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

/// Sum over n entries, `stride` apart.
inline double product(const float* a, const float* b, std::int64_t n, std::int64_t stride = 1) {
  double sum = 0;
  for (std::int64_t i = 0; i < n; ++i) {
    sum += static_cast<double>(a[i * stride]) * static_cast<double>(b[i * stride]);
  }
  return sum;
}

inline double largest_difference(const Matrix& a, const Matrix& b) {
  double most = 0;
  for (std::size_t i = 0; i < a.values().size(); ++i) {
    most = std::max(
        most, std::abs(static_cast<double>(a.values()[i]) - static_cast<double>(b.values()[i])));
  }
  return most;
}

inline bool all_finite(const Matrix& m) {
  return std::all_of(m.values().begin(), m.values().end(),
                     [](float v) { return std::isfinite(v); });
}

}  // namespace nearfold
