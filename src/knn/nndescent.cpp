// NN-descent: a neighbour of a neighbour is probably a neighbour.
//
// A start that is half right comes from the leaves of the k-d tree and of some random trees. Then
// every row repeatedly measures itself against the hops of its hops, where one of the two steps is
// new. Lists only gather: in an iteration all rows read one snapshot, the hops, and write their own
// list, so that no thread sees what another does. Rows found twice are dropped before they are
// measured, by a bitmap; that costs less than measuring half as often in pairs, whose two ends
// would have to look through their lists for what they already have.
#include <algorithm>
#include <atomic>
#include <numeric>
#include <utility>

#include "core/parallel.hpp"
#include "knn/candidates.hpp"
#include "knn/top_k.hpp"
#include "math/philox.hpp"

namespace nearfold {
namespace {

constexpr std::int64_t kSmall = 1024;      // up to here all pairs are measured
constexpr std::int64_t kTreeLeaf = 256;    // of the order of KnnRows
constexpr std::int64_t kRandomLeaf = 128;  // of the random trees, at most
constexpr int kRandomTrees = 8;            // MNIST starts at a recall of 0.6; with 4, at 0.45
constexpr double kLeft = 0.8;  // after each iteration, as far as known: they end when they do
constexpr int kMaxIterations = 64;
constexpr double kSlow = 0.05;      // share of new hops: little moves, they may lie further out
constexpr double kSettled = 0.001;  // nothing moves any more

/// Followed: it has been a hop.
using Entry = Visit;
constexpr Entry kNone = ~Entry{0};

// ---- random trees -----------------------------------------------------------------------------

float dot(const float* a, const float* b, std::int64_t width) {
  constexpr int kParts = 16;  // rows are padded to a multiple
  float part[kParts] = {};
  for (std::int64_t c = 0; c < width; c += kParts)
    for (int l = 0; l < kParts; ++l) part[l] += a[c + l] * b[c + l];
  for (int size = kParts / 2; size > 0; size /= 2)
    for (int l = 0; l < size; ++l) part[l] += part[l + size];
  return part[0];
}

/// Where a row lies between two others, by the bits that it shares with either.
float bits_between(const float* a, const float* b, const float* row, std::int64_t width) {
  return static_cast<float>(unequal_bits(row, b, width) - unequal_bits(row, a, width));
}

/// Halves a node of a tree across the line through two of its rows.
void halve(const KnnRows& rows, const Random4& random, Candidate* begin, Candidate* middle,
           Candidate* end) {
  const auto any = [&](std::uint32_t bits) {
    return rows.rows.row(id_of(begin[to_range(bits, static_cast<std::uint32_t>(end - begin))]));
  };
  const float *const a = any(random.v[0]), *const b = any(random.v[1]);
  std::vector<float> line(static_cast<std::size_t>(rows.rows.cols()));
  for (std::size_t c = 0; c < line.size(); ++c) line[c] = a[c] - b[c];
  const bool bits = rows.norm == Norm::bits;
  std::transform(begin, end, begin, [&](Candidate c) {
    const float* const row = rows.rows.row(id_of(c));
    return candidate(
        bits ? bits_between(a, b, row, rows.rows.cols()) : dot(line.data(), row, rows.rows.cols()),
        id_of(c));
  });
  std::nth_element(begin, middle, end);
}

/// All rows in the order of the leaves of a tree of `leaves`, a power of two: leaf f is
/// [f n / leaves, (f + 1) n / leaves).
std::vector<std::int32_t> random_tree(const KnnRows& rows, std::int64_t leaves, int tree,
                                      std::uint64_t seed, const Cpu& on) {
  std::vector<Candidate> order(static_cast<std::size_t>(rows.n()));
  std::iota(order.begin(), order.end(), Candidate{0});
  const auto leaf = [&](std::int64_t f) { return order.data() + f * rows.n() / leaves; };
  for (std::int64_t nodes = 1; nodes < leaves; nodes *= 2)
    parallel_for(on.threads, nodes, 1, [&](std::int64_t node, std::int64_t) {
      const std::int64_t share = leaves / nodes, first = node * share;
      const Random4 random = random4(seed, Stream::knn, static_cast<std::uint64_t>(nodes + node),
                                     static_cast<std::uint32_t>(tree));
      halve(rows, random, leaf(first), leaf(first + share / 2), leaf(first + share));
    });
  std::vector<std::int32_t> ids(order.size());
  std::transform(order.begin(), order.end(), ids.begin(), id_of);
  return ids;
}

// ---- the descent ------------------------------------------------------------------------------

/// The rows found for one row, each once. Those that need no measuring are found first.
class Found {
 public:
  explicit Found(std::int64_t n) : seen_(static_cast<std::size_t>((n + 63) / 64)) {}

