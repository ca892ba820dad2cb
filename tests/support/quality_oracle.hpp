// What the scores of a map should be: all pairs and all triplets, in double, by their definitions.
// Independent of src/: nothing here calls what it judges.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <map>
#include <vector>

#include "support/oracle.hpp"
#include "support/query_oracle.hpp"

namespace nearfold::quality_oracle {

using oracle::Square;

inline Square distances(const Matrix& x, Metric metric) {
  double longest = 0;
  std::vector<query_oracle::Row> rows;
  for (std::int64_t i = 0; i < x.rows(); ++i) {
    rows.push_back(query_oracle::row_of(x, i));
    longest = std::max(longest, std::sqrt(query_oracle::dot(rows.back(), rows.back())));
  }
  Square d(x.rows());
  for (std::int64_t i = 0; i < d.n; ++i)
    for (std::int64_t j = 0; j < d.n; ++j)
      d(i, j) = query_oracle::distance(metric, rows[static_cast<std::size_t>(i)],
                                       rows[static_cast<std::size_t>(j)], longest);
  return d;
}

/// The others of point i, nearest first, ties by id.
inline std::vector<std::int64_t> others(const Square& d, std::int64_t i) {
  std::vector<std::int64_t> ids;
  for (std::int64_t j = 0; j < d.n; ++j)
    if (j != i) ids.push_back(j);
  std::stable_sort(ids.begin(), ids.end(), [&](auto a, auto b) { return d(i, a) < d(i, b); });
  return ids;
}

/// Mean share of common neighbours.
inline double overlap(const Square& a, const Square& b, int k) {
  std::int64_t common = 0;
  for (std::int64_t i = 0; i < a.n; ++i) {
    const auto left = others(a, i), right = others(b, i);
    for (int e = 0; e < k; ++e)
      common += std::count(left.begin(), left.begin() + k, right[static_cast<std::size_t>(e)]);
  }
  return static_cast<double>(common) / static_cast<double>(a.n * k);
}

/// Venna and Kaski's, as in scikit-learn's documentation; continuity with the two exchanged.
inline double trustworthiness(const Square& points, const Square& layout, int k) {
  double sum = 0;
  for (std::int64_t i = 0; i < points.n; ++i) {
    const auto order = others(points, i), near = others(layout, i);
    for (int e = 0; e < k; ++e) {
      const auto at = std::find(order.begin(), order.end(), near[static_cast<std::size_t>(e)]);
      const auto rank = static_cast<double>(at - order.begin() + 1);
      sum += std::max(0.0, rank - k);
    }
  }
  const auto n = static_cast<double>(points.n);
  return 1 - 2 / (n * k * (2 * n - 3 * k - 1)) * sum;
}

/// Over all triplets of different points.
inline double triplet_accuracy(const Square& points, const Square& layout) {
  std::int64_t hits = 0, all = 0;
  for (std::int64_t i = 0; i < points.n; ++i)
    for (std::int64_t j = 0; j < points.n; ++j)
      for (std::int64_t l = 0; l < points.n; ++l) {
        if (i == j || i == l || j == l) continue;
        ++all;
        hits += (points(i, j) < points(i, l)) == (layout(i, j) < layout(i, l)) ? 1 : 0;
      }
  return static_cast<double>(hits) / static_cast<double>(all);
}

inline std::vector<double> ranks(const std::vector<double>& values) {
  std::vector<double> sorted = values, out;
  std::sort(sorted.begin(), sorted.end());
  for (const double value : values) {
    const auto [first, last] = std::equal_range(sorted.begin(), sorted.end(), value);
    out.push_back(0.5 *
                  static_cast<double>((first - sorted.begin()) + (last - sorted.begin()) + 1));
  }
  return out;
}

/// Over all ordered pairs of different points: Pearson's formula on ranks.
inline double spearman(const Square& points, const Square& layout) {
  std::vector<double> x, y;
  for (std::int64_t i = 0; i < points.n; ++i)
    for (std::int64_t j = 0; j < points.n; ++j) {
      if (i == j) continue;
      x.push_back(points(i, j));
      y.push_back(layout(i, j));
    }
  const std::vector<double> a = ranks(x), b = ranks(y);
  double sa = 0, sb = 0, saa = 0, sbb = 0, sab = 0;
  for (std::size_t p = 0; p < a.size(); ++p) {
    sa += a[p];
    sb += b[p];
    saa += a[p] * a[p];
    sbb += b[p] * b[p];
    sab += a[p] * b[p];
  }
  const auto count = static_cast<double>(a.size());
  return (count * sab - sa * sb) / std::sqrt((count * saa - sa * sa) * (count * sbb - sb * sb));
}

/// Share of points with the label of most of their k nearest; every point has a label.
inline double label_accuracy(const Square& layout, const std::vector<std::int32_t>& labels, int k) {
  std::int64_t hits = 0;
  for (std::int64_t i = 0; i < layout.n; ++i) {
    const auto near = others(layout, i);
    std::map<std::int32_t, int> votes;
    for (int e = 0; e < k; ++e)
      ++votes[labels[static_cast<std::size_t>(near[static_cast<std::size_t>(e)])]];
    const auto winner = std::max_element(votes.begin(), votes.end(),
                                         [](auto& a, auto& b) { return a.second < b.second; });
    hits += winner->first == labels[static_cast<std::size_t>(i)] ? 1 : 0;
  }
  return static_cast<double>(hits) / static_cast<double>(layout.n);
}

/// Mean of (b - a) / max(a, b); every point has a label.
inline double silhouette(const Square& layout, const std::vector<std::int32_t>& labels) {
  double sum = 0;
  for (std::int64_t i = 0; i < layout.n; ++i) {
    std::map<std::int32_t, std::vector<double>> to;
    for (std::int64_t j = 0; j < layout.n; ++j)
      if (j != i) to[labels[static_cast<std::size_t>(j)]].push_back(layout(i, j));
    double a = -1, b = HUGE_VAL;
    for (const auto& [label, all] : to) {
      double mean = 0;
      for (const double d : all) mean += d / static_cast<double>(all.size());
      if (label == labels[static_cast<std::size_t>(i)])
        a = mean;
      else
        b = std::min(b, mean);
    }
    if (a >= 0 && std::max(a, b) > 0) sum += (b - a) / std::max(a, b);  // else alone: 0
  }
  return sum / static_cast<double>(layout.n);
}

/// Of two maps in the plane: the best turn, or the best mirrored turn, in closed form.
inline double procrustes(const Matrix& a, const Matrix& b) {
  const auto normalized = [](const Matrix& map) {
    std::vector<double> out = oracle::doubles(map);
    for (std::size_t c = 0; c < 2; ++c) {
      double mean = 0;
      for (std::size_t at = c; at < out.size(); at += 2) mean += 2 * out[at];
      for (std::size_t at = c; at < out.size(); at += 2)
        out[at] -= mean / static_cast<double>(out.size());
    }
    double norm = 0;
    for (const double x : out) norm += x * x;
    for (double& x : out) x /= std::sqrt(norm);
    return out;
  };
  const std::vector<double> u = normalized(a), v = normalized(b);
  double xx = 0, xy = 0, yx = 0, yy = 0;
  for (std::size_t at = 0; at < u.size(); at += 2) {
    xx += u[at] * v[at];
    xy += u[at] * v[at + 1];
    yx += u[at + 1] * v[at];
    yy += u[at + 1] * v[at + 1];
  }
  const double common = std::max(std::hypot(xx + yy, xy - yx), std::hypot(xx - yy, xy + yx));
  return 1 - common * common;
}

}  // namespace nearfold::quality_oracle
