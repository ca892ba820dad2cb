// The files of `nearfold aligned`: which rows of neighbouring sets are the same thing, and labels
// of several sets under one legend.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "io/io.hpp"
#include "nearfold/aligned.hpp"

namespace nearfold::cli {

inline constexpr const char* kSameRows = "same";

/// Of sets of n and m rows: every row with itself for the word `same`, or pairs of row numbers from
/// 0, a line or row each, of a file of integers. Throws InvalidInput where `same` is of other
/// numbers of rows; whether a set has such rows is checked with it (aligned/check.hpp).
Relation read_relation(const std::string& word, std::int64_t n, std::int64_t m);

/// Ids of all become ids of the names of all, which are returned; nothing where they are numbers.
std::vector<std::string> share_names(std::vector<io::Labels>& labels);

}  // namespace nearfold::cli