  /// Room for `more` calls of add().
  void reserve(std::size_t more) {
    if (rows_.size() < used_ + more) rows_.resize(used_ + more);
  }
  void add(std::int32_t row) {
    std::uint64_t& word = seen_[static_cast<std::size_t>(row) / 64];
    const std::uint64_t bit = std::uint64_t{1} << (row & 63);
    rows_[used_] = row;
    used_ += (word & bit) == 0 ? 1 : 0;
    word |= bit;
  }
  /// What was found so far needs no measuring.
  void set_known() { known_ = used_; }
  const std::int32_t* rows() const { return rows_.data() + known_; }
  std::size_t size() const { return used_ - known_; }
  void clear() {
    for (std::size_t f = 0; f < used_; ++f) seen_[static_cast<std::size_t>(rows_[f]) / 64] = 0;
    used_ = known_ = 0;
  }

  std::vector<float> measures;      // of rows()
  std::vector<Entry> near, merged;  // of rows(): those for the list; with the list

 private:
  std::vector<std::uint64_t> seen_;  // a bit per row
  std::vector<std::int32_t> rows_;
  std::size_t used_ = 0, known_ = 0;
};

class Descent {
 public:
  Descent(const KnnRows& rows, int count, int max_candidates, const Cpu& on)
      : rows_(rows),
        on_(on),
        n_(rows.n()),
        count_(count),
        most_hops_(max_candidates),
        own_hops_(std::max(1, max_candidates * 3 / 4)),
        kept_(std::max(count, own_hops_)),
        window_(own_hops_),
        lists_(static_cast<std::size_t>(n_ * kept_), kNone) {}

  void measure_all_pairs() {
    const std::vector<std::int32_t> all = in_order();
    parallel_for(on_.threads, n_, 64,
                 [&](std::int64_t begin, std::int64_t end) { meet(all.data(), n_, begin, end); });
  }

  void start(std::uint64_t seed) {
    const std::vector<std::int32_t> all = in_order();
    parallel_for(on_.threads, n_, kTreeLeaf, [&](std::int64_t begin, std::int64_t end) {
      meet(all.data() + begin, end - begin, 0, end - begin);
    });
    std::int64_t leaves = 1;
    while (n_ > leaves * kRandomLeaf) leaves *= 2;
    for (int tree = 0; tree < kRandomTrees; ++tree) {
      const std::vector<std::int32_t> order = random_tree(rows_, leaves, tree, seed, on_);
      parallel_for(on_.threads, leaves, 1, [&](std::int64_t leaf, std::int64_t) {
        const std::int64_t begin = leaf * n_ / leaves, end = (leaf + 1) * n_ / leaves;
        meet(order.data() + begin, end - begin, 0, end - begin);
      });
    }
  }

  void start(const Candidates& from) {
    parallel_for(on_.threads, n_, kTreeLeaf, [&](std::int64_t begin, std::int64_t end) {
      Found found(n_);
      for (std::int64_t r = begin; r < end; ++r) {
        know_list(static_cast<std::int32_t>(r), found);
        found.reserve(static_cast<std::size_t>(from.count) + 1);
        for (int c = 0; c < from.count; ++c)
          if (const std::int32_t row = from.rows[static_cast<std::size_t>(r * from.count + c)];
              row >= 0)
            found.add(row);
        take(static_cast<std::int32_t>(r), found);
      }
    });
  }

  /// Returns the share of hops that were new to this iteration.
  double iterate() {
    const double fresh = choose_hops();
    add_reverse_hops();
    parallel_for(on_.threads, n_, kTreeLeaf, [&](std::int64_t begin, std::int64_t end) {
      Found found(n_);
      for (std::int64_t r = begin; r < end; ++r) follow_hops(static_cast<std::int32_t>(r), found);
    });
    return fresh;
  }

  /// Lets hops lie further out in the lists; false when they may lie anywhere.
  bool widen() {
    if (window_ == kept_) return false;
    window_ = std::min(kept_, window_ + own_hops_);
    return true;
  }

  /// A copy of the lists; it costs next to nothing of an iteration.
  Candidates candidates() const {
    Candidates all{n_, count_, std::vector<std::int32_t>(static_cast<std::size_t>(n_ * count_))};
    parallel_for(on_.threads, n_, kGrain, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t r = begin; r < end; ++r)
        std::transform(lists_.begin() + r * kept_, lists_.begin() + r * kept_ + count_,
                       all.rows.begin() + r * count_,
                       [](Entry e) { return e == kNone ? -1 : row_of(e); });
    });
    return all;
  }

 private:
  /// Hops of a row, at most most_hops_: first the `fresh` new ones.
  struct Hops {
    int fresh = 0, total = 0;
  };

