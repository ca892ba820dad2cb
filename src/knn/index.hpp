// What an index is made of, and how it answers. A graph of an approximate method is an index asked
// for its own points.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "knn/candidates.hpp"
#include "knn/effort.hpp"
#include "knn/exact.hpp"
#include "knn/ivf.hpp"
#include "knn/recall.hpp"
#include "nearfold/knn.hpp"

namespace nearfold {

using IndexParams = std::variant<IvfKnn, HnswKnn>;  // methods that can be asked for new points

struct KnnIndex::State {
  IndexParams params;
  Distance distance;
  std::int64_t n = 0;
  std::uint64_t seed = 0;
  Projection projection;
  KnnRows rows;
  std::variant<IvfLists, HnswGraph> search;
};

KnnIndex::State make_index(const MetricSpace& space, const IndexParams& params, std::uint64_t seed,
                           const Cpu& on);

/// Throws InvalidInput when these cannot be the points that the index was made of: another shape,
/// or another short row for some of 64 points.
void check_same_points(const KnnIndex::State& index, const MetricSpace& space);

/// The smallest effort that reaches the target recall on the sample, which is of the points
/// themselves; the one that params name, when they do.
Effort tune(const KnnIndex::State& index, const MetricSpace& space, const ExactSample& sample,
            const Cpu& on);

/// The k nearest of each query; where fewer were found, distances are infinite and ids -1.
NeighborRows search_index(const KnnIndex::State& index, const MetricSpace& space,
                          const Queries& queries, int k, const Effort& effort, const Cpu& on);

/// The candidates of all rows of the index, in any order.
Candidates candidates_of_rows(const KnnIndex::State& index, const Effort& effort, const Cpu& on);

/// Answers rows that a search could not fill exactly.
void fill_exactly(NeighborRows& answer, const ExactSearch& exact, const Queries& queries,
                  const Cpu& on);

/// "ivf:nlist=1058,nprobe=24", as the tool takes it; without an effort "ivf:nlist=1058".
std::string describe(const KnnIndex::State& index, const std::optional<Effort>& effort = {});
std::string describe_ivf(int nlist, const std::optional<Effort>& effort = {});

}  // namespace nearfold
