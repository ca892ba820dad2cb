// The cells of an inverted file on a device, as the processor makes them (knn/ivf.hpp): rows in the
// order of cells, column after column.
//
// Cost: kmeans.hpp, and for n rows of w columns 8 n w bytes to put them in order; 6 launches.
#pragma once

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

#include "core/stopping.hpp"
#include "kernels/knn/kmeans.hpp"
#include "kernels/knn/short_rows.hpp"

namespace nearfold {

/// Value g of the columns: column g / n of the row that is g % n in the order of cells.
struct ColumnOfRow {
  const float* rows;
  std::int64_t n, width;
  const std::int32_t* ids;
  float* columns;
  NEARFOLD_HD void operator()(std::int64_t g) const {
    columns[g] = rows[ids[g % n] * width + g / n];
  }
};

/// to[r] = from[which[r]].
template <class T>
struct TakeEach {
  const T* from;
  const std::int32_t* which;
  T* to;
  NEARFOLD_HD void operator()(std::int64_t r) const { to[r] = from[which[r]]; }
};

/// Cell c has the rows [begin[c], begin[c + 1]).
template <class Executor>
struct IvfOn {
  template <class T>
  using Buffer = typename Executor::template Buffer<T>;

  std::int64_t n, width;
  CentroidsOn<Executor> centroids;
  std::vector<std::int64_t> begin;  // of the host
  Buffer<std::int64_t> begin_there;
  Buffer<std::int32_t> ids;  // [n]: the point of a row
  Buffer<float> squares;     // [n]
  Buffer<float> columns;     // [width, n]

  /// What make_ivf_lists() makes of rows by point. Cost: that of kmeans.hpp.
  IvfOn(const Executor& executor, const ShortRows<Executor>& rows, int nlist, std::uint64_t seed)
      : n(rows.n), width(rows.width), centroids(executor, Matrix()) {
    std::vector<std::int32_t> leaves;
    {
      const Part part(0.2);
      leaves = leaf_order(executor, rows);
    }
    {
      const Part part(0.7);
      centroids = CentroidsOn<Executor>(executor, kmeans(executor, rows, leaves, nlist, seed));
    }
    const Part part(1);
    const auto which = executor.upload(leaves);
    CellsOn<Executor> cells = put_in_cells(executor, rows, which, centroids);
    begin = std::move(cells.begin);
    begin_there = std::move(cells.begin_there);
    ids = executor.template buffer<std::int32_t>(n);
    executor.for_each(n, TakeEach<std::int32_t>{which.data(), cells.order.data(), ids.data()});
    squares = executor.template buffer<float>(n);
    executor.for_each(n, TakeEach<float>{rows.squares.data(), ids.data(), squares.data()});
    columns = executor.template buffer<float>(n * width);
    executor.for_each(n * width,
                      ColumnOfRow{rows.values.data(), n, width, ids.data(), columns.data()});
    executor.wait();  // the rows by point may go away
  }

  std::int64_t nlist() const { return centroids.count; }
  /// Rows in so many cells, at the most.
  std::int64_t reach(std::int64_t nprobe) const {
    std::vector<std::int64_t> sizes;
    for (std::size_t c = 1; c < begin.size(); ++c) sizes.push_back(begin[c] - begin[c - 1]);
    std::sort(sizes.rbegin(), sizes.rend());
    std::int64_t rows = 0;
    for (std::int64_t c = 0; c < nprobe; ++c) rows += sizes[static_cast<std::size_t>(c)];
    return rows;
  }
};

}  // namespace nearfold
