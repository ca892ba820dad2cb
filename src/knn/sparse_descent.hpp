// Neighbours of neighbours among sparse rows, from where another search begins.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "knn/sparse_rows.hpp"
#include "knn/top_k.hpp"

namespace nearfold {

/// Candidates of each point, `count` of them, near ones first by what their common columns say;
/// kNoVisit where there are fewer.
struct SparseCandidates {
  std::int64_t n = 0;
  int count = 0;
  std::vector<Visit> visits;  // [n, count]
};
inline constexpr Visit kNoVisit = ~Visit{0};

/// Candidates that get better step by step. All rows of a step read one snapshot: the same bytes
/// for any number of threads. Source: Dong, Moses, Li, WWW 2011. Refers to the space.
class SparseDescent {
 public:
  /// Lists of `count` rows, of which a point follows the first `hops`, and as many of those that
  /// hold it.
  SparseDescent(const SparseSpace& space, int count, int hops, const Cpu& on);

  /// Measures every point against `others` [n, any] ids, -1 for none. Lists that are still short
  /// are filled up with rows from a place that their number draws.
  void offer(const std::vector<std::int32_t>& others);

  /// Measures every point against the hops of its hops, where one of the two steps is new; the
  /// share of the candidates that are new hops after it.
  double improve();

  /// Half as many hops more, and once all of a list are hops, lists of twice the length, at most
  /// `most` long; all steps are new again. False where there is no more.
  bool widen(int most);

  const SparseCandidates& lists() const { return lists_; }

 private:
  struct Scratch;
  struct Holders;

  /// visit(row, scratch) for all rows.
  template <class Visitor>
  void for_rows(const Visitor& visit) const;
  void fill_up(std::int64_t i, std::vector<std::int32_t>& ids) const;
  std::span<const Visit> list(std::int64_t i) const;
  std::span<const Visit> hops(std::int64_t i) const;
  Holders find_holders() const;
  template <class Visitor>
  void for_hops(std::int64_t i, const Holders& holders, const Visitor& visit) const;
  void gather_hops(std::int64_t i, const Holders& holders, std::vector<std::int32_t>& rows) const;
  void measure(std::int64_t i, Scratch& scratch) const;
  std::int64_t take(std::int64_t i, bool followed, Scratch& scratch, Visit* to) const;
  Visit* row_in(std::vector<Visit>& visits, std::int64_t i) const {
    return visits.data() + i * lists_.count;
  }

  const SparseSpace& space_;
  const Cpu& on_;
  int hops_;
  SparseCandidates lists_;
};

}  // namespace nearfold
