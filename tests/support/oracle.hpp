// What the numeric stages should answer: O(n^2), double, serial, the plain formulas. Independent
// of src/: nothing here calls what it judges.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "graph/graph.hpp"
#include "math/tie_order.hpp"
#include "nearfold/knn.hpp"
#include "nearfold/matrix.hpp"
#include "nearfold/params.hpp"

namespace nearfold::oracle {

/// Square matrix of doubles.
struct Square {
  explicit Square(std::int64_t size) : n(size), values(static_cast<std::size_t>(size * size)) {}
  std::int64_t n;
  std::vector<double> values;
  double& operator()(std::int64_t i, std::int64_t j) {
    return values[static_cast<std::size_t>(i * n + j)];
  }
  double operator()(std::int64_t i, std::int64_t j) const {
    return values[static_cast<std::size_t>(i * n + j)];
  }
};

// ---- neighbours ---------------------------------------------------------------------------------

inline double distance(const Matrix& x, std::int64_t i, std::int64_t j) {
  double sum = 0;
  for (std::int64_t c = 0; c < x.cols(); ++c) {
    const double d = static_cast<double>(x.row(i)[c]) - static_cast<double>(x.row(j)[c]);
    sum += d * d;
  }
  return std::sqrt(sum);
}

/// All other points of point i, ascending by distance, equal ones in the order of the seed; by id
/// without one.
inline std::vector<std::pair<double, std::int32_t>> others(const Matrix& x, std::int64_t i,
                                                           std::optional<std::uint64_t> seed = 1) {
  std::vector<std::pair<double, std::int32_t>> all;
  for (std::int64_t j = 0; j < x.rows(); ++j)
    if (j != i) all.emplace_back(distance(x, i, j), static_cast<std::int32_t>(j));
  const TieOrder order = seed ? TieOrder(*seed, i) : TieOrder();
  std::sort(all.begin(), all.end(), [&](const auto& a, const auto& b) {
    return a.first != b.first ? a.first < b.first : order.key(a.second) < order.key(b.second);
  });
  return all;
}

/// The k nearest others of every point, ties as above.
inline KnnGraph neighbors(const Matrix& x, std::int64_t k, std::optional<std::uint64_t> seed = 1) {
  KnnGraph graph;
  graph.n = x.rows();
  graph.k = k;
  for (std::int64_t i = 0; i < x.rows(); ++i) {
    const auto row = others(x, i, seed);
    for (std::size_t j = 0; j < static_cast<std::size_t>(k); ++j) {
      graph.neighbors.push_back(row[j].second);
      graph.distances.push_back(static_cast<float>(row[j].first));
    }
  }
  return graph;
}

/// Share of a graph's neighbours that are as near as the true k-th, up to float rounding.
inline double recall(const Matrix& x, const KnnGraph& graph) {
  std::int64_t hits = 0;
  for (std::int64_t i = 0; i < graph.n; ++i) {
    const double reach = others(x, i)[static_cast<std::size_t>(graph.k - 1)].first * (1 + 1e-6);
    for (std::int64_t e = i * graph.k; e < (i + 1) * graph.k; ++e)
      hits += distance(x, i, graph.neighbors[static_cast<std::size_t>(e)]) <= reach ? 1 : 0;
  }
  return static_cast<double>(hits) / static_cast<double>(graph.n * graph.k);
}

// ---- weights ------------------------------------------------------------------------------------

/// Row i of a graph's distances in double.
inline std::vector<double> row(const KnnGraph& graph, std::int64_t i) {
  return {graph.distances.begin() + i * graph.k, graph.distances.begin() + (i + 1) * graph.k};
}

inline double perplexity(const std::vector<double>& p) {
  double entropy = 0;
  for (const double x : p)
    if (x > 0) entropy -= x * std::log(x);
  return std::exp(entropy);
}

/// p(j|i) of one row for a perplexity that can be reached, by bisection of log beta.
inline std::vector<double> conditional(const std::vector<double>& d, double wanted) {
  std::vector<double> p(d.size());
  double low = -120, high = 120;
  for (int step = 0; step < 200; ++step) {
    const double beta = std::exp(0.5 * (low + high));
    double sum = 0;
    for (std::size_t j = 0; j < d.size(); ++j)
      sum += p[j] = std::exp(-beta * (d[j] * d[j] - d[0] * d[0]));
    for (double& x : p) x /= sum;
    (perplexity(p) > wanted ? low : high) = 0.5 * (low + high);
  }
  return p;
}

/// t-SNE's P, dense: (p(j|i) + p(i|j)) / 2n.
inline Square affinities(const KnnGraph& graph, double wanted) {
  Square p(graph.n);
  for (std::int64_t i = 0; i < graph.n; ++i) {
    const std::vector<double> mine = conditional(row(graph, i), wanted);
    for (std::int64_t e = 0; e < graph.k; ++e) {
      const std::int32_t j = graph.neighbors[static_cast<std::size_t>(i * graph.k + e)];
      const double half = mine[static_cast<std::size_t>(e)] / static_cast<double>(2 * graph.n);
      p(i, j) += half;
      p(j, i) += half;
    }
  }
  return p;
}

struct Smooth {
  double rho, sigma;
};

/// umap-learn's smooth_knn_dist of one row d[k] without the point itself.
inline Smooth smooth_knn(const std::vector<double>& d, double connectivity, double mean_all) {
  std::vector<double> nonzero;
  for (const double x : d)
    if (x > 0) nonzero.push_back(x);
  double rho = 0;
  const auto index = static_cast<std::size_t>(std::min(connectivity, 1e6));
  const double part = connectivity - static_cast<double>(index);
  if (!nonzero.empty() && static_cast<double>(nonzero.size()) < connectivity)
    rho = nonzero.back();
  else if (!nonzero.empty() && index == 0)
    rho = part * nonzero[0];
  else if (!nonzero.empty())
    rho = nonzero[index - 1] + (part > 1e-5 ? part * (nonzero[index] - nonzero[index - 1]) : 0.0);
  const double target = std::log2(static_cast<double>(d.size()) + 1);
  double low = 0, high = HUGE_VAL, sigma = 1;
  for (int step = 0; step < 64; ++step) {
    double sum = 0;
    for (const double x : d) sum += x > rho ? std::exp(-(x - rho) / sigma) : 1.0;
    if (std::abs(sum - target) < 1e-5) break;
    (sum > target ? high : low) = sigma;
    sigma = std::isinf(high) ? 2 * sigma : 0.5 * (low + high);
  }
  double mean = 0;
  for (const double x : d) mean += x;
  mean = rho > 0 ? mean / (static_cast<double>(d.size()) + 1) : mean_all;
  return {rho, std::max(sigma, 1e-3 * mean)};
}

/// UMAP's fuzzy set, dense, before light edges are dropped.
inline Square memberships(const KnnGraph& graph, double connectivity, double mix) {
  double mean_all = 0;
  for (const float d : graph.distances) mean_all += static_cast<double>(d);
  mean_all /= static_cast<double>(graph.n * (graph.k + 1));
  Square a(graph.n), out(graph.n);
  for (std::int64_t i = 0; i < graph.n; ++i) {
    const std::vector<double> d = row(graph, i);
    const Smooth smooth = smooth_knn(d, connectivity, mean_all);
    for (std::size_t e = 0; e < d.size(); ++e) {
      const double beyond = d[e] - smooth.rho;
      const std::int32_t j = graph.neighbors[static_cast<std::size_t>(i * graph.k) + e];
      a(i, j) = beyond <= 0 || smooth.sigma == 0 ? 1.0 : std::exp(-beyond / smooth.sigma);
    }
  }
  for (std::int64_t i = 0; i < graph.n; ++i)
    for (std::int64_t j = 0; j < graph.n; ++j) {
      const double both = a(i, j) * a(j, i);
      out(i, j) = mix * (a(i, j) + a(j, i) - both) + (1 - mix) * both;
    }
  return out;
}

/// An edge graph as a dense matrix.
inline Square dense(const EdgeGraph& graph) {
  Square out(graph.n);
  for (std::int64_t i = 0; i < graph.n; ++i)
    for (std::int64_t e = graph.offsets[static_cast<std::size_t>(i)];
         e < graph.offsets[static_cast<std::size_t>(i) + 1]; ++e)
      out(i, graph.columns[static_cast<std::size_t>(e)]) +=
          static_cast<double>(graph.weights[static_cast<std::size_t>(e)]);
  return out;
}

// ---- t-SNE --------------------------------------------------------------------------------------

/// Z and the force sum_j q_ij w_ij (y_i - y_j) of every point, [n, dims]; w = 1 / (1 + d^2 / dof),
/// q = w^dof.
struct Repulsion {
  double z = 0;
  std::vector<double> force;
};

inline Repulsion repulsion(const std::vector<double>& y, int dims, double dof = 1) {
  const auto width = static_cast<std::size_t>(dims), n = y.size() / width;
  Repulsion out{0, std::vector<double>(y.size())};
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j < n; ++j) {
      if (i == j) continue;
      double d2 = 0;
      for (std::size_t c = 0; c < width; ++c)
        d2 += (y[i * width + c] - y[j * width + c]) * (y[i * width + c] - y[j * width + c]);
      const double w = 1 / (1 + d2 / dof), q = std::pow(w, dof);
      out.z += q;
      for (std::size_t c = 0; c < width; ++c)
        out.force[i * width + c] += q * w * (y[i * width + c] - y[j * width + c]);
    }
  return out;
}

/// KL(P || Q) of a layout y [n, dims].
inline double divergence(const Square& p, const std::vector<double>& y, int dims, double dof = 1) {
  const double z = repulsion(y, dims, dof).z;
  const auto width = static_cast<std::size_t>(dims), n = y.size() / width;
  double sum = 0;
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j < n; ++j) {
      const double pij = p(static_cast<std::int64_t>(i), static_cast<std::int64_t>(j));
      if (!(pij > 0)) continue;
      double d2 = 0;
      for (std::size_t c = 0; c < width; ++c)
        d2 += (y[i * width + c] - y[j * width + c]) * (y[i * width + c] - y[j * width + c]);
      sum += pij * (std::log(pij * z) + dof * std::log(1 + d2 / dof));
    }
  return sum;
}

inline std::vector<double> doubles(const Matrix& y) {
  return {y.values().begin(), y.values().end()};
}

}  // namespace nearfold::oracle
