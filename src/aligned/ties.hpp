// src/aligned: maps of several sets that are optimised together. check.hpp says what is refused,
// ties.hpp which rows pull each other, start.hpp where a set begins beside the one before, pull.hpp
// how they move; aligned.cpp is the flow, over the stages of the pipeline.
//
// Ties: the rows of two sets that are the same thing, and how much their neighbourhoods agree.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "graph/graph.hpp"
#include "nearfold/aligned.hpp"

namespace nearfold {

/// The ends of each point's edges, ascending: row i is columns[offsets[i] .. offsets[i + 1]).
struct Neighborhoods {
  std::vector<std::int64_t> offsets;
  std::vector<std::int32_t> columns;

  std::int64_t n() const { return static_cast<std::int64_t>(offsets.size()) - 1; }
  std::span<const std::int32_t> row(std::int64_t i) const;
};

/// Of a weighted graph, by point.
Neighborhoods neighborhoods_of(const EdgeGraph& graph, const Cpu& on);

struct Tie {
  std::size_t from = 0, to = 0;           // sets, from < to
  std::vector<std::int32_t> ahead, back;  // counterpart of each row of `from`, of `to`; -1: none
  std::vector<float> similarity;          // J of each row of `from` that has one, in [0, 1]

  std::int64_t rows() const;  // that have a counterpart
};

/// Each set with those up to `window` sets behind it, relations being followed through the sets in
/// between; a set comes before the next, and its nearest first. J: common neighbours over those of
/// either, of which only those with counterparts count. Relations are right (check.hpp).
std::vector<Tie> ties_of(const std::vector<Neighborhoods>& sets,
                         std::span<const Relation> relations, int window, const Cpu& on);

}  // namespace nearfold
