// The inverted file on a device: the processor's cells (knn/ivf.hpp), its probes, its candidates
// and its distances, byte for byte. Queries go through it in batches; of each
//   1. the nearest nprobe centroids are selected,
//   2. all visits to a cell are measured with its members in one product (cell_visits.hpp),
//   3. of what a query has seen the candidates are selected,
//   4. these are measured as the graph wants them, by whole points (select.hpp).
// Nothing here is an estimate that would have to be bounded: measures are the processor's bits
// (fixed_products.hpp), and everything else selects by them.
//
// Cost for n points of d columns, as rows of w columns in `lists` cells of which p are probed, for
// c candidates: 2 n w (lists + p n / lists) + 3 n c d flops, a fifth of them in step 1 where p is
// 16 and lists 2 sqrt(n); 40 n (lists + p n / lists) bytes of measures written and read, by far the
// most; about 55 launches a batch. A million points, w = 96, lists = 2,000, p = 16: 1.9 TFLOP and
// 0.4 TB. By arithmetic alone that is 0.1 s of the memory of an H200 (4.8 TB/s), and as much of its
// flops at half of their rate, as none is fused.
#pragma once

#include <algorithm>
#include <cstdint>

#include "core/stopping.hpp"
#include "kernels/knn/cell_visits.hpp"
#include "kernels/knn/cells.hpp"
#include "kernels/knn/equal_candidates.hpp"
#include "kernels/knn/search.hpp"
#include "kernels/knn/search_plan.hpp"
#include "knn/effort.hpp"
#include "knn/equal_rows.hpp"

namespace nearfold {

/// Value g of a batch's queries, [rows, width], by their rows.
struct GatherColumns {
  const float* columns;
  std::int64_t n, width;
  PointIds rows;
  float* to;
  NEARFOLD_HD void operator()(std::int64_t g) const {
    to[g] = columns[g % width * n + rows(g / width)];
  }
};
struct TakeQuery {
  const float* squares;
  const std::int32_t* ids;
  PointIds rows;
  float* to_squares;
  std::int64_t* points;
  NEARFOLD_HD void operator()(std::int64_t q) const {
    to_squares[q] = squares[rows(q)];
    points[q] = ids[rows(q)];
  }
};

/// found: the first of the points that a place of a query stands for; -1 for none.
struct PointsOfPlaces {
  VisitJob job;
  const std::int32_t* ids;
  EqualView equal;
  const std::int32_t* places;  // [count, candidates]
  const std::int64_t* taken;   // [count]
  std::int64_t candidates;
  std::int64_t* found;

  NEARFOLD_HD void operator()(std::int64_t at) const {
    const std::int64_t q = at / candidates;
    found[at] =
        at % candidates < taken[q] ? equal.first_of(ids[row_of_place(job, q, places[at])]) : -1;
  }
};

/// EqualRows there.
template <class Executor>
struct EqualRowsOn {
  typename Executor::template Buffer<std::int32_t> first, begin, members;

  EqualRowsOn(const Executor& executor, const EqualRows& equal)
      : first(executor.upload(equal.first)),
        begin(executor.upload(equal.begin)),
        members(executor.upload(equal.members)) {}
  EqualView view() const {
    return first.size() > 0 ? EqualView{first.data(), begin.data(), members.data()} : EqualView{};
  }
};

/// Searches that go through an inverted file.
template <class Executor>
class CellSearchOn {
 public:
  CellSearchOn(const Executor& executor, const IvfOn<Executor>& cells, const EqualView& equal,
               SearchOn<Executor>& search)
      : executor_(executor), cells_(cells), equal_(equal), search_(search) {}

  /// The k nearest of what `count` rows of the file see, for their points, anew.
  void operator()(PointIds rows, std::int64_t count, const Effort& effort) {
    const ProbedQuery query{search_.rows().width(), cells_.width,
                            cells_.nlist(),         effort.probes_or_ef,
                            effort.candidates,      cells_.reach(effort.probes_or_ef),
                            equal_.first != nullptr};
    Room room = as_many_as_fit(batch_of(executor_.free_bytes(), query.bytes(), count), 1,
                               [&](std::int64_t batch) { return Room(executor_, query, batch); });
    for (std::int64_t first = 0; first < count; first += room.batch) {
      const std::int64_t some = std::min(room.batch, count - first);
      answer(rows.from(first), some, query, room);
      executor_.wait();
      throw_if_stopped(static_cast<double>(first + some) / static_cast<double>(count));
    }
  }

 private:
  template <class T>
  using Buffer = typename Executor::template Buffer<T>;

