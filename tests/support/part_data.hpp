// Parts of a graph for tests: ranges of points, and what a graph of parts has to equal.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "nearfold/knn.hpp"
#include "nearfold/knn_parts.hpp"

namespace nearfold {

using Cuts = std::vector<std::int64_t>;  // where ranges begin and end
inline constexpr std::uint64_t kSeed = 7;

inline PointRows rows_in(HostMatrix<const float> x, std::int64_t begin, std::int64_t end) {
  return {{begin, end}, {x.row(begin), end - begin, x.cols()}};
}

inline AllPoints scanned(HostMatrix<const float> x, const Distance& distance = {}) {
  PointsScan scan(x.rows(), x.cols(), distance);
  for (std::int64_t r = 0; r < x.rows(); r += 37)
    scan.add({x.row(r), std::min<std::int64_t>(37, x.rows() - r), x.cols()});
  return scan.finish();
}

inline void expect_same(const KnnGraph& graph, const KnnGraph& whole, const std::string& what) {
  EXPECT_EQ(graph.n, whole.n) << what;
  EXPECT_EQ(graph.k, whole.k) << what;
  EXPECT_EQ(graph.neighbors, whole.neighbors) << what;
  EXPECT_EQ(graph.distances, whole.distances) << what;
  EXPECT_EQ(graph.tied_rows, whole.tied_rows) << what;
  EXPECT_EQ(graph.duplicates, whole.duplicates) << what;
  EXPECT_EQ(graph.metric, whole.metric) << what;
  EXPECT_EQ(graph.index, whole.index) << what;
}

}  // namespace nearfold
