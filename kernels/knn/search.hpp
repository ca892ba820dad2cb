// One search of some points among all, tile by tile and batch by batch: rows of the graph as far as
// what finds candidates knows them, and what can be proven of them.
//
// Cost for q queries and n points of d columns, c candidates of each: what the finder takes, for
// every tile; rows into fp16 (fp16_rows.hpp), less their mean (float_centre.hpp) or only their
// lengths; then select.hpp.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "core/stopping.hpp"
#include "kernels/knn/brute_force.hpp"
#include "kernels/knn/certificate.hpp"
#include "kernels/knn/faiss_adapter.hpp"
#include "kernels/knn/float_centre.hpp"
#include "kernels/knn/fp16_rows.hpp"
#include "kernels/knn/search_plan.hpp"
#include "kernels/knn/searched_points.hpp"
#include "knn/top_k.hpp"

namespace nearfold {

template <class Executor>
class SearchOn {
 public:
  template <class T>
  using Buffer = typename Executor::template Buffer<T>;

  SearchOn(const Executor& executor, const SearchedPoints& points, int k, const SearchPlan& plan)
      : executor_(executor),
        plan_(plan),
        form_(row_of(points.distance.metric).distance),
        k_(k),
        tie_seed_(points.tie_seed),
        rows_(executor, points, plan.resident, plan.tile, plan.batch),
        ids_(executor.template buffer<std::int32_t>(points.n * k)),
        distances_(executor.template buffer<float>(points.n * k)),
        reach_(executor.template buffer<float>(points.n)),
        norms_(executor.template buffer<float>(points.n)),
        errors_(executor.template buffer<float>(points.n)) {}

  RowsOn<Executor>& rows() { return rows_; }
  std::int64_t n() const { return rows_.n(); }

  /// Rows of `rows` points among all, anew: in fp16 with a scaling, or in float32. Then
  /// uncertified() tells which are open.
  void search(Finder& finder, PointIds which, std::int64_t rows, const Fp16Scaling* frame) {
    executor_.for_each(rows, ClearRows{best(), which, reach_.data()});
    if (frame)
      search_in_fp16(finder, which, rows, *frame);
    else
      search_in_floats(finder, which, rows, float_centre());
  }

  /// The same through cells, when all rows are held.
  void search(FaissCells& index, PointIds which, std::int64_t rows) {
    executor_.for_each(rows, ClearRows{best(), which, reach_.data()});
    Room room = room_for(rows, Room::Kind::plain);
    in_batches({rows_.all(), 0, n(), rows_.width()}, which, rows, kMaxPerCells, nullptr, room,
               [&](const float* queries, PointIds, std::int64_t count, int candidates) {
                 index.nearest({queries, count, rows_.width()}, candidates, room.estimates.data(),
                               room.found.data());
               });
  }

  /// Those of some rows that a search of all points in this frame, or by floats, did not prove.
  UncertifiedRows<Executor> uncertified(PointIds which, std::int64_t rows,
                                        const Fp16Scaling* frame) {
    return uncertified_rows(executor_, proof(frame), true, which, rows);
  }
  /// Those that have less than k entries.
  UncertifiedRows<Executor> too_short() {
    return uncertified_rows(executor_, Certificate{.best = best()}, false, PointIds{}, n());
  }
  /// Open rows become exact by measuring all pairs.
  void measure(const UncertifiedRows<Executor>& open) {
    find_exactly(executor_, rows_, open, best(), reach_.data(), form_);
  }

  /// Of some rows, on the host; without ids.
  NeighborRows distances_of(PointIds which, std::int64_t rows) {
    NeighborRows answer(rows, k_);
    fetch_rows(distances_, which, rows, answer.distances);
    return answer;
  }
  /// With ids.
  NeighborRows neighbors_of(PointIds which, std::int64_t rows) {
    NeighborRows answer = distances_of(which, rows);
    fetch_rows(ids_, which, rows, answer.ids);
    return answer;
  }

  /// The graph's entries, which go from here.
  Buffer<std::int32_t> take_ids() { return std::move(ids_); }
  Buffer<float> take_distances() { return std::move(distances_); }

