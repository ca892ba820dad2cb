// The k-means of src/knn/kmeans.cpp on a device: the processor draws and refills empty cells, the
// device finds nearest centroids and means, adding in the processor's order. The same bytes.
//
// Cost of training `lists` cells by rows of w columns: six times 2 s lists w flops, for the s <=
// 32 lists rows of the sample, and 8 lists w bytes between both memories; a million points of 96
// columns, 2,000 cells: 0.15 TFLOP. Then 2 n lists w flops to put all rows in cells, here 0.4
// TFLOP.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "core/stopping.hpp"
#include "kernels/core/launch_shape.hpp"
#include "kernels/knn/fixed_products.hpp"
#include "kernels/knn/search_plan.hpp"
#include "kernels/knn/short_rows.hpp"
#include "knn/kmeans_draws.hpp"
#include "math/host_device.hpp"

namespace nearfold {

/// The largest c in [0, count) with begin[c] <= at, where begin[0] <= at and they ascend.
NEARFOLD_HD inline std::int64_t last_not_above(const std::int64_t* begin, std::int64_t count,
                                               std::int64_t at) {
  std::int64_t low = 0, high = count;  // begin[low] <= at < begin[high]
  while (high - low > 1) {
    const std::int64_t middle = low + (high - low) / 2;
    (begin[middle] <= at ? low : high) = middle;
  }
  return low;
}

/// Row r of `to` is row which[r] of rows, value by value.
struct GatherShort {
  const float* rows;
  std::int64_t width;
  const std::int32_t* which;
  float* to;
  NEARFOLD_HD void operator()(std::int64_t g) const {
    to[g] = rows[which[g / width] * width + g % width];
  }
};

/// Cell and row as one number, ascending by cell and then by row.
struct KeyOfCell {
  const std::int32_t* cell_of;
  std::uint64_t* keys;
  NEARFOLD_HD void operator()(std::int64_t r) const {
    keys[r] = static_cast<std::uint64_t>(cell_of[r]) << 32 | static_cast<std::uint64_t>(r);
  }
};
struct RowOfKey {
  const std::uint64_t* keys;
  std::int32_t* rows;
  NEARFOLD_HD void operator()(std::int64_t r) const {
    rows[r] = static_cast<std::int32_t>(keys[r] & 0xffffffffu);
  }
};

/// begin[c]: the first of `count` ascending keys whose bits from `shift` on are at least c.
struct BeginOfCell {
  const std::uint64_t* keys;
  std::int64_t count;
  int shift;
  std::int64_t* begin;
  NEARFOLD_HD void operator()(std::int64_t c) const {
    std::int64_t low = -1, high = count;  // keys[low] < cell c <= keys[high]
    while (high - low > 1) {
      const std::int64_t middle = low + (high - low) / 2;
      (keys[middle] >> shift < static_cast<std::uint64_t>(c) ? low : high) = middle;
    }
    begin[c] = high;
  }
};

/// Column g % width of the centroid of cell g / width becomes the mean of its rows; of an empty
/// cell it stays.
struct MeanOfCell {
  const float* rows;
  std::int64_t width;
  const std::int32_t* order;  // rows, cell after cell
  const std::int64_t* begin;
  float* means;

  NEARFOLD_HD void operator()(std::int64_t g) const {
    const std::int64_t cell = g / width, j = g % width;
    if (begin[cell] == begin[cell + 1]) return;
    float mean = 0;
    for (std::int64_t r = begin[cell]; r < begin[cell + 1]; ++r) mean += rows[order[r] * width + j];
    means[g] = mean * (1.0f / static_cast<float>(begin[cell + 1] - begin[cell]));
  }
};

/// Centroids as they are measured.
template <class Executor>
struct CentroidsOn {
  std::int64_t count = 0, width = 0;
  typename Executor::template Buffer<float> columns;  // [width, count]
  typename Executor::template Buffer<float> squares;  // [count]

