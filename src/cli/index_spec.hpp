// Neighbour methods as --index takes them: "flat", "ivf:target_recall=0.9",
// "ivf:nlist=200,nprobe=8".
#pragma once

#include <string>
#include <vector>

#include "nearfold/params.hpp"

namespace nearfold::cli {

/// flat, ivf, hnsw, nndescent, auto.
const std::vector<std::string>& index_kinds();

/// How --help shows one: "{flat,...}[:NAME=VALUE,...]".
std::string index_type();

/// Those that have a parameter of this name, in any spelling; none where it is none.
std::vector<std::string> index_kinds_with(const std::string& parameter);

/// The method that a word names; its parameters follow after a colon, with the names of
/// nearfold/params.hpp:
///   flat
///   ivf        nlist, nprobe, target_recall, faiss (true or false; said only where it is true)
///   hnsw       M, ef_construction, ef, target_recall
///   nndescent  n_iters, max_candidates, target_recall
///   auto       target_recall
/// Throws InvalidParameter naming the part that is none of these, and those that are.
KnnParams parse_index(const std::string& spec);

/// The same method with every parameter written out, those that are automatic as "auto".
std::string index_spec(const KnnParams& params);

}  // namespace nearfold::cli