  /// What other searches add to.
  BestRows best() { return {ids_.data(), distances_.data(), k_, tie_seed_}; }
  float* reach() { return reach_.data(); }
  DistanceForm form() const { return form_; }
  int k() const { return k_; }

 private:
  template <class T>
  void fetch_rows(const Buffer<T>& from, PointIds which, std::int64_t rows, std::vector<T>& to) {
    auto room = executor_.template buffer<T>(rows * k_);
    executor_.for_each(rows * k_, GatherRows<T>{from.data(), k_, which, room.data()});
    executor_.fetch(room.data(), rows * k_, to.data());
  }

  /// What a batch of queries needs: as they are, in fp16, or less their mean.
  struct Room {
    enum class Kind { plain, half, centred };
    Room(const Executor& executor, std::int64_t queries, std::int64_t width, int candidates,
         Kind kind)
        : batch(queries),
          rows(executor.template buffer<float>(batch * width)),
          halves(executor.template buffer<std::uint16_t>(
              kind == Kind::half ? batch * half_width(width) : 0)),
          centred(executor.template buffer<float>(kind == Kind::centred ? batch * width : 0)),
          found(executor.template buffer<std::int64_t>(batch * candidates)),
          estimates(executor.template buffer<float>(batch * candidates)),
          measured(executor.template buffer<float>(batch * candidates)) {}
    std::int64_t batch;
    Buffer<float> rows;
    Buffer<std::uint16_t> halves;
    Buffer<float> centred;
    Buffer<std::int64_t> found;
    Buffer<float> estimates, measured;
  };

  Room room_for(std::int64_t rows, typename Room::Kind kind) {
    return as_many_as_fit(std::min(plan_.batch, rows), kMinBatch, [&](std::int64_t batch) {
      return Room(executor_, batch, rows_.width(), candidates_for(k_), kind);
    });
  }

  const float* float_centre() {
    if (!float_centre_) float_centre_.emplace(executor_, rows_);
    return float_centre_->get();
  }

  /// each(tile) for all points, `most` or a tile at a time.
  template <class Each>
  void for_tiles(std::int64_t most, const Each& each) {
    for (std::int64_t t = 0; t < rows_.tiles(); ++t) {
      const TileRows tile = rows_.tile(t);
      const Part part(static_cast<double>(t + 1) / static_cast<double>(rows_.tiles()));
      for (std::int64_t first = 0; first < tile.n; first += most) {
        const std::int64_t count = std::min(most, tile.n - first);
        const Part piece(static_cast<double>(first + count) / static_cast<double>(tile.n));
        each(TileRows{tile.rows + first * tile.dim, tile.begin + first, count, tile.dim});
      }
    }
  }

  void search_in_fp16(Finder& finder, PointIds which, std::int64_t rows, const Fp16Scaling& frame) {
    const std::int64_t width = rows_.width(), wide = half_width(width);
    auto halves = executor_.template buffer<std::uint16_t>(std::min(n(), rows_.tile_size()) * wide);
    Room room = room_for(rows, Room::Kind::half);
    const auto halve = [&](const float* from, PointIds points, std::int64_t count, bool queries,
                           std::uint16_t* to) {
      executor_.for_each_row(count, RowsToFp16{from, width, points, frame, queries, to,
                                               norms_.data(), errors_.data()});
    };
    for_tiles(rows_.tile_size(), [&](const TileRows& tile) {
      halve(tile.rows, {nullptr, tile.begin}, tile.n, false, halves.data());
      in_batches(tile, which, rows, kMaxCandidates, norms_.data(), room,
                 [&](const float* queries, PointIds these, std::int64_t count, int candidates) {
                   halve(queries, these, count, true, room.halves.data());
                   finder.largest({halves.data(), tile.n, wide}, {room.halves.data(), count, wide},
                                  candidates, room.estimates.data(), room.found.data());
                 });
    });
  }

