#include "io/part_points.hpp"

#include <algorithm>

#include "io/fingerprint.hpp"
#include "knn/metric_table.hpp"
#include "knn/part_cover.hpp"
#include "nearfold/error.hpp"

namespace nearfold::io {
namespace {

bool meet(const RowRange& a, const RowRange& b) {
  return a.begin < b.end && b.begin < a.end;
}

RowRange around(const RowRange& a, const RowRange& b) {
  return {std::min(a.begin, b.begin), std::max(a.end, b.end)};
}

void require_within(const char* what, const RowRange& range, std::int64_t n) {
  if (RowRange{0, n}.contains(range) && range.rows() > 0) return;
  throw InvalidInput(std::string(what) + " are rows " + text_of(range) + " of " +
                     std::to_string(n) +
                     " points; give at least 1 of them, as 0:" + std::to_string(n));
}

}  // namespace

std::int64_t rows_held(const RowRange& queries, const RowRange& data) {
  return meet(queries, data) ? around(queries, data).rows() : queries.rows() + data.rows();
}

PartPoints::PartPoints(RowFile& file, const RowRange& queries, const RowRange& data,
                       const Distance& distance, const Cpu& on)
    : queries_(queries), data_(data) {
  require_within("queries", queries, file.rows());
  require_within("data", data, file.rows());
  const std::int64_t cols = file.cols();
  data_rows_.range = meet(queries, data) ? around(queries, data) : data;
  data_rows_.rows = Matrix(data_rows_.range.rows(), cols);
  query_rows_.range = meet(queries, data) ? RowRange{} : queries;
  query_rows_.rows = Matrix(query_rows_.range.rows(), cols);
  if (!sees_shift(distance.metric)) file.choose_offsets();
  PointsScan scan(file.rows(), cols, distance, on);
  Fingerprint print(file.rows(), cols);
  file.for_each_block([&](std::int64_t first, HostMatrix<const float> rows) {
    scan.add(rows);
    print.add(rows);
    data_rows_.take(first, rows);
    query_rows_.take(first, rows);
  });
  all_ = scan.finish();
  fingerprint_ = print.text();
}

void PartPoints::Held::take(std::int64_t first, HostMatrix<const float> from) {
  const std::int64_t begin = std::max(first, range.begin);
  const std::int64_t end = std::min(first + from.rows(), range.end);
  if (begin < end)
    std::copy(from.row(begin - first), from.row(end - first), rows.view().row(begin - range.begin));
}

PointRows PartPoints::of(const RowRange& range, const Held& held) const {
  const Held& has = held.range.contains(range) && held.range.rows() > 0 ? held : data_rows_;
  return {range, {has.rows.row(range.begin - has.range.begin), range.rows(), all_.dim}};
}

}  // namespace nearfold::io
