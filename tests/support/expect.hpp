// Expectations that several tests share.
#pragma once

#include <gtest/gtest.h>

#include <string>

#include "nearfold/knn.hpp"
#include "nearfold/matrix.hpp"
#include "support/oracle.hpp"

namespace nearfold {

// A distance is a float sum of up to 300 squares in sixteen parts, and a root.
inline constexpr double kRounding = 2e-6;

inline void expect_contains(const std::string& text, const std::string& part) {
  EXPECT_NE(text.find(part), std::string::npos) << "'" << text << "' lacks '" << part << "'";
}

/// What call() says when it throws a Kind.
template <class Kind, class Call>
std::string error_of(const Call& call) {
  try {
    call();
  } catch (const Kind& error) {
    return error.what();
  }
  return "(no error of this kind)";
}

/// Distances of every `stride`-th row are the k smallest, and belong to the ids beside them.
inline void expect_exact(const Matrix& x, const KnnGraph& graph, std::int64_t stride = 1) {
  ASSERT_NO_THROW(graph.validate());
  for (std::int64_t i = 0; i < x.rows(); i += stride) {
    const auto wanted = oracle::others(x, i);
    for (std::int64_t e = 0; e < graph.k; ++e) {
      const auto at = static_cast<std::size_t>(i * graph.k + e);
      const auto found = static_cast<double>(graph.distances[at]);
      const double nearest = wanted[static_cast<std::size_t>(e)].first;
      ASSERT_NEAR(found, nearest, kRounding * nearest) << "row " << i << ", neighbour " << e;
      ASSERT_NEAR(found, oracle::distance(x, i, graph.neighbors[at]), kRounding * nearest)
          << "row " << i << ", neighbour " << e;
    }
  }
}

}  // namespace nearfold