  struct Room {
    Room(const Executor& on, const ProbedQuery& of, std::int64_t queries)
        : batch(queries),
          points(on.template buffer<std::int64_t>(batch)),
          rows(on.template buffer<float>(batch * of.width)),
          squares(on.template buffer<float>(batch)),
          measures(on.template buffer<float>(batch * of.nlist)),
          cells(on.template buffer<std::int32_t>(batch * of.nprobe)),
          places(on.template buffer<std::int64_t>(batch * of.nprobe)),
          values_of(on.template buffer<std::int64_t>(batch + 1)),
          visits_of(on.template buffer<std::int64_t>(of.nlist + 1)),
          tiles_of(on.template buffer<std::int64_t>(of.nlist + 1)),
          values(on.template buffer<float>(batch * of.reach)),
          smallest(on, batch),
          taken(on.template buffer<std::int64_t>(batch)),
          chosen(on.template buffer<std::int32_t>(batch * of.candidates)),
          found(on.template buffer<std::int64_t>(batch * of.candidates)),
          kept(on.template buffer<std::int64_t>(of.grouped ? batch * of.candidates : 0)),
          measured(on.template buffer<float>(batch * of.candidates)),
          queries_of(on.template buffer<float>(batch * of.dim)) {}
    std::int64_t batch;
    Buffer<std::int64_t> points;
    Buffer<float> rows, squares, measures;
    Buffer<std::int32_t> cells;
    Buffer<std::int64_t> places, values_of, visits_of, tiles_of;
    Buffer<float> values;
    SmallestOf<Executor> smallest;
    Buffer<std::int64_t> taken;
    Buffer<std::int32_t> chosen;
    Buffer<std::int64_t> found, kept;
    Buffer<float> measured, queries_of;
  };

  void answer(PointIds rows, std::int64_t count, const ProbedQuery& query, Room& room) {
    executor_.for_each(count * query.width, GatherColumns{cells_.columns.data(), cells_.n,
                                                          query.width, rows, room.rows.data()});
    executor_.for_each(count, TakeQuery{cells_.squares.data(), cells_.ids.data(), rows,
                                        room.squares.data(), room.points.data()});
    measure_tiles(executor_, {room.rows.data(), room.squares.data(), count,
                              cells_.centroids.columns.data(), cells_.centroids.squares.data(),
                              query.nlist, query.width, room.measures.data()});
    const SmallestView nearest =
        room.smallest({room.measures.data(), nullptr, query.nlist}, count, query.nprobe);
    auto keys = executor_.template buffer<std::uint64_t>(count * query.nprobe);
    VisitJob job = job_of(count, query, room);
    list_visits(executor_, job, nearest, keys);
    measure_visits(executor_, job);
    choose(job, query, room);
    refine(job, query, room);
  }

  VisitJob job_of(std::int64_t count, const ProbedQuery& query, Room& room) const {
    return {cells_.columns.data(),
            cells_.squares.data(),
            cells_.begin_there.data(),
            cells_.n,
            query.width,
            query.nlist,
            room.rows.data(),
            room.squares.data(),
            count,
            query.nprobe,
            room.cells.data(),
            room.places.data(),
            room.values_of.data(),
            nullptr,
            room.visits_of.data(),
            room.tiles_of.data(),
            room.values.data()};
  }

  /// The nearest of what each query has seen, as points.
  void choose(const VisitJob& job, const ProbedQuery& query, Room& room) {
    const SmallestView smallest =
        room.smallest({room.values.data(), room.values_of.data(), 0}, job.count, query.candidates);
    executor_.for_each(job.count, ClearCount{room.taken.data()});
    executor_.for_each_row(
        job.count, TakePlaces{smallest, query.candidates, room.chosen.data(), room.taken.data()});
    executor_.for_each(job.count * query.candidates,
                       PointsOfPlaces{job, cells_.ids.data(), equal_, room.chosen.data(),
                                      room.taken.data(), query.candidates, room.found.data()});
  }

  /// Their rows of the graph.
  void refine(const VisitJob& job, const ProbedQuery& query, Room& room) {
    const PointIds which{room.points.data(), 0};
    RowsOn<Executor>& rows = search_.rows();
    const BestRows best = search_.best();
    executor_.for_each(job.count, ClearRows{best, which, search_.reach()});
    if (query.grouped)
      executor_.for_each(
          job.count * query.candidates,
          KeepKinds{room.found.data(), query.candidates, which, equal_, room.kept.data()});
    const Selection selection{.tile = {rows.all(), 0, rows.n(), query.dim},
                              .queries = rows.some(which, job.count, room.queries_of.data()),
                              .which = which,
                              .rows = job.count,
                              .candidates = static_cast<int>(query.candidates),
                              .found = query.grouped ? room.kept.data() : room.found.data(),
                              .estimates = nullptr,  // nothing is proven by them
                              .norms = nullptr,
                              .measured = room.measured.data(),
                              .form = search_.form(),
                              .best = best,
                              .reach = search_.reach()};
    executor_.for_each_row(job.count * query.candidates, MeasureFound{selection});
    if (query.grouped)
      executor_.for_each(job.count, TakeKinds{selection, equal_});
    else
      executor_.for_each(job.count, TakeFound{selection});
  }

  Executor executor_;
  const IvfOn<Executor>& cells_;
  EqualView equal_;
  SearchOn<Executor>& search_;
};

}  // namespace nearfold
