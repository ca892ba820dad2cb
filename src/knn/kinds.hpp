// The neighbour methods by name, and their parameters by theirs, for files and other languages.
#pragma once

#include <array>
#include <concepts>
#include <type_traits>
#include <variant>

#include "nearfold/params.hpp"

namespace nearfold {

/// In the order of KnnParams.
inline constexpr std::array kKnnKinds = {"flat", "ivf", "hnsw", "nndescent", "auto"};
static_assert(kKnnKinds.size() == std::variant_size_v<KnnParams>);

inline constexpr std::array kZeroVectors = {"error", "far"};  // in the order of ZeroVectors

template <class P, class Params>
concept Of = std::same_as<std::remove_const_t<P>, Params>;

/// visit(name, value) for every parameter.
template <Of<FlatKnn> P, class Visit>
void for_each_field(P&, const Visit&) {}
template <Of<IvfKnn> P, class Visit>
void for_each_field(P& p, const Visit& visit) {
  visit("nlist", p.nlist);
  visit("nprobe", p.nprobe);
  visit("target_recall", p.target_recall);
}
template <Of<HnswKnn> P, class Visit>
void for_each_field(P& p, const Visit& visit) {
  visit("M", p.M);
  visit("ef_construction", p.ef_construction);
  visit("ef", p.ef);
  visit("target_recall", p.target_recall);
}
template <Of<NnDescentKnn> P, class Visit>
void for_each_field(P& p, const Visit& visit) {
  visit("n_iters", p.n_iters);
  visit("max_candidates", p.max_candidates);
  visit("target_recall", p.target_recall);
}
template <Of<AutoKnn> P, class Visit>
void for_each_field(P& p, const Visit& visit) {
  visit("target_recall", p.target_recall);
}

}  // namespace nearfold
