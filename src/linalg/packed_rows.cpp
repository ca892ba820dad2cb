#include "linalg/packed_rows.hpp"

#include <algorithm>

#include "core/parallel.hpp"

namespace nearfold {
namespace {

/// Columns up to the last that is not 0 everywhere.
std::int64_t columns_in_use(HostMatrix<const float> rows) {
  std::int64_t used = 0;
  for (std::int64_t r = 0; r < rows.rows() && used < rows.cols(); ++r) {
    std::int64_t c = rows.cols();
    while (c > used && rows.row(r)[c - 1] == 0.0f) --c;
    used = c;
  }
  return used;
}

}  // namespace

PackedRows::PackedRows(HostMatrix<const float> rows, const Cpu& on)
    : n_(rows.rows()), columns_(columns_in_use(rows)) {
  const std::int64_t panels = last(n_);
  values_.resize(static_cast<std::size_t>(panels * columns_));
  parallel_for(on.threads, panels, 64, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t p = begin; p < end; ++p)
      for (std::int64_t r = p * kRows; r < std::min(n_, (p + 1) * kRows); ++r) {
        Floats* const to = values_.data() + p * columns_;
        for (std::int64_t c = 0; c < columns_; ++c) to[c][r % kRows] = rows.row(r)[c];
      }
  });
}

PackedRows::PackedRows(HostMatrix<const float> rows, const std::vector<float>& squares,
                       const Cpu& on)
    : PackedRows(rows, on) {
  squares_ = squares;
  squares_.resize(static_cast<std::size_t>(last(n_) * kRows));
}

void PackedRows::multiply(const float* const queries[kQueries], std::int64_t first,
                          std::int64_t last, float* const products[kQueries]) const {
  static_assert(kQueries == 4);
  const float *const q0 = queries[0], *const q1 = queries[1], *const q2 = queries[2],
                     *const q3 = queries[3];
  for (std::int64_t p = first; p < last; p += 2) {
    const std::int64_t second = std::min(p + 1, last - 1);
    const Floats* const a = values_.data() + p * columns_;
    const Floats* const b = values_.data() + second * columns_;
    Floats s[kQueries][2] = {};
    for (std::int64_t c = 0; c < columns_; ++c) {
      s[0][0] += q0[c] * a[c];
      s[0][1] += q0[c] * b[c];
      s[1][0] += q1[c] * a[c];
      s[1][1] += q1[c] * b[c];
      s[2][0] += q2[c] * a[c];
      s[2][1] += q2[c] * b[c];
      s[3][0] += q3[c] * a[c];
      s[3][1] += q3[c] * b[c];
    }
    for (int q = 0; q < kQueries; ++q) {
      float* const to = products[q] + (p - first) * kRows;
      store(to, s[q][0]);
      if (second > p) store(to + kRows, s[q][1]);
    }
  }
}

void PackedRows::measure(const float* const queries[kQueries], std::int64_t first,
                         std::int64_t last, float* const measures[kQueries]) const {
  multiply(queries, first, last, measures);
  const float* const squares = squares_.data() + first * kRows;
  for (int q = 0; q < kQueries; ++q)
    for (std::int64_t r = 0; r < (last - first) * kRows; ++r)
      measures[q][r] = squares[r] - 2.0f * measures[q][r];
}

void PackedRows::nearest(const float* queries, std::int64_t count, std::int64_t stride,
                         std::int32_t* nearest) const {
  const std::int64_t padded = last(n_) * kRows;
  std::vector<float> room(static_cast<std::size_t>(kQueries * padded));
  for (std::int64_t q = 0; q < count; q += kQueries) {
    const float* rows[kQueries];
    float* measures[kQueries];
    for (int t = 0; t < kQueries; ++t) {
      rows[t] = queries + std::min(q + t, count - 1) * stride;
      measures[t] = room.data() + t * padded;
    }
    measure(rows, 0, last(n_), measures);
    for (std::int64_t t = 0; t < std::min<std::int64_t>(kQueries, count - q); ++t)
      nearest[q + t] =
          static_cast<std::int32_t>(std::min_element(measures[t], measures[t] + n_) - measures[t]);
  }
}

}  // namespace nearfold
