#include "knn/part_cover.hpp"

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <vector>

#include "nearfold/error.hpp"

namespace nearfold {
namespace {

RowRange common(const RowRange& a, const RowRange& b) {
  return {std::max(a.begin, b.begin), std::min(a.end, b.end)};
}

[[noreturn]] void throw_missing(const RowRange& queries, const RowRange& data) {
  throw InvalidInput("no part has queries " + text_of(queries) + " with data " + text_of(data) +
                     "; make one of these ranges");
}

}  // namespace

std::string text_of(const RowRange& range) {
  return std::to_string(range.begin) + ":" + std::to_string(range.end);
}

/// Strip after strip of queries between two ends of ranges: there the data of the parts that have
/// these queries follow each other without gaps.
void require_cover(std::span<const PartRanges> parts, std::int64_t n,
                   const std::function<std::string(std::size_t)>& name) {
  std::vector<std::int64_t> cuts = {0, n};
  for (const PartRanges& part : parts) {
    cuts.push_back(part.queries.begin);
    cuts.push_back(part.queries.end);
  }
  std::sort(cuts.begin(), cuts.end());
  cuts.erase(std::unique(cuts.begin(), cuts.end()), cuts.end());
  std::vector<std::size_t> by_data(parts.size());
  std::iota(by_data.begin(), by_data.end(), std::size_t{0});
  std::stable_sort(by_data.begin(), by_data.end(), [&](std::size_t a, std::size_t b) {
    return parts[a].data.begin < parts[b].data.begin;
  });
  for (std::size_t c = 0; c + 1 < cuts.size(); ++c) {
    const RowRange strip{cuts[c], cuts[c + 1]};
    std::int64_t reached = 0;
    const PartRanges* last = nullptr;
    for (const std::size_t p : by_data) {
      const PartRanges& part = parts[p];
      if (!part.queries.contains(strip)) continue;
      if (part.data.begin < reached)
        throw InvalidInput(name(static_cast<std::size_t>(last - parts.data())) + " and " + name(p) +
                           " both have queries " + text_of(common(last->queries, part.queries)) +
                           " with data " + text_of(common(last->data, part.data)) +
                           "; leave one of them out, or make it of other ranges");
      if (part.data.begin > reached) throw_missing(strip, {reached, part.data.begin});
      reached = part.data.end;
      last = &part;
    }
    if (reached < n) throw_missing(strip, {reached, n});
  }
}

}  // namespace nearfold
