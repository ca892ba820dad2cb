// Neighbour methods in one word each: "flat", "ivf:target=0.9", "ivf:nlist=200:nprobe=8".
#pragma once

#include <string>

#include "nearfold/params.hpp"

namespace nearfold::cli {

/// The method that a word names; its parameters follow after colons:
///   flat
///   ivf        target, nlist, nprobe
///   hnsw       target, m, ef_construction, ef
///   nndescent  target, iterations, max_candidates
///   auto       target
/// Throws InvalidParameter naming the part that is none of these, and those that are.
KnnParams parse_index(const std::string& spec);

}  // namespace nearfold::cli
