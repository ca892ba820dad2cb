// Builds a navigable small world, the same for any number of threads.
//
// A batch of new rows is searched for in the graph as it is; then they are linked, and every older
// row takes in the links it was offered by itself: no two threads write the same list. Batches are
// small beside the graph, so that few of a row's neighbours are missed for being in its own batch.
// Equal rows enter once and stand behind the first of them, for lists full of equal rows would lead
// nowhere else. In the end lowest links lead from the entry to every row: what they do not reach is
// linked from the nearest row that a search finds.
#include <algorithm>
#include <bit>
#include <span>
#include <tuple>
#include <utility>

#include "core/parallel.hpp"
#include "knn/hnsw_lists.hpp"
#include "math/philox.hpp"

namespace nearfold {
namespace {

constexpr std::int64_t kBatchOfInserted = 8;  // a batch is at most this part of what is inserted,
constexpr std::int64_t kBatchOfAll = 32;      // and this part of all rows
constexpr std::int64_t kLeaf = 256;           // rows of a leaf, see make_knn_rows()
constexpr std::int64_t kRowGrain = 16;
constexpr std::int64_t kListGrain = 64;
constexpr std::int32_t kUnreached = -1;  // as the parent of a row

/// Measures between the rows themselves.
void measure_rows(const KnnRows& rows, std::int32_t from, const std::vector<std::int32_t>& to,
                  std::vector<float>& out) {
  out.resize(to.size());
  measure(rows, rows.rows.row(from), rows.square(from), to.data(),
          static_cast<std::int64_t>(to.size()), out.data());
}

/// Chooses links: from near to far, each nearer to the row than to any chosen before, so that they
/// lead in all directions; and when that leaves half of a list free, the nearest of the others.
class Selector {
 public:
  explicit Selector(const KnnRows& rows) : rows_(&rows) {}

  const std::vector<std::int32_t>& operator()(const std::vector<Visit>& sorted, std::size_t most) {
    chosen_.clear();
    left_.resize(sorted.size());
    reach_.resize(sorted.size());
    std::transform(sorted.begin(), sorted.end(), left_.begin(), row_of);
    std::transform(sorted.begin(), sorted.end(), reach_.begin(), measure_of);
    while (!left_.empty() && chosen_.size() < most) {
      chosen_.push_back(left_[0]);
      measure_rows(*rows_, chosen_.back(), left_, measures_);
      std::size_t kept = 0;
      for (std::size_t i = 1; i < left_.size(); ++i) {
        if (measures_[i] < reach_[i]) continue;
        left_[kept] = left_[i];
        reach_[kept++] = reach_[i];
      }
      left_.resize(kept);
    }
    const std::size_t varied = chosen_.size();
    for (std::size_t i = 0, next = 0; i < sorted.size() && chosen_.size() < most / 2; ++i) {
      if (next < varied && row_of(sorted[i]) == chosen_[next])
        ++next;
      else
        chosen_.push_back(row_of(sorted[i]));
    }
    return chosen_;
  }

 private:
  const KnnRows* rows_;
  std::vector<std::int32_t> left_, chosen_;
  std::vector<float> reach_, measures_;
};

/// Rows equal to an earlier one, each with that one, ascending by both.
using Twins = std::vector<std::pair<std::int32_t, std::int32_t>>;  // (first, other)

Twins find_twins(const KnnRows& rows, const Cpu& on) {
  const std::int64_t width = rows.rows.cols();
  std::vector<std::pair<std::uint64_t, std::int32_t>> hashes(static_cast<std::size_t>(rows.n()));
  parallel_for(on.threads, rows.n(), kGrain, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t r = begin; r < end; ++r) {
      const auto row = static_cast<std::int32_t>(r);
      std::uint64_t hash = std::bit_cast<std::uint32_t>(rows.square(row));
      for (std::int64_t c = 0; c < width; ++c)
        hash = (hash ^ std::bit_cast<std::uint32_t>(rows.rows.row(r)[c])) * 0x9E3779B97F4A7C15u;
      hashes[static_cast<std::size_t>(r)] = {hash, row};
    }
  });
  std::sort(hashes.begin(), hashes.end());
  Twins twins;
  std::size_t first = 0;
  for (std::size_t i = 1; i < hashes.size(); ++i) {
    const std::int32_t a = hashes[first].second, b = hashes[i].second;
    if (hashes[i].first == hashes[first].first && rows.square(a) == rows.square(b) &&
        std::equal(rows.rows.row(a), rows.rows.row(a) + width, rows.rows.row(b)))
      twins.emplace_back(a, b);
    else
      first = i;
  }
  std::sort(twins.begin(), twins.end());
  return twins;
}

