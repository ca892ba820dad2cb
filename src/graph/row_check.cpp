// One pass over the rows of a neighbour table. Faults are collected in the order of rows and
// columns, so that a broken graph is described in one go.
#include "graph/row_check.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "nearfold/error.hpp"

namespace nearfold {
namespace {

constexpr std::int64_t kNamedFaults = 5;

/// The shortest text that means this number.
std::string text_of(float value) {
  std::array<char, 32> text{};
  const auto [end, error] = std::to_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc{} ? std::string(text.data(), end) : "?";
}

/// The ids of one row, to find duplicates: a hash table of four places an id, so small that it
/// stays in the first cache. Rows come one after the other; each finds those before it expired.
class RowIds {
 public:
  explicit RowIds(std::int64_t k) {
    while ((std::int64_t{1} << bits_) < 4 * k) ++bits_;
    slots_.assign(std::size_t{1} << bits_, -1);
  }

  /// False when the row has the id already.
  bool insert(std::int64_t row, std::int32_t id) {
    constexpr std::uint64_t kGoldenRatio = 0x9E3779B97F4A7C15;
    const std::int64_t entry = (row << 32) | id;
    std::size_t at = (static_cast<std::uint64_t>(id) * kGoldenRatio) >> (64 - bits_);
    for (; slots_[at] >> 32 == row; at = (at + 1) & (slots_.size() - 1))
      if (slots_[at] == entry) return false;
    slots_[at] = entry;
    return true;
  }

 private:
  int bits_ = 2;
  std::vector<std::int64_t> slots_;  // row and id in one, -1 while unused
};

/// Checks one row after the other.
class RowChecker {
 public:
  RowChecker(const NeighborTable& table, const RowRule& rule)
      : table_(table), rule_(rule), ids_(table.k) {}

  RowFaults check_all() {
    for (std::int64_t i = 0; i < table_.n; ++i) check(i);
    if (faults_.count > kNamedFaults)
      faults_.text += "; and " + std::to_string(faults_.count - kNamedFaults) + " more";
    if (missing_rows_ > 0)
      faults_.text += "; rows with missing neighbours, " + std::to_string(missing_rows_) +
                      " in all, must be filled: search wider, or exactly";
    return faults_;
  }

 private:
  void check(std::int64_t i) {
    const std::int32_t* const ids = table_.ids.data() + i * table_.k;
    const float* const distances = table_.distances.data() + i * table_.k;
    bool has_self = false, all_zero = true, missing = false;
    std::int64_t last = -1;  // the column before, of those that are in order
    for (std::int64_t c = 0; c < table_.k; ++c) {
      all_zero &= distances[c] == 0;
      if (ids[c] < 0 || ids[c] >= table_.n) {
        missing |= ids[c] == -1;
        fault(i, c, [&] { return outside(ids[c]); });
        continue;
      }
      has_self |= ids[c] == i;
      check_id(i, c, ids[c]);
      if (!std::isfinite(distances[c]) || distances[c] < 0) {
        fault(i, c, [&] { return "distance " + text_of(distances[c]); });
        continue;
      }
      if (last >= 0 && rule_.order != RowRule::Order::any) check_order(i, c, last);
      last = c;
    }
    missing_rows_ += missing ? 1 : 0;
    if (rule_.self == RowRule::Self::expected && !has_self && !all_zero)
      fault(i, -1, [] { return std::string("the point itself is missing"); });
  }

  void check_id(std::int64_t i, std::int64_t c, std::int32_t id) {
    if (!ids_.insert(i, id)) fault(i, c, [&] { return "id " + std::to_string(id) + " again"; });
    if (id == i && rule_.self == RowRule::Self::forbidden) {
      faults_.has_self = true;
      fault(i, c, [&] { return "id " + std::to_string(id) + ", the point itself"; });
    }
  }

  void check_order(std::int64_t i, std::int64_t c, std::int64_t last) {
    const auto at = static_cast<std::size_t>(i * table_.k + c);
    const auto before = static_cast<std::size_t>(i * table_.k + last);
    const float d = table_.distances[at], d_before = table_.distances[before];
    if (!(d < d_before)) return;
    faults_.unsorted = true;
    fault(i, c, [&] { return "distance " + text_of(d) + " after " + text_of(d_before); });
  }

  std::string outside(std::int32_t id) const {
    return "id " + std::to_string(id) +
           (id == -1 ? std::string(", a missing neighbour")
                     : " is outside [0, " + std::to_string(table_.n) + ")");
  }

  /// Counts a fault; only the first ones are described. Column -1: the whole row.
  template <class Describe>
  void fault(std::int64_t i, std::int64_t c, const Describe& describe) {
    if (faults_.count++ >= kNamedFaults) return;
    faults_.text += (faults_.text.empty() ? "row " : "; row ") + std::to_string(i) +
                    (c < 0 ? "" : ", column " + std::to_string(c)) + ": " + describe();
  }

  const NeighborTable& table_;
  RowRule rule_;
  RowIds ids_;
  RowFaults faults_;
  std::int64_t missing_rows_ = 0;
};

}  // namespace

void check_graph_size(std::int64_t n, std::int64_t k) {
  if (n < 2 || n > std::numeric_limits<std::int32_t>::max() || k < 1 || k >= n)
    throw InvalidInput("the graph has " + std::to_string(n) + " points and k = " +
                       std::to_string(k) + "; 2 to 2^31 - 1 points and 1 <= k < n are needed");
}

RowFaults find_faults(const NeighborTable& table, const RowRule& rule) {
  return RowChecker(table, rule).check_all();
}

}  // namespace nearfold
