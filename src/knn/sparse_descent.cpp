#include "knn/sparse_descent.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "core/parallel.hpp"
#include "core/places.hpp"
#include "knn/sparse_spread.hpp"

namespace nearfold {
namespace {

constexpr std::int64_t kRowsOfRange = 256;

}  // namespace

/// Rows that hold each row among their first hops, each as twice its number, plus 1 where it is no
/// longer new there.
struct SparseDescent::Holders {
  std::vector<std::int64_t> begin;  // [n + 1]
  std::vector<std::uint32_t> rows;
};

/// What one thread measures by.
struct SparseDescent::Scratch {
  Spread spread;
  std::vector<std::int32_t> rows;  // to be measured, in any order, some more than once
  std::vector<std::int32_t> known, open;
  std::vector<Visit> found;

  explicit Scratch(const SparseSpace& space) : spread(space) {}
};

SparseDescent::SparseDescent(const SparseSpace& space, int count, int hops, const Cpu& on)
    : space_(space), on_(on), hops_(hops), lists_{space.n(), count, {}} {
  lists_.visits.assign(static_cast<std::size_t>(space.n() * count), kNoVisit);
}

template <class Visitor>
void SparseDescent::for_rows(const Visitor& visit) const {
  parallel_for(on_.threads, lists_.n, kRowsOfRange, [&](std::int64_t begin, std::int64_t end) {
    Scratch scratch(space_);
    for (std::int64_t i = begin; i < end; ++i) {
      scratch.rows.clear();
      scratch.found.clear();
      visit(i, scratch);
    }
  });
}

void SparseDescent::offer(const std::vector<std::int32_t>& others) {
  const std::int64_t per_row = std::ssize(others) / lists_.n;
  for_rows([&](std::int64_t i, Scratch& scratch) {
    for (std::int64_t c = 0; c < per_row; ++c)
      if (const std::int32_t id = others[static_cast<std::size_t>(i * per_row + c)]; id >= 0)
        scratch.rows.push_back(id);
    fill_up(i, scratch.rows);
    measure(i, scratch);
    take(i, false, scratch, row_in(lists_.visits, i));
  });
}

double SparseDescent::improve() {
  const Holders holders = find_holders();
  std::vector<Visit> next(lists_.visits.size());
  std::vector<std::int64_t> fresh(
      static_cast<std::size_t>((lists_.n + kRowsOfRange - 1) / kRowsOfRange));
  for_rows([&](std::int64_t i, Scratch& scratch) {
    gather_hops(i, holders, scratch.rows);
    measure(i, scratch);
    fresh[static_cast<std::size_t>(i / kRowsOfRange)] += take(i, true, scratch, row_in(next, i));
  });
  lists_.visits = std::move(next);
  std::int64_t all = 0;
  for (const std::int64_t some : fresh) all += some;
  return static_cast<double>(all) / static_cast<double>(lists_.visits.size());
}

bool SparseDescent::widen(int most) {
  if (hops_ < lists_.count) {
    hops_ = std::min(hops_ + (hops_ + 1) / 2, lists_.count);
  } else {
    const auto count = static_cast<int>(
        std::min<std::int64_t>({2 * std::int64_t{lists_.count}, most, lists_.n - 1}));
    if (count <= lists_.count) return false;
    std::vector<Visit> longer(static_cast<std::size_t>(lists_.n * count), kNoVisit);
    for (std::int64_t i = 0; i < lists_.n; ++i)
      std::copy_n(row_in(lists_.visits, i), lists_.count, longer.data() + i * count);
    lists_.visits = std::move(longer);
    lists_.count = count;
  }
  for (Visit& v : lists_.visits)
    if (v != kNoVisit) v &= ~kFollowed;
  return true;
}

void SparseDescent::fill_up(std::int64_t i, std::vector<std::int32_t>& ids) const {
  auto next =
      static_cast<std::int32_t>(TieOrder(0, i).key(0) % static_cast<std::uint32_t>(lists_.n));
  const std::span<const Visit> own = list(i);
  while (std::ssize(own) + std::ssize(ids) < lists_.count) {
    const bool held = std::ranges::any_of(own, [&](Visit v) { return row_of(v) == next; });
    if (next != i && !held && std::ranges::find(ids, next) == ids.end()) ids.push_back(next);
    next = static_cast<std::int32_t>((std::int64_t{next} + 1) % lists_.n);
  }
}

std::span<const Visit> SparseDescent::list(std::int64_t i) const {
  const auto count = static_cast<std::size_t>(lists_.count);
  const auto all = std::span(lists_.visits).subspan(static_cast<std::size_t>(i) * count, count);
  return all.first(
      static_cast<std::size_t>(std::find(all.begin(), all.end(), kNoVisit) - all.begin()));
}
std::span<const Visit> SparseDescent::hops(std::int64_t i) const {
  const auto all = list(i);
  return all.first(std::min(all.size(), static_cast<std::size_t>(hops_)));
}

SparseDescent::Holders SparseDescent::find_holders() const {
  Places places(lists_.n);
  for (std::int64_t i = 0; i < lists_.n; ++i)
    for (const Visit v : hops(i)) places.count(row_of(v));
  Holders out{places.begin(), {}};
  out.rows.resize(static_cast<std::size_t>(out.begin.back()));
  for (std::int64_t i = 0; i < lists_.n; ++i)
    for (const Visit v : hops(i))
      out.rows[places.next(row_of(v))] =
          static_cast<std::uint32_t>(i << 1) | static_cast<std::uint32_t>(v & kFollowed);
  return out;
}

/// visit(row, whether the step is new) for the hops of a row: its own, and of those that hold it
/// as many, evenly spaced.
template <class Visitor>
void SparseDescent::for_hops(std::int64_t i, const Holders& holders, const Visitor& visit) const {
  for (const Visit v : hops(i)) visit(std::int64_t{row_of(v)}, (v & kFollowed) == 0);
  const std::int64_t from = holders.begin[static_cast<std::size_t>(i)],
                     size = holders.begin[static_cast<std::size_t>(i) + 1] - from;
  const std::int64_t taken = std::min<std::int64_t>(size, hops_);
  for (std::int64_t h = 0; h < taken; ++h) {
    const std::uint32_t row = holders.rows[static_cast<std::size_t>(from + h * size / taken)];
    visit(std::int64_t{row >> 1}, (row & 1) == 0);
  }
}

void SparseDescent::gather_hops(std::int64_t i, const Holders& holders,
                                std::vector<std::int32_t>& rows) const {
  for_hops(i, holders, [&](std::int64_t hop, bool is_new) {
    if (is_new) rows.push_back(static_cast<std::int32_t>(hop));
    for_hops(hop, holders, [&](std::int64_t other, bool also_new) {
      if (is_new || also_new) rows.push_back(static_cast<std::int32_t>(other));
    });
  });
}

/// Those of scratch.rows that are not in the list of row i, as near as its last.
void SparseDescent::measure(std::int64_t i, Scratch& scratch) const {
  constexpr std::size_t kAhead = 4;
  const auto own = list(i);
  auto& [spread, rows, known, open, found] = scratch;
  known.assign(1, static_cast<std::int32_t>(i));
  for (const Visit v : own) known.push_back(row_of(v));
  std::sort(known.begin(), known.end());
  std::sort(rows.begin(), rows.end());
  rows.erase(std::unique(rows.begin(), rows.end()), rows.end());
  open.clear();
  std::set_difference(rows.begin(), rows.end(), known.begin(), known.end(),
                      std::back_inserter(open));
  if (open.empty()) return;
  const float reach = std::ssize(own) < lists_.count ? kInfinity : measure_of(own.back());
  for (std::size_t r = 0; r < std::min(kAhead, open.size()); ++r) spread.fetch(open[r]);
  spread.set(i);
  for (std::size_t r = 0; r < open.size(); ++r) {
    if (r + kAhead < open.size()) spread.fetch(open[r + kAhead]);
    if (const float measure = spread(open[r]); measure <= reach)
      found.push_back(make_visit(measure, open[r]));
  }
}

/// The list of row i in `to`: what it held, whose hops have been followed or not, and what was
/// found. How many of these are new hops.
std::int64_t SparseDescent::take(std::int64_t i, bool followed, Scratch& scratch, Visit* to) const {
  const auto own = list(i);
  std::vector<Visit>& found = scratch.found;
  const std::size_t follows = followed ? static_cast<std::size_t>(hops_) : 0;
  for (std::size_t c = 0; c < own.size(); ++c)
    found.push_back(c < follows ? own[c] | kFollowed : own[c]);
  const auto count = std::min(found.size(), static_cast<std::size_t>(lists_.count));
  std::partial_sort(found.begin(), found.begin() + static_cast<std::ptrdiff_t>(count), found.end());
  std::copy_n(found.begin(), count, to);
  std::fill(to + count, to + lists_.count, kNoVisit);
  return std::count_if(to, to + std::min(count, static_cast<std::size_t>(hops_)),
                       [](Visit v) { return (v & kFollowed) == 0; });
}

}  // namespace nearfold