/// Rows that lowest links lead to from the entry, in the order they were found.
struct Reached {
  std::vector<std::int32_t> rows;
  std::vector<std::int32_t> parents;  // of every row: by whose link it was found

  Reached(std::int64_t n, std::int32_t entry) : parents(static_cast<std::size_t>(n), kUnreached) {
    add(entry, entry);
  }
  std::int32_t parent(std::int32_t row) const { return parents[static_cast<std::size_t>(row)]; }
  void add(std::int32_t row, std::int32_t parent) {
    parents[static_cast<std::size_t>(row)] = parent;
    rows.push_back(row);
  }
};

}  // namespace

class HnswBuilder {
 public:
  HnswBuilder(const KnnRows& rows, const HnswKnn& params, const Cpu& on)
      : rows_(rows), on_(on), ef_(static_cast<std::size_t>(params.ef_construction)) {
    graph_.M = params.M;
  }

  HnswGraph build(std::uint64_t seed) {
    const Twins twins = find_twins(rows_, on_);
    const std::vector<std::int32_t> order = make_order(twins, seed);
    graph_.entry = order[0];
    inserted_.assign(static_cast<std::size_t>(rows_.n()), 0);
    inserted_[static_cast<std::size_t>(order[0])] = 1;
    const auto all = static_cast<std::int64_t>(order.size());
    for (std::int64_t done = 1, size = 0; done < all; done += size) {
      size = std::min({done / kBatchOfInserted + 1, all / kBatchOfAll + 1, all - done});
      const Part part(static_cast<double>(done + size) / static_cast<double>(all), 1);
      insert({order.begin() + done, order.begin() + done + size});
    }
    add_twins(twins);
    add_unreached();
    return std::move(graph_);
  }

 private:
  /// Rows that are inserted, in that order: seeded, those of the highest levels first, so that the
  /// entry never changes. Makes room for their lists.
  std::vector<std::int32_t> make_order(const Twins& twins, std::uint64_t seed) {
    const auto n = static_cast<std::size_t>(rows_.n()), links = static_cast<std::size_t>(graph_.M);
    std::vector<char> is_twin(n);
    for (const auto& [first, other] : twins) is_twin[static_cast<std::size_t>(other)] = 1;
    std::vector<std::pair<std::uint64_t, std::int32_t>> keys;
    graph_.upper_begin.assign(1, 0);
    for (std::size_t r = 0; r < n; ++r) {
      const Random4 random = random4(seed, Stream::knn, r);
      const std::uint64_t height = (std::uint64_t{random.v[0]} << 32) | random.v[1];
      std::int32_t levels = 0;  // one more with probability 1 / links
      for (std::uint64_t limit = ~std::uint64_t{0} / links; height < limit; limit /= links)
        ++levels;
      if (is_twin[r]) levels = 0;
      graph_.upper_begin.push_back(graph_.upper_begin.back() + levels);
      if (!is_twin[r])
        keys.emplace_back(
            (std::uint64_t{64} - static_cast<std::uint64_t>(levels)) << 32 | random.v[2],
            static_cast<std::int32_t>(r));
    }
    std::sort(keys.begin(), keys.end());
    graph_.lowest.assign(n * 2 * links, -1);
    graph_.upper.assign(static_cast<std::size_t>(graph_.upper_begin[n]) * links, -1);
    std::vector<std::int32_t> order(keys.size());
    std::transform(keys.begin(), keys.end(), order.begin(), [](const auto& k) { return k.second; });
    return order;
  }