  Entry* list(std::int64_t row) { return lists_.data() + row * kept_; }
  std::int32_t* hops(std::int64_t row) { return hops_.data() + row * most_hops_; }
  Hops& sizes(std::int64_t row) { return sizes_[static_cast<std::size_t>(row)]; }

  std::vector<std::int32_t> in_order() const {
    std::vector<std::int32_t> all(static_cast<std::size_t>(n_));
    std::iota(all.begin(), all.end(), 0);
    return all;
  }

  /// Measures members [begin, end) of a group of rows against all of it.
  void meet(const std::int32_t* group, std::int64_t size, std::int64_t begin, std::int64_t end) {
    Found found(n_);
    for (std::int64_t m = begin; m < end; ++m) {
      know_list(group[m], found);
      found.reserve(static_cast<std::size_t>(size) + 1);
      for (std::int64_t o = 0; o < size; ++o) found.add(group[o]);
      take(group[m], found);
    }
  }

  /// The row itself and its list need no measuring.
  void know_list(std::int32_t row, Found& found) {
    found.reserve(static_cast<std::size_t>(kept_) + 1);
    found.add(row);
    const Entry* const mine = list(row);
    for (int e = 0; e < kept_ && mine[e] != kNone; ++e) found.add(row_of(mine[e]));
    found.set_known();
  }

  /// Measures what was found and takes the nearest into the list of `row`.
  void take(std::int32_t row, Found& found) {
    const std::size_t size = found.size();
    if (found.measures.size() < size) found.measures.resize(size);
    measure(rows_, rows_.rows.row(row), rows_.square(row), found.rows(),
            static_cast<std::int64_t>(size), found.measures.data());
    Entry* const mine = list(row);
    std::vector<Entry>& near = found.near;
    near.resize(size + 1);
    std::size_t used = 0;
    for (std::size_t f = 0; f < size; ++f) {
      near[used] = make_visit(found.measures[f], found.rows()[f]);
      used += near[used] < mine[kept_ - 1] ? 1 : 0;
    }
    found.clear();
    if (used == 0) return;
    const auto end = near.begin() + static_cast<std::ptrdiff_t>(used);
    const auto nearest = used > static_cast<std::size_t>(kept_) ? near.begin() + kept_ : end;
    if (nearest != end) std::nth_element(near.begin(), nearest - 1, end);
    std::sort(near.begin(), nearest);
    found.merged.resize(static_cast<std::size_t>(kept_) + used);
    std::merge(mine, mine + kept_, near.begin(), nearest, found.merged.begin());
    std::copy_n(found.merged.begin(), kept_, mine);
  }

  /// The hops of a row are the nearest of its window that have not been one, and where these are
  /// few, the nearest that have. Returns the share of the former.
  double choose_hops() {
    hops_.resize(static_cast<std::size_t>(n_ * most_hops_));
    sizes_.resize(static_cast<std::size_t>(n_));
    const auto choose = [&](std::int64_t begin, std::int64_t end) {
      std::vector<std::int32_t> old;
      std::int64_t chosen = 0;
      for (std::int64_t r = begin; r < end; ++r) {
        Entry* const mine = list(r);
        int fresh = 0;
        old.clear();
        for (int e = 0; e < window_ && fresh < own_hops_ && mine[e] != kNone; ++e) {
          if (mine[e] & kFollowed) {
            old.push_back(row_of(mine[e]));
          } else {
            hops(r)[fresh++] = row_of(mine[e]);
            mine[e] |= kFollowed;
          }
        }
        const int more = std::min(own_hops_ - fresh, static_cast<int>(old.size()));
        std::copy_n(old.begin(), more, hops(r) + fresh);
        sizes(r) = {fresh, fresh + more};
        chosen += fresh;
      }
      return chosen;
    };
    return static_cast<double>(parallel_sum(on_.threads, n_, kGrain, std::int64_t{0}, choose)) /
           static_cast<double>(n_ * own_hops_);
  }