  CentroidsOn(const Executor& executor, const Matrix& centroids)
      : count(centroids.rows()), width(centroids.cols()) {
    std::vector<float> values(static_cast<std::size_t>(count * width));
    for (std::int64_t c = 0; c < count; ++c)
      for (std::int64_t j = 0; j < width; ++j)
        values[static_cast<std::size_t>(j * count + c)] = centroids.row(c)[j];
    columns = executor.upload(values);
    squares = executor.upload(squares_of(centroids));
  }
};

/// Cell c has the rows order[begin[c]] ... order[begin[c + 1] - 1], ascending.
template <class Executor>
struct CellsOn {
  std::vector<std::int64_t> begin;  // [cells + 1], of the host
  typename Executor::template Buffer<std::int64_t> begin_there;
  typename Executor::template Buffer<std::int32_t> order;
};

/// Some rows, by number, in the cells of the nearest centroids, as cells_of() and nearest_of() put
/// them. Three launches for each batch of rows, a sort of all keys, three launches.
template <class Executor>
CellsOn<Executor> put_in_cells(const Executor& executor, const ShortRows<Executor>& rows,
                               const typename Executor::template Buffer<std::int32_t>& which,
                               const CentroidsOn<Executor>& centroids) {
  const auto count = static_cast<std::int64_t>(which.size());
  auto cell_of = executor.template buffer<std::int32_t>(count);
  const std::int64_t query = 4 * (rows.width + centroids.count);
  struct Room {
    std::int64_t batch;
    typename Executor::template Buffer<float> queries, measures;
  };
  Room room =
      as_many_as_fit(batch_of(executor.free_bytes(), query, count), 1, [&](std::int64_t batch) {
        return Room{batch, executor.template buffer<float>(batch * rows.width),
                    executor.template buffer<float>(batch * centroids.count)};
      });
  for (std::int64_t first = 0; first < count; first += room.batch) {
    const std::int64_t some = std::min(room.batch, count - first);
    executor.for_each(some * rows.width, GatherShort{rows.values.data(), rows.width,
                                                     which.data() + first, room.queries.data()});
    measure_tiles(executor,
                  {room.queries.data(), nullptr, some, centroids.columns.data(),
                   centroids.squares.data(), centroids.count, rows.width, room.measures.data()});
    executor.for_each_row(
        some, NearestOfMeasured{room.measures.data(), centroids.count, cell_of.data() + first});
    executor.wait();
    throw_if_stopped(static_cast<double>(first + some) / static_cast<double>(count));
  }
  auto keys = executor.template buffer<std::uint64_t>(count);
  executor.for_each(count, KeyOfCell{cell_of.data(), keys.data()});
  executor.sort(keys);
  CellsOn<Executor> cells{{},
                          executor.template buffer<std::int64_t>(centroids.count + 1),
                          executor.template buffer<std::int32_t>(count)};
  executor.for_each(centroids.count + 1,
                    BeginOfCell{keys.data(), count, 32, cells.begin_there.data()});
  executor.for_each(count, RowOfKey{keys.data(), cells.order.data()});
  cells.begin = executor.download(cells.begin_there);
  return cells;
}

/// Of the rows in the order of the leaves: what kmeans() makes of them.
template <class Executor>
Matrix kmeans(const Executor& executor, const ShortRows<Executor>& rows,
              const std::vector<std::int32_t>& leaves, int count, std::uint64_t seed) {
  const KMeansDraws drawn = kmeans_draws(rows.n, count, seed);
  const auto taken = [](const std::vector<std::int32_t>& from,
                        const std::vector<std::int32_t>& at) {
    std::vector<std::int32_t> some;
    for (const std::int32_t r : at) some.push_back(from[static_cast<std::size_t>(r)]);
    return some;
  };
  const std::vector<std::int32_t> sample =
      drawn.sample.empty() ? leaves : taken(leaves, drawn.sample);
  const auto which = executor.upload(sample);
  // The sample beside the points: its rows are read again and again.
  const auto size = static_cast<std::int64_t>(sample.size());
  ShortRows<Executor> by{size, rows.width, executor.template buffer<float>(size * rows.width), {}};
  executor.for_each(size * rows.width,
                    GatherShort{rows.values.data(), rows.width, which.data(), by.values.data()});
  std::vector<std::int32_t> in_order(sample.size());
  for (std::size_t r = 0; r < in_order.size(); ++r) in_order[r] = static_cast<std::int32_t>(r);
  const auto all = executor.upload(in_order);
  const auto first = executor.upload(drawn.first);
  auto means = executor.template buffer<float>(count * rows.width);
  executor.for_each(count * rows.width,
                    GatherShort{by.values.data(), rows.width, first.data(), means.data()});
  Matrix centroids(count, rows.width, executor.download(means));
  for (int i = 0; i < drawn.iterations; ++i) {
    const Part part(static_cast<double>(i + 1) / drawn.iterations);
    const CellsOn<Executor> cells =
        put_in_cells(executor, by, all, CentroidsOn<Executor>(executor, centroids));
    executor.for_each(count * rows.width,
                      MeanOfCell{by.values.data(), rows.width, cells.order.data(),
                                 cells.begin_there.data(), means.data()});
    centroids = Matrix(count, rows.width, executor.download(means));
    fill_empty(cells.begin, centroids);
    executor.write(centroids.values(), means);  // empty cells keep what they have become
  }
  return centroids;
}

}  // namespace nearfold
