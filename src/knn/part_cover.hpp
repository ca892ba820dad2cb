// Whether parts of a graph have every query with every point once.
#pragma once

#include <functional>
#include <span>
#include <string>

#include "nearfold/knn_parts.hpp"

namespace nearfold {

/// "0:1000"
std::string text_of(const RowRange& range);

struct PartRanges {
  RowRange queries, data;
};

/// Throws InvalidInput for two parts that have a query with a point both, and for the first query
/// that some points are missing for. name(p) is that of part p in messages. O(parts^2).
void require_cover(std::span<const PartRanges> parts, std::int64_t n,
                   const std::function<std::string(std::size_t)>& name);

}  // namespace nearfold
