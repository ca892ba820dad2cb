// Scores of two neighbouring sets once both have maps.
#pragma once

#include "aligned/ties.hpp"
#include "nearfold/aligned.hpp"

namespace nearfold {

/// `a` and `b`: maps of the tie's sets. O(n dims).
Relatedness relatedness_of(const Tie& tie, const Matrix& a, const Matrix& b);

}  // namespace nearfold
