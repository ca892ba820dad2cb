#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "core/stopping.hpp"
#include "knn/query_search.hpp"
#include "knn/sparse_graph.hpp"
#include "method.hpp"
#include "model/placement.hpp"
#include "model/placer.hpp"
#include "nearfold/error.hpp"
#include "stages.hpp"

namespace nearfold {
namespace {

class CpuPlacer final : public Placer {
 public:
  CpuPlacer(const Model& model, const Cpu& on)
      : dims_(model.map.cols()),
        on_(on),
        placement_(std::visit([&](const auto& method) { return make_placement(model, method, on); },
                              model.settings.method)),
        search_(make_search(model)) {}

  Placed place(const InputPoints& rows) const override {
    QueryResult found;
    {
      const Part part(0.7);
      found = search_(rows);
    }
    Placed placed{Matrix(found.rows, dims_), {}, {}, found.recall};
    placement_->place({found.rows, found.k, found.neighbors, found.distances}, placed.map.data());
    for (std::int64_t r = 0; r < found.rows; ++r) {
      const auto first = static_cast<std::size_t>(r * found.k);
      placed.nearest.push_back(found.neighbors[first]);
      placed.distances.push_back(found.distances[first]);
    }
    return placed;
  }

 private:
  using Search = std::function<QueryResult(const InputPoints&)>;

  Search make_search(const Model& model) const {
    const int k = placement_->neighbors();
    const Distance& distance = model.settings.distance;
    if (model.sparse) {
      const auto sparse =
          std::make_shared<const SparseQuerySearch>(model.sparse->view(), k, distance, on_);
      return [sparse, on = on_](const InputPoints& rows) { return (*sparse)(*rows.sparse, on); };
    }
    const auto dense = model.index
                           ? std::make_shared<const QuerySearch>(model.points, k, *model.index, on_)
                           : std::make_shared<const QuerySearch>(model.points, k, distance, on_);
    return [dense, on = on_](const InputPoints& rows) { return (*dense)(rows.host.floats(), on); };
  }

  std::int64_t dims_;
  Cpu on_;
  std::unique_ptr<Placement> placement_;
  Search search_;
};

/// Those that loops there are compiled for, as in an embedding.
bool has_gpu_dims(const Model& model) {
  return model.map.cols() == 2 || model.map.cols() == 3;
}

}  // namespace

std::unique_ptr<Placer> make_placer(const Model& model, const Cpu& on) {
  return std::make_unique<CpuPlacer>(model, on);
}

bool is_placed_on_gpu(const Model& model) {
  return !model.index && !model.sparse && has_gpu_dims(model);
}

void require_placed_on_gpu(const Model& model) {
  if (model.sparse)
    throw Unsupported(
        "a GPU places points among dense ones, and this model's are sparse; use "
        "device cpu");
  if (model.index)
    throw Unsupported(
        "a GPU searches for new points exactly, and this model has an index that was to be "
        "searched; "
        "use device cpu, or a model whose neighbours were found by flat");
  if (!has_gpu_dims(model))
    throw Unsupported("a GPU places points on maps of 2 or 3 dimensions, and the model's has " +
                      std::to_string(model.map.cols()) + "; use device cpu");
}

}  // namespace nearfold
