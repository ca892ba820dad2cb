// New rows on a model's map on a device: a search by all pairs and the descent of each row, a block
// of rows at a time. The model's points and map are brought once.
//
// Cost of a block: the search (kernels/knn/query_search.hpp), the launches of a placement
// (kernels/tsne/placement.hpp, kernels/umap/placement.hpp), and 4 dims + 8 k bytes a row that are
// fetched; a row has 4 (dims + 2 k + 2 dims k + k) bytes of room.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <memory>
#include <variant>
#include <vector>

#include "core/check_points.hpp"
#include "core/stopping.hpp"
#include "kernels/knn/query_search.hpp"
#include "kernels/model/placement.hpp"
#include "kernels/pacmap/placement.hpp"
#include "kernels/tsne/placement.hpp"
#include "kernels/umap/placement.hpp"
#include "model/placer.hpp"
#include "stages.hpp"

namespace nearfold {

inline constexpr std::int64_t kPlacedTogether = 65'536, kFewPlaced = 256;  // rows

template <class Executor>
class PlacerOn final : public Placer {
 public:
  /// `tile`: of the search; `block`: rows that are placed together.
  PlacerOn(const Executor& executor, const Model& model, const Cpu& host,
           std::int64_t tile = kMinTile, std::int64_t block = kPlacedTogether)
      : executor_(executor),
        host_(host),
        dims_(model.map.cols()),
        block_(block),
        map_(executor.upload(model.map.values())),
        placement_(std::visit(
            [&](const auto& method) {
              return make_placement_on(executor, model, method, host, map_.data());
            },
            model.settings.method)),
        search_(executor, model.points, placement_->neighbors(), model.settings.distance, host,
                tile) {}

  Placed place(const InputPoints& given) const override {
    const HostMatrix<const float> rows =
        given.host.floats();  // require_placed_on_gpu() refuses sparse ones
    const std::int64_t m = rows.rows();
    const MetricRows queries = search_.queries(rows, host_);
    Placed placed{Matrix(m, dims_), {}, {}};
    Room room = as_many_as_fit(std::min(block_, m), kFewPlaced, [&](std::int64_t block) {
      return Room(executor_, block, search_.k(), dims_);
    });
    for (std::int64_t first = 0; first < m; first += room.block) {
      const std::int64_t count = std::min(room.block, m - first);
      const Part part(static_cast<double>(first + count) / static_cast<double>(m));
      place(queries, first, count, room, placed);
      throw_if_stopped();
    }
    for (const float at : placed.map.values())
      if (!std::isfinite(at)) throw_not_finite();
    return placed;
  }

 private:
  template <class T>
  using Buffer = typename Executor::template Buffer<T>;

  /// What a block of rows needs.
  struct Room {
    Room(const Executor& executor, std::int64_t rows, std::int64_t k, std::int64_t dims)
        : block(rows),
          ids(executor.template buffer<std::int32_t>(rows * k)),
          distances(executor.template buffer<float>(rows * k)),
          weights(executor.template buffer<float>(rows * k)),
          places(executor.template buffer<WeightedPlace>(rows * dims * k)),
          out(executor.template buffer<float>(rows * dims)) {}
    std::int64_t block;
    Buffer<std::int32_t> ids;
    Buffer<float> distances, weights;
    Buffer<WeightedPlace> places;
    Buffer<float> out;
  };

  /// The rows [first, first + count) of the call.
  void place(const MetricRows& queries, std::int64_t first, std::int64_t count, Room& room,
             Placed& placed) const {
    const std::int64_t k = search_.k();
    search_(queries, first, count, {room.ids.data(), room.distances.data(), search_.k()});
    placement_->place({count, k, map_.data(), room.ids.data(), room.distances.data(),
                       room.weights.data(), room.places.data(), room.out.data()});
    executor_.fetch(room.out.data(), count * dims_, placed.map.row(first));
    std::vector<std::int32_t> ids(static_cast<std::size_t>(count * k));
    std::vector<float> distances(ids.size());
    executor_.fetch(room.ids.data(), count * k, ids.data());
    executor_.fetch(room.distances.data(), count * k, distances.data());
    for (std::size_t at = 0; at < ids.size(); at += static_cast<std::size_t>(k)) {
      placed.nearest.push_back(ids[at]);
      placed.distances.push_back(distances[at]);
    }
  }

  Executor executor_;
  Cpu host_;
  std::int64_t dims_, block_;
  Buffer<float> map_;
  std::unique_ptr<PlacementOn<Executor>> placement_;
  QuerySearchOn<Executor> search_;
};

}  // namespace nearfold