  /// Links a batch into the graph. In row order, for then searches follow each other through rows
  /// that are near.
  void insert(std::vector<std::int32_t> batch) {
    std::sort(batch.begin(), batch.end());
    const auto size = static_cast<std::int64_t>(batch.size());
    parallel_for(on_.threads, size, kRowGrain, [&](std::int64_t begin, std::int64_t end) {
      HnswSearch search(rows_, graph_);
      Selector select(rows_);
      for (std::int64_t i = begin; i < end; ++i)
        link_forward(batch[static_cast<std::size_t>(i)], search, select);
    });
    std::vector<Offer> offers;
    for (const std::int32_t row : batch) {
      inserted_[static_cast<std::size_t>(row)] = 1;
      for (int level = 0; level <= levels_above(graph_, row); ++level)
        for (const std::int32_t to : list_of(graph_, row, level))
          if (to >= 0) offers.push_back({level, to, row});
    }
    link_back(offers);
  }

  /// Fills the lists of a new row. No other row links to it yet, so none but its own search, which
  /// is over, could read them.
  void link_forward(std::int32_t row, HnswSearch& search, Selector& select) {
    const float* const query = rows_.rows.row(row);
    const float square = rows_.square(row);
    int level = levels_above(graph_, row);
    search.start(query, square, level);
    for (; level >= 0; --level) {
      if (level == 0) add_seeds(row, search);
      search.widen(query, square, level, ef_);
      for (Visit& c : search.best_) c &= ~kFollowed;
      const auto list = list_of(graph_, row, level);
      const std::vector<std::int32_t>& links = select(search.best_, list.size());
      std::copy(links.begin(), links.end(), list.begin());
    }
  }

  /// The inserted rows next to a row in its leaf are near it in space as well. A search that also
  /// starts from them finds the row's cluster when the graph has no way there.
  void add_seeds(std::int32_t row, HnswSearch& search) const {
    const auto begin = static_cast<std::int32_t>(row / kLeaf * kLeaf);
    const auto end = static_cast<std::int32_t>(std::min(rows_.n(), begin + kLeaf));
    const auto inserted = [&](std::int32_t r) {
      return inserted_[static_cast<std::size_t>(r)] != 0;
    };
    std::int32_t before = row - 1, after = row + 1;
    while (before >= begin && !inserted(before)) --before;
    while (after < end && !inserted(after)) ++after;
    if (before >= begin) search.enter(rows_.rows.row(row), rows_.square(row), before);
    if (after < end) search.enter(rows_.rows.row(row), rows_.square(row), after);
  }

  struct Offer {
    int level;
    std::int32_t to, from;
    bool operator<(const Offer& b) const {
      return std::tie(level, to, from) < std::tie(b.level, b.to, b.from);
    }
  };

  void link_back(std::vector<Offer>& offers) {
    std::sort(offers.begin(), offers.end());
    std::vector<std::size_t> begins;
    for (std::size_t o = 0; o < offers.size(); ++o)
      if (o == 0 || offers[o].to != offers[o - 1].to || offers[o].level != offers[o - 1].level)
        begins.push_back(o);
    begins.push_back(offers.size());
    const auto lists = static_cast<std::int64_t>(begins.size()) - 1;
    parallel_for(on_.threads, lists, kListGrain, [&](std::int64_t begin, std::int64_t end) {
      Selector select(rows_);
      for (std::int64_t l = begin; l < end; ++l) {
        const std::size_t first = begins[static_cast<std::size_t>(l)];
        take({offers.data() + first, begins[static_cast<std::size_t>(l) + 1] - first}, select);
      }
    });
  }