  void search_in_floats(Finder& finder, PointIds which, std::int64_t rows, const float* centre) {
    const std::int64_t width = rows_.width();
    const std::int64_t most = centre ? centred_tile(rows_.tile_size(), width) : rows_.tile_size();
    auto centred = executor_.template buffer<float>(centre ? std::min(n(), most) * width : 0);
    Room room = room_for(rows, centre ? Room::Kind::centred : Room::Kind::plain);
    const auto moved = [&](const float* from, PointIds points, std::int64_t count, float* to) {
      executor_.for_each_row(
          count, CentreRows{from, width, points, centre, to, norms_.data(), errors_.data()});
      return static_cast<const float*>(to);
    };
    for_tiles(most, [&](const TileRows& tile) {
      const float* points = tile.rows;
      if (centre)
        points = moved(tile.rows, {nullptr, tile.begin}, tile.n, centred.data());
      else
        executor_.for_each_row(tile.n, NormOfRow{tile.rows, width, norms_.data() + tile.begin});
      in_batches(tile, which, rows, kMaxCandidates, nullptr, room,
                 [&](const float* queries, PointIds these, std::int64_t count, int candidates) {
                   if (centre) queries = moved(queries, these, count, room.centred.data());
                   finder.nearest({points, tile.n, width}, {queries, count, width}, candidates,
                                  room.estimates.data(), room.found.data());
                 });
    });
  }

  /// All batches of some rows: find(queries, which they are, how many, candidates), selection.
  template <class Find>
  void in_batches(const TileRows& tile, PointIds which, std::int64_t rows, int most,
                  const float* norms, Room& room, const Find& find) {
    const auto candidates =
        static_cast<int>(std::min<std::int64_t>({candidates_for(k_), most, tile.n}));
    for (std::int64_t first = 0; first < rows; first += room.batch) {
      const std::int64_t count = std::min(room.batch, rows - first);
      const Part part(static_cast<double>(first + count) / static_cast<double>(rows));
      const PointIds these = which.from(first);
      const float* const queries = rows_.some(these, count, room.rows.data());
      find(queries, these, count, candidates);
      select_nearest(executor_, {tile, queries, these, count, candidates, room.found.data(),
                                 room.estimates.data(), norms, room.measured.data(), form_, best(),
                                 reach_.data()});
      executor_.wait();
      throw_if_stopped();
    }
  }

  /// After search() of all points in this frame, or by floats.
  Certificate proof(const Fp16Scaling* frame) {
    const bool half = frame != nullptr, moved = half || float_centre() != nullptr;
    const std::int64_t width = rows_.width();
    Certificate proof{.best = best(),
                      .reach = reach_.data(),
                      .norms = norms_.data(),
                      .errors = moved ? errors_.data() : nullptr,
                      .most_norm = most_of(executor_, norms_.data(), n()),
                      .most_error = moved ? most_of(executor_, errors_.data(), n()) : 0.0f,
                      .dim = width,
                      .scale = half ? frame->scale : 1.0,
                      .form = form_};
    if (half) {
      // Twice what sums lose that are cut, not rounded; to a float and then to a half; half a step
      // of the smallest; |x|^2 / 2 in parts.
      proof.rounding = 0x1p-22 * static_cast<double>(half_width(width) + 32);
      proof.relative = 0x1p-11 * (1.0 + 0x1p-10);
      proof.absolute = 0x1p-25 * (1.0 + 0x1p-10);
      proof.lost = 0x1p-30;
    } else {  // twice what rounded sums lose; products below any float
      proof.rounding = 0x1p-23 * static_cast<double>(width + 8);
      proof.lost = 0x1p-120 * static_cast<double>(width + 32);
      proof.relative = 0x1p-24 * (1.0 + 0x1p-10);  // of a difference
    }
    return proof;
  }

  Executor executor_;
  SearchPlan plan_;
  DistanceForm form_;
  int k_;
  std::uint64_t tie_seed_;
  RowsOn<Executor> rows_;
  Buffer<std::int32_t> ids_;
  Buffer<float> distances_, reach_, norms_, errors_;
  std::optional<FloatCentre<Executor>> float_centre_;  // from the first search in float32 on
};

}  // namespace nearfold
