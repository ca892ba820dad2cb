// What every search keeps: the nearest few, by distance, equal ones in the order of the query
// (math/tie_order.hpp).
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "math/ordered_bits.hpp"
#include "math/tie_order.hpp"
#include "nearfold/knn.hpp"

namespace nearfold {

inline constexpr float kInfinity = std::numeric_limits<float>::infinity();

/// (value, id) as one integer that orders the same way. Selecting integers is several times faster
/// than pairs.
using Candidate = std::uint64_t;

inline Candidate candidate(float value, std::int32_t id) {
  return (std::uint64_t{ordered_bits(value)} << 32) | static_cast<std::uint32_t>(id);
}
inline float value_of(Candidate c) {
  return float_of_ordered(static_cast<std::uint32_t>(c >> 32));
}
inline std::int32_t id_of(Candidate c) {
  return static_cast<std::int32_t>(c & 0xffffffffu);
}

/// A candidate among rows with a mark: its id is twice the row, plus 1 when a walk has followed it.
using Visit = Candidate;
inline constexpr Visit kFollowed = 1;

inline Visit make_visit(float measure, std::int32_t row) {
  return candidate(measure, static_cast<std::int32_t>(static_cast<std::uint32_t>(row) << 1));
}
inline float measure_of(Visit v) {
  return value_of(v);
}
inline std::int32_t row_of(Visit v) {
  return static_cast<std::int32_t>(static_cast<std::uint32_t>(v) >> 1);
}

/// The k nearest so far, ascending by distance, equal ones as `order` has them. What is offered as
/// i has the id first_id + i.
class Nearest {
 public:
  Nearest(int k, TieOrder order, std::int32_t first_id = 0)
      : k_(static_cast<std::size_t>(k)), order_(order), first_id_(first_id) {}
  bool full() const { return best_.size() == k_; }
  /// A larger distance cannot come in.
  float reach() const { return full() ? value_of(best_.back()) : kInfinity; }
  /// Whether others are as far as the last: which of them came in was the order's choice.
  bool tied() const { return full() && left_out_ == reach(); }

  void offer(float distance, std::int32_t id) {
    if (distance <= reach()) take(keyed(distance, id));
  }
  /// Points at one distance, but for `self`. Of many hardly any come in.
  void offer(float distance, std::span<const std::int32_t> ids, std::int32_t self) {
    constexpr std::size_t kBlock = 64;
    for (std::size_t from = 0; from < ids.size() && distance <= reach(); from += kBlock) {
      const auto some = ids.subspan(from, std::min(kBlock, ids.size() - from));
      const Candidate last = full() ? best_.back() : ~Candidate{0};
      Candidate all[kBlock];
      int nearer = 0;
      for (std::size_t l = 0; l < some.size(); ++l) {
        all[l] = keyed(distance, some[l]);
        nearer += all[l] < last ? 1 : 0;
      }
      if (nearer > 0) {
        for (std::size_t l = 0; l < some.size(); ++l)
          if (some[l] != self) take(all[l]);
      } else if (some.size() > 1 || some[0] != self) {
        left_out_ = std::min(left_out_, distance);
      }
    }
  }
  /// Others at this distance stayed out of what was offered, which was at most as far.
  void leave_out(float distance) { left_out_ = std::min(left_out_, distance); }
  /// Ids, not keys, in the order of the rows of a graph.
  std::vector<Candidate> sorted() const {
    std::vector<Candidate> ids(best_.size());
    std::transform(best_.begin(), best_.end(), ids.begin(), [&](Candidate c) {
      return candidate(value_of(c), order_.id(static_cast<std::uint32_t>(c)));
    });
    return ids;
  }

 private:
  Candidate keyed(float distance, std::int32_t at) const {
    return candidate(distance, static_cast<std::int32_t>(order_.key(first_id_ + at)));
  }
  void take(Candidate c) {
    if (full()) {
      const Candidate out = std::max(c, best_.back());
      left_out_ = std::min(left_out_, value_of(out));
      if (out == c) return;
      best_.pop_back();
    }
    best_.insert(std::upper_bound(best_.begin(), best_.end(), c), c);
  }

  std::size_t k_;
  TieOrder order_;
  std::int32_t first_id_;
  std::vector<Candidate> best_;  // of keys
  float left_out_ = kInfinity;   // the nearest of those that did not stay
};

/// Rows of k neighbours with their distances: what is common to a graph and to a query's answer.
struct NeighborRows {
  std::int64_t n = 0;
  std::int64_t k = 0;
  std::vector<std::int32_t> ids;
  std::vector<float> distances;
  std::vector<char> tied;  // of exact rows: whether others are as far as the last

  NeighborRows() = default;
  NeighborRows(std::int64_t rows, std::int64_t count)
      : n(rows),
        k(count),
        ids(static_cast<std::size_t>(rows * count)),
        distances(static_cast<std::size_t>(rows * count)),
        tied(static_cast<std::size_t>(rows)) {}

  void set(std::int64_t row, const Nearest& nearest) {
    tied[static_cast<std::size_t>(row)] = nearest.tied() ? 1 : 0;
    set(row, nearest.sorted());
  }
  void set(std::int64_t row, const std::vector<Candidate>& sorted) {
    auto at = static_cast<std::size_t>(row * k);
    for (const Candidate c : sorted) {
      ids[at] = id_of(c);
      distances[at++] = value_of(c);
    }
  }
  void copy_row(const NeighborRows& from, std::int64_t row, std::int64_t to) {
    std::copy_n(from.ids.begin() + row * k, k, ids.begin() + to * k);
    std::copy_n(from.distances.begin() + row * k, k, distances.begin() + to * k);
    tied[static_cast<std::size_t>(to)] = from.tied[static_cast<std::size_t>(row)];
  }
};

/// Rows of neighbours that were not found yet: ids -1, infinitely far.
inline NeighborRows unfilled_rows(std::int64_t n, std::int64_t k) {
  NeighborRows rows(n, k);
  std::fill(rows.ids.begin(), rows.ids.end(), -1);
  std::fill(rows.distances.begin(), rows.distances.end(), kInfinity);
  return rows;
}

}  // namespace nearfold
