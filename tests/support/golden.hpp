// The files of golden/, which umap-learn and openTSNE made: see golden/make_golden.py.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "nearfold/matrix.hpp"
#include "support/oracle.hpp"

namespace nearfold::golden {

inline std::ifstream open(const std::string& name) {
  const auto path = std::filesystem::path(NEARFOLD_TESTS) / "golden" / name;
  std::ifstream file(path);
  EXPECT_TRUE(file.is_open()) << path << " is missing: make it with golden/make_golden.py";
  return file;
}

/// The upper triangle "i j weight", mirrored.
inline oracle::Square weights(const std::string& name, std::int64_t n) {
  std::ifstream file = open(name);
  oracle::Square out(n);
  std::int64_t i = 0, j = 0;
  for (double w = 0; file >> i >> j >> w;) out(i, j) = out(j, i) = w;
  return out;
}

/// Rows of numbers.
inline Matrix rows(const std::string& name, std::int64_t n, std::int64_t columns) {
  std::ifstream file = open(name);
  Matrix x(n, columns);
  for (float& value : x.span()) file >> value;
  EXPECT_TRUE(file.good());
  return x;
}

/// The 200 points that all of them are of.
inline Matrix points() {
  return rows("points.txt", 200, 4);
}

}  // namespace nearfold::golden