  /// Whoever has a row as hop becomes a hop of that row, too, while there is room: new ones first,
  /// then by how near the row is to them.
  void add_reverse_hops() {
    std::vector<std::atomic<std::int64_t>> ends(static_cast<std::size_t>(n_));
    const auto each_hop = [&](const auto& visit) {
      parallel_for(on_.threads, n_, kGrain, [&](std::int64_t begin, std::int64_t end) {
        for (std::int64_t r = begin; r < end; ++r)
          for (int h = 0; h < sizes(r).total; ++h)
            visit(r, h, ends[static_cast<std::size_t>(hops(r)[h])]);
      });
    };
    each_hop([](std::int64_t, int, auto& end) { end.fetch_add(1, std::memory_order_relaxed); });
    std::int64_t sum = 0;
    for (auto& end : ends) sum += end.exchange(sum, std::memory_order_relaxed);
    // [old or new, place among the hops of that row, that row]. They arrive in any order.
    std::vector<std::uint64_t> reverse(static_cast<std::size_t>(sum));
    each_hop([&](std::int64_t r, int h, auto& end) {
      const std::int64_t at = end.fetch_add(1, std::memory_order_relaxed);
      reverse[static_cast<std::size_t>(at)] = (std::uint64_t{h >= sizes(r).fresh} << 63) |
                                              (static_cast<std::uint64_t>(h) << 32) |
                                              static_cast<std::uint64_t>(r);
    });
    parallel_for(on_.threads, n_, kGrain, [&](std::int64_t begin, std::int64_t end) {
      std::vector<std::int32_t> fresh, old;
      for (std::int64_t r = begin; r < end; ++r) {
        const auto from = r == 0 ? 0 : ends[static_cast<std::size_t>(r - 1)].load();
        const auto to = ends[static_cast<std::size_t>(r)].load();
        std::sort(reverse.begin() + from, reverse.begin() + to);
        add_hops(r, {reverse.data() + from, reverse.data() + to}, fresh, old);
      }
    });
  }

  /// Adds those that are not among the hops of `row`. `fresh` and `old` are scratch.
  void add_hops(std::int64_t row, std::pair<const std::uint64_t*, const std::uint64_t*> reverse,
                std::vector<std::int32_t>& fresh, std::vector<std::int32_t>& old) {
    std::int32_t* const own = hops(row);
    std::int32_t* const own_end = own + sizes(row).total;
    fresh.assign(own, own + sizes(row).fresh);
    old.assign(own + sizes(row).fresh, own_end);
    int room = most_hops_ - sizes(row).total;
    for (const std::uint64_t* at = reverse.first; at != reverse.second && room > 0; ++at) {
      const auto other = static_cast<std::int32_t>(*at & 0x7fffffffu);
      if (std::find(own, own_end, other) != own_end) continue;
      (*at >> 63 ? old : fresh).push_back(other);
      --room;
    }
    std::copy(old.begin(), old.end(), std::copy(fresh.begin(), fresh.end(), own));
    sizes(row) = {static_cast<int>(fresh.size()), most_hops_ - room};
  }

  /// Measures a row against its new hops, all hops of those, and the new hops of its old ones.
  void follow_hops(std::int32_t row, Found& found) {
    const Hops mine = sizes(row);
    const std::int32_t* const own = hops(row);
    know_list(row, found);
    found.reserve(static_cast<std::size_t>((mine.total + 1) * most_hops_) + 1);
    for (int h = 0; h < mine.fresh; ++h) found.add(own[h]);
    for (int h = 0; h < mine.total; ++h) {
      if (h + 2 < mine.total)
        for (int c = 0; c < most_hops_; c += 16) __builtin_prefetch(hops(own[h + 2]) + c);
      const std::int32_t* const theirs = hops(own[h]);
      const int reached = h < mine.fresh ? sizes(own[h]).total : sizes(own[h]).fresh;
      for (int t = 0; t < reached; ++t) found.add(theirs[t]);
    }
    take(row, found);
  }

  const KnnRows& rows_;
  const Cpu on_;
  const std::int64_t n_;
  const int count_;                 // candidates given out
  const int most_hops_;             // of a row
  const int own_hops_;              // of these from its own list; there is room for reverse ones
  const int kept_;                  // entries of a list
  int window_;                      // the first so many may become hops
  std::vector<Entry> lists_;        // [n, kept], ascending
  std::vector<std::int32_t> hops_;  // [n, most_hops]
  std::vector<Hops> sizes_;         // [n]
};

}  // namespace

Candidates nn_descent(const KnnRows& rows, int count, const NnDescentKnn& params,
                      std::uint64_t seed, const Cpu& on,
                      const std::function<bool(const Candidates&)>& enough) {
  Descent descent(rows, count, params.max_candidates, on);
  if (rows.n() <= kSmall || rows.n() <= 8 * std::int64_t{count}) {
    descent.measure_all_pairs();
    return descent.candidates();
  }
  {
    const Part part(0.3, 3);
    descent.start(seed);
  }
  Candidates found;
  double left = 1;
  for (int i = 0; i < params.n_iters.value_or(kMaxIterations); ++i) {
    left *= kLeft;
    const Part part(1 - 0.7 * left, 3);
    const double fresh = descent.iterate();
    found = descent.candidates();
    if (enough(found)) break;
    if (fresh < kSlow && !descent.widen() && fresh < kSettled) break;
  }
  return found;
}

Candidates neighbors_of_neighbors(const Candidates& found, const KnnRows& rows,
                                  const NnDescentKnn& params, const Cpu& on) {
  Descent descent(rows, found.count, params.max_candidates, on);
  descent.start(found);
  descent.iterate();
  return descent.candidates();
}

}  // namespace nearfold
