#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "core/device.hpp"
#include "core/parallel.hpp"
#include "core/quantile.hpp"
#include "core/reported.hpp"
#include "knn/query_search.hpp"
#include "model/check_model.hpp"
#include "model/placer.hpp"
#include "model/twins.hpp"
#include "nearfold/error.hpp"
#include "nearfold/model.hpp"

namespace nearfold {
namespace {

/// Of each point the distance to its last neighbour; where that is 0, the mean of all.
std::vector<float> reach_of(const KnnGraph& graph) {
  std::vector<float> reach(static_cast<std::size_t>(graph.n));
  double sum = 0;
  for (std::size_t i = 0; i < reach.size(); ++i) {
    reach[i] = graph.distances[(i + 1) * static_cast<std::size_t>(graph.k) - 1];
    sum += static_cast<double>(reach[i]);
  }
  const auto mean = static_cast<float>(sum / static_cast<double>(graph.n));
  for (float& r : reach) r = r > 0 ? r : (mean > 0 ? mean : 1.0f);
  return reach;
}

}  // namespace

struct Transformer::State {
  const Model* model;
  TransformParams params;
  Cpu on;  // the processor, for what is done there whatever the device
  Twins twins;
  std::vector<float> reach;
  std::unique_ptr<Placer> placer;
  float remote = 0;

  template <class D>
  State(const Model& m, const TransformParams& p, const D& device)
      : model((check_model(m, host_of(device)), &m)),
        params(p),
        on(host_of(device)),
        twins(points_of(m), on),
        reach(reach_of(m.graph)),
        placer(make_placer(m, device)) {
    remote = usual_remoteness(0.99);
  }

  float remoteness(std::int32_t nearest, float distance) const {
    return distance / reach[static_cast<std::size_t>(nearest)];
  }

  /// What this share of the model's points stay below.
  float usual_remoteness(double share) const {
    const KnnGraph& graph = model->graph;
    std::vector<float> own(static_cast<std::size_t>(graph.n));
    for (std::size_t i = 0; i < own.size(); ++i) {
      const std::size_t first = i * static_cast<std::size_t>(graph.k);
      own[i] = remoteness(graph.neighbors[first], graph.distances[first]);
    }
    return quantile(std::move(own), share);
  }

  void let_coincide(const InputPoints& rows, Matrix& map) const {
    parallel_for(on.threads, rows.rows(), kGrain, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t r = begin; r < end; ++r)
        if (const std::int32_t twin = twins.of(rows, r); twin >= 0)
          std::copy_n(model->map.row(twin), map.cols(), map.row(r));
    });
  }

  Transformed place(const InputPoints& rows) const {
    Transformed out{Matrix(rows.rows(), model->map.cols()), {}, {}};
    if (rows.rows() == 0) return out;
    if (rows.sparse)
      check_queries(*rows.sparse, model->dim());
    else
      check_queries(rows.host.floats(), model->dim(), on);
    Placed placed = placer->place(rows);
    out.map = std::move(placed.map);
    if (params.duplicates == Duplicates::coincide) let_coincide(rows, out.map);
    out.recall = placed.recall;
    for (std::size_t r = 0; r < placed.nearest.size(); ++r)
      out.remoteness.push_back(remoteness(placed.nearest[r], placed.distances[r]));
    return out;
  }

  Transformed place(const InputPoints& rows, const Progress& progress) const {
    return as_points_of(*model, rows, [&](const InputPoints& given) {
      return reported(progress, Stage::optimize, std::max<std::int64_t>(1, given.rows()),
                      [&] { return place(given); });
    });
  }
};

Transformer::Transformer(const Model& model, const TransformParams& params, const Device& device) {
  if (std::holds_alternative<Cuda>(device)) require_placed_on_gpu(model);
  require_usable(device);
  state_ = std::visit([&](const auto& on) { return std::make_unique<State>(model, params, on); },
                      device);
}
Transformer::Transformer(Transformer&&) noexcept = default;
Transformer& Transformer::operator=(Transformer&&) noexcept = default;
Transformer::~Transformer() = default;

float Transformer::remote() const {
  return state_->remote;
}

Transformed Transformer::place(HostMatrix<const float> rows, const Progress& progress) const {
  return state_->place(rows, progress);
}
Transformed Transformer::place(const SparseView& rows, const Progress& progress) const {
  return state_->place(rows, progress);
}

Transformed transform(const Model& model, HostMatrix<const float> rows,
                      const TransformParams& params, const Device& device,
                      const Progress& progress) {
  return Transformer(model, params, device).place(rows, progress);
}
Transformed transform(const Model& model, const SparseView& rows, const TransformParams& params,
                      const Device& device, const Progress& progress) {
  return Transformer(model, params, device).place(rows, progress);
}

}  // namespace nearfold
