// Where a set begins beside the one before it.
#pragma once

#include <cstdint>
#include <vector>

#include "aligned/ties.hpp"
#include "nearfold/matrix.hpp"

namespace nearfold {

enum class Scaling { none, fitted };

/// Rotates, reflects, moves and, where asked for, scales `own` so that the sum of squared distances
/// of its rows from their counterparts in `fixed` is least: as far as they say how, each direction
/// of which there is nothing among them being turned as little as may be. `counterpart` of each row
/// of own, -1: none; at least one is there. O(n dims^2 + dims^3), the same bytes everywhere.
/// Source: Schoenemann, "A generalized solution of the orthogonal Procrustes problem", 1966.
void turn_towards(Matrix& own, const Matrix& fixed, const std::vector<std::int32_t>& counterpart,
                  Scaling scaling);

/// Rows with a counterpart take its place; those without, the mean place of their neighbours that
/// have one, and where none has stay.
void take_places(Matrix& own, const Matrix& fixed, const std::vector<std::int32_t>& counterpart,
                 const Neighborhoods& neighbors);

}  // namespace nearfold
