// The points of a part: the rows of two ranges of a file, and what has to be known of all the
// others, which are read past and not kept.
#pragma once

#include <string>

#include "io/row_file.hpp"
#include "nearfold/knn_parts.hpp"

namespace nearfold::io {

class PartPoints {
 public:
  /// Reads the file once, and once more where offsets have to be chosen for it. Throws InvalidInput
  /// for ranges that are not in it, and what PointsScan throws.
  PartPoints(RowFile& file, const RowRange& queries, const RowRange& data, const Distance& distance,
             const Cpu& on);

  PointRows queries() const { return of(queries_, query_rows_); }
  PointRows data() const { return of(data_, data_rows_); }
  const AllPoints& all() const { return all_; }
  /// fingerprint() of all points.
  const std::string& fingerprint() const { return fingerprint_; }

 private:
  /// Rows in memory; one such where ranges meet, so that no row is held twice.
  struct Held {
    RowRange range;
    Matrix rows;
    void take(std::int64_t first, HostMatrix<const float> from);
  };
  PointRows of(const RowRange& range, const Held& held) const;

  RowRange queries_, data_;
  Held query_rows_, data_rows_;
  AllPoints all_;
  std::string fingerprint_;
};

/// Rows that PartPoints holds.
std::int64_t rows_held(const RowRange& queries, const RowRange& data);

}  // namespace nearfold::io