  /// Adds what one list is offered; when it is too long then, selects anew.
  void take(std::span<const Offer> offers, Selector& select) {
    const std::int32_t row = offers[0].to;
    const auto list = list_of(graph_, row, offers[0].level);
    std::vector<std::int32_t> all(list.begin(),
                                  list.begin() + static_cast<std::ptrdiff_t>(size_of(list)));
    for (const Offer& offer : offers) all.push_back(offer.from);
    if (all.size() > list.size()) {
      std::vector<float> measures;
      measure_rows(rows_, row, all, measures);
      std::vector<Visit> sorted(all.size());
      std::transform(measures.begin(), measures.end(), all.begin(), sorted.begin(), make_visit);
      std::sort(sorted.begin(), sorted.end());
      all = select(sorted, list.size());
    }
    std::fill(std::copy(all.begin(), all.end(), list.begin()), list.end(), -1);
  }

  /// Twins stand in a tree below the first of their kind, whose last link they take when it has no
  /// other free: below it the first of them, below each of them as many as a list is long.
  void add_twins(const Twins& twins) {
    for (std::size_t i = 0, head = 0; i < twins.size(); ++i) {
      if (twins[i].first != twins[head].first) head = i;
      const auto width = 2 * static_cast<std::size_t>(graph_.M), place = i - head;
      if (place == 0) {
        const auto list = list_of(graph_, twins[i].first, 0);
        list[std::min(size_of(list), width - 1)] = twins[i].second;
      } else {
        const auto list = list_of(graph_, twins[head + (place - 1) / width].second, 0);
        list[(place - 1) % width] = twins[i].second;
      }
    }
  }

  /// Follows lowest links from the rows after the first `from` on.
  void spread(std::size_t from, Reached& reached) const {
    for (std::size_t i = from; i < reached.rows.size(); ++i) {
      const std::int32_t at = reached.rows[i];
      for (const std::int32_t row : list_of(graph_, at, 0)) {
        if (row < 0) break;
        if (reached.parent(row) == kUnreached) reached.add(row, at);
      }
    }
  }

  /// Links every row that no lowest links lead to from the nearest row that one finds and that can
  /// spare a link; if none can, from one before it in row order; if none can, from any.
  void add_unreached() {
    Reached reached(rows_.n(), graph_.entry);
    spread(0, reached);
    HnswSearch search(rows_, graph_);
    std::vector<std::int32_t> from(ef_);
    const auto ef = static_cast<int>(ef_);
    for (std::int32_t row = 0; row < rows_.n(); ++row) {
      if (reached.parent(row) != kUnreached) continue;
      from.resize(ef_);
      from.resize(static_cast<std::size_t>(
          search(rows_.rows.row(row), rows_.square(row), ef, ef, from.data())));
      const std::size_t before = reached.rows.size();
      const auto attached = [&](std::int32_t to) { return attach(to, row, reached); };
      if (std::none_of(from.begin(), from.end(), attached)) {
        std::int32_t to = row - 1;
        while (to >= 0 && !attached(to)) --to;
        for (std::size_t any = 0; to < 0 && !attached(reached.rows[any]);) ++any;
      }
      spread(before, reached);
    }
  }

  /// Links `row` from `to`, in place of a link by which nothing was found, unless all were needed.
  bool attach(std::int32_t to, std::int32_t row, Reached& reached) {
    if (reached.parent(to) == kUnreached) return false;
    const auto list = list_of(graph_, to, 0);
    std::size_t place = size_of(list);
    if (place == list.size()) {
      while (place > 0 && reached.parent(list[place - 1]) == to) --place;
      if (place-- == 0) return false;
    }
    list[place] = row;
    reached.add(row, to);
    return true;
  }

  const KnnRows& rows_;
  Cpu on_;
  std::size_t ef_;
  HnswGraph graph_;
  std::vector<char> inserted_;
};

HnswGraph build_hnsw(const KnnRows& rows, const HnswKnn& params, std::uint64_t seed,
                     const Cpu& on) {
  return HnswBuilder(rows, params, on).build(seed);
}

}  // namespace nearfold
