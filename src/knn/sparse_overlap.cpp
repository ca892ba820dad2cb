#include "knn/sparse_overlap.hpp"

#include "core/parallel.hpp"

namespace nearfold {

Overlap overlap_of(Norm norm) {
  switch (norm) {
    case Norm::l2:
      return Overlap::products;
    case Norm::l1:
    case Norm::braycurtis:
      return Overlap::magnitudes;
    case Norm::canberra:
      return Overlap::shares;
    case Norm::unequal:
      return Overlap::unequal;
    case Norm::bits:
      return Overlap::sets;
    case Norm::linf:
    case Norm::lp:
    case Norm::custom:
      return Overlap::none;
  }
  return Overlap::none;
}

namespace {

RowSums product_sums(const SparseRow& row, double width) {
  double squares = 0, sum = 0;
  const auto rest = static_cast<double>(row.rest);
  for (const float v : row.values) {
    const double x = static_cast<double>(v) - rest;
    squares += x * x;
    sum += x;
  }
  return {static_cast<float>(squares + 2 * rest * sum + width * rest * rest),
          static_cast<float>(std::sqrt(squares)), static_cast<float>(sum), row.rest,
          static_cast<float>(row.values.size())};
}

RowSums sums_of(const SparseRow& row, Overlap kind, double width) {
  if (kind == Overlap::products) return product_sums(row, width);
  double own = 0;
  for (const float v : row.values)
    own += kind == Overlap::magnitudes ? std::abs(static_cast<double>(v)) : v != 0 ? 1 : 0;
  return {static_cast<float>(own), 0, 0, 0, static_cast<float>(row.values.size())};
}

}  // namespace

void add_sums(SparseRows& rows, Overlap kind, const Cpu& on) {
  rows.sums.resize(static_cast<std::size_t>(rows.n()));
  parallel_for(on.threads, rows.n(), kGrain, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i)
      rows.sums[static_cast<std::size_t>(i)] =
          sums_of(rows.row(i), kind, static_cast<double>(rows.width));
  });
}

}  // namespace nearfold
