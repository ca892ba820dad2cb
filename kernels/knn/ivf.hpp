// Neighbours through an inverted file of our own, tuned and filled up as the processor's is
// (knn/approximate.cpp): the same sample, the same efforts tried, the same rows. So the graph has
// the processor's bytes, which FAISS' inverted file can't promise: it runs one cuBLAS handle on two
// streams, which NVIDIA excludes from reproducibility.
//
// What the processor still does: the axes of short rows, of 4,096 points (at most 200 vectors times
// 4,096 dim, three times forth and back: 10 GFLOP at 784 columns), the order of their leaves
// (short_rows.hpp), and sorting n hashes (equal_rows.hpp). Cost on the device: cell_search.hpp,
// kmeans.hpp and short_rows.hpp; 1,000 exact rows by `finder`; and a search of these 1,000 for each
// effort tried, about 2 log2(nlist) of them.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "core/stopping.hpp"
#include "kernels/knn/cell_search.hpp"
#include "kernels/knn/equal_rows.hpp"
#include "kernels/knn/sample.hpp"
#include "kernels/knn/search.hpp"
#include "kernels/knn/short_rows.hpp"
#include "knn/effort.hpp"
#include "knn/ranks.hpp"
#include "knn/sampled_recall.hpp"

namespace nearfold {

struct IvfTask {
  int nlist = 1;
  std::optional<int> nprobe;  // unset: found for the target
  double target_recall = 0.95;
  std::uint64_t seed = 0;
  Cpu host = {};  // that makes the axes
};

struct IvfFound {
  Effort effort;
  Recall recall;
  std::int64_t duplicates = 0;
};

/// Some of the points on the host.
template <class Executor>
Matrix brought(const Executor& executor, RowsOn<Executor>& rows,
               const std::vector<std::int64_t>& points) {
  const auto count = static_cast<std::int64_t>(points.size());
  const auto there = executor.upload(points);
  auto room = executor.template buffer<float>(count * rows.width());
  const float* const from = rows.some({there.data(), 0}, count, room.data());
  Matrix values(count, rows.width());
  executor.fetch(from, count * rows.width(), values.data());
  return values;
}

/// The ranks by which candidates_for() decides, from 1: of row s of those looked at, the place of
/// its neighbours among all rows. Cost: 2 250 n w flops, 250 (k + 1) n values read or written.
template <class Executor>
std::vector<std::int32_t> ranks_of(const Executor& executor, const IvfOn<Executor>& cells,
                                   const std::vector<std::int32_t>& row_of,
                                   const SampleOn<Executor>& sample) {
  const std::int64_t looked_at = ranked_rows(sample.count()), k = sample.neighbors.k;
  std::vector<std::int64_t> asked;
  std::vector<std::int32_t> wanted;
  for (std::int64_t s = 0; s < looked_at; ++s) {
    const std::int64_t r = ranked_row(s, sample.count());
    asked.push_back(row_of[static_cast<std::size_t>(sample.points[static_cast<std::size_t>(r)])]);
    for (std::int64_t e = r * k; e < (r + 1) * k; ++e)
      wanted.push_back(
          row_of[static_cast<std::size_t>(sample.neighbors.ids[static_cast<std::size_t>(e)])]);
  }
  const auto rows = executor.upload(asked);
  const auto neighbors = executor.upload(wanted);
  auto counts = executor.template buffer<std::int64_t>(looked_at * k);
  struct Room {
    std::int64_t batch;
    typename Executor::template Buffer<float> queries, measures;
  };
  Room room =
      as_many_as_fit(batch_of(executor.free_bytes(), 4 * (cells.n + cells.width), looked_at), 1,
                     [&](std::int64_t batch) {
                       return Room{batch, executor.template buffer<float>(batch * cells.width),
                                   executor.template buffer<float>(batch * cells.n)};
                     });
  for (std::int64_t first = 0; first < looked_at; first += room.batch) {
    const std::int64_t some = std::min(room.batch, looked_at - first);
    executor.for_each(some * cells.width, GatherColumns{cells.columns.data(),
                                                        cells.n,
                                                        cells.width,
                                                        {rows.data() + first, 0},
                                                        room.queries.data()});
    measure_tiles(executor, {room.queries.data(), nullptr, some, cells.columns.data(),
                             cells.squares.data(), cells.n, cells.width, room.measures.data()});
    executor.for_each_row(
        some * k, CountNearer{room.measures.data(), cells.n, k, neighbors.data() + first * k,
                              counts.data() + first * k});
    executor.wait();
    throw_if_stopped();
  }
  std::vector<std::int32_t> ranks;
  for (const std::int64_t nearer : executor.download(counts))
    ranks.push_back(static_cast<std::int32_t>(nearer + 1));
  return ranks;
}

/// The file of all points, made by short rows that go away.
template <class Executor>
IvfOn<Executor> make_cells(const Executor& executor, RowsOn<Executor>& rows, const ShortAxes& axes,
                           const IvfTask& task) {
  const ShortRows<Executor> short_rows = make_short_rows(executor, rows.all(), rows.n(), axes);
  return IvfOn<Executor>(executor, short_rows, task.nlist, task.seed);
}

/// Every row through the cells, with the probes that reach the target on the sample, or those
/// given; a row that is too short is made exact. All rows are held. Throws OutOfMemory.
template <class Executor>
IvfFound find_by_ivf(const Executor& executor, SearchOn<Executor>& search, const IvfTask& task,
                     std::unique_ptr<Finder> finder) {
  RowsOn<Executor>& rows = search.rows();
  SampleOn<Executor> sample;
  {
    const Part part(0.1);
    sample = sample_exactly(executor, search, *finder);
  }
  finder.reset();  // its memory is free from here on
  const EqualRows equal = find_equal_rows(executor, rows.all(), rows.n(), rows.width());
  const auto find_axes = [&] {
    const Part part(0.2, 6);
    return short_axes(brought(executor, rows, axes_sample(rows.n())), rows.n(), kFilterCarries,
                      task.host);
  };
  const ShortAxes axes = find_axes();
  const auto make = [&] {
    const Part part(0.5);
    return make_cells(executor, rows, axes, task);
  };
  const IvfOn<Executor> cells = make();
  const std::vector<std::int32_t> row_of = row_of_point(executor.download(cells.ids), rows.n());
  const EqualRowsOn<Executor> equal_there(executor, equal);
  CellSearchOn<Executor> through(executor, cells, equal_there.view(), search);

  std::vector<std::int64_t> sampled_rows;
  for (const std::int64_t point : sample.points)
    sampled_rows.push_back(row_of[static_cast<std::size_t>(point)]);
  const auto sampled_there = executor.upload(sampled_rows);
  const auto recall = [&] {
    return recall_of(sample.neighbors, search.distances_of(sample.which(), sample.count()));
  };
  double left = 1;  // share of the tuning to come: how many efforts there will be is not known
  const Tuning tuning{.n = rows.n(),
                      .k = search.k(),
                      .target = task.target_recall,
                      .given = task.nprobe,
                      .efforts =
                          [&](int) {
                            return Efforts{1, task.nlist};
                          },
                      .recall_with =
                          [&](const Effort& effort) {
                            left *= 0.8;
                            const Part part(0.7 - 0.2 * left);
                            through({sampled_there.data(), 0}, sample.count(), effort);
                            return recall().mean;
                          }};
  IvfFound found;
  found.duplicates = equal.duplicates();
  found.effort = least_effort(
      tuning, axes.lossless() ? candidates_in_order(rows.n(), search.k())
                              : candidates_by_ranks(ranks_of(executor, cells, row_of, sample),
                                                    rows.n(), search.k(), task.target_recall));
  {
    const Part part(0.95);
    through({}, rows.n(), found.effort);
  }
  search.measure(search.too_short());
  found.recall = recall();
  return found;
}

}  // namespace nearfold
