#include "cli/transform_plan.hpp"

#include <algorithm>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "cli/json_text.hpp"
#include "nearfold/error.hpp"

namespace nearfold::cli {
namespace {

constexpr std::int64_t kFloat = sizeof(float);
constexpr std::int64_t kStored = 8;   // bytes of a stored value and its column
constexpr std::int64_t kShort = 208;  // columns of short rows, at most (knn/projected_rows.hpp)
constexpr std::int64_t kFewest = 64, kMost = std::int64_t{1} << 16;  // rows of a block
constexpr std::int64_t kValues = std::int64_t{1} << 25;              // of a block

std::int64_t short_columns(std::int64_t dim) {
  return std::min(kShort, dim + 16);
}

}  // namespace

TransformPlan::TransformPlan(const Model& model, std::int64_t rows, std::int64_t columns,
                             const MemoryLimit& limit, const Device& device)
    : rows_(rows), limit_(limit) {
  const std::int64_t n = model.n(), k = model.graph.k;
  const bool gpu = std::holds_alternative<Cuda>(device);
  std::int64_t values = 0;  // of a row of a block
  if (model.sparse) {
    const std::int64_t stored = model.sparse->view().stored();
    values = stored / n + 1;
    model_ = kStored * stored + n * (kFloat * (model.map.cols() + 2 * k) + kStored);
    search_ = kFloat * stored + n * (20 + 16);  // values of another length; sums, and hashes
    row_ = kFloat * (columns + 2 * k + 64) + 3 * kStored * values;
  } else {
    const std::int64_t dim = model.points.cols();
    values = dim;
    const std::int64_t of_point = kFloat * (dim + model.map.cols() + 2 * k);
    model_ = n * (of_point + (model.index ? kFloat * short_columns(dim) : 0));
    const std::int64_t filter =
        gpu ? 0 : 2 * short_columns(dim);  // and the rows that it is made from
    // Metrics of directions have a copy of the points.
    search_ = n * (kFloat * (dim + 1 + filter) + 20);
    row_ = kFloat * (columns + 2 * dim + filter + 2 * k + 64);
    if (gpu) device_ = n * kFloat * (dim + 1 + model.map.cols());  // points and map
  }
  const std::int64_t left = (limit.bytes - search_) / row_;
  together_ = std::clamp(std::min(kValues / values, left), kFewest, kMost);
}

void TransformPlan::require() const {
  const std::int64_t more = bytes() - model_;  // that is there
  if (more <= limit_.bytes) return;
  throw OutOfMemory("a transform of " + std::to_string(together_) + " rows at a time needs " +
                        bytes_text(more) + " beside the model, and " + limit_.by + " allows " +
                        bytes_text(limit_.bytes) + "; use a model of fewer points or columns",
                    more, limit_.bytes);
}

void TransformPlan::print(bool as_json) const {
  const std::int64_t block = together_ * row_;
  if (as_json) {
    nlohmann::ordered_json json = {{"n", rows_},
                                   {"rows_at_once", together_},
                                   {"model_bytes", model_},
                                   {"search_bytes", search_},
                                   {"block_bytes", block},
                                   {"planned_bytes", bytes()},
                                   {"limit_bytes", limit_.bytes},
                                   {"limit_by", limit_.by}};
    if (device_ > 0) json["device_bytes"] = device_;
    std::fputs(json_text(json).c_str(), stdout);
  } else {
    std::printf(
        "%lld rows, %lld at a time\n  model   %10s\n  search  %10s\n  block   %10s\n"
        "%s at most; %s allows %s beside the model\n",
        static_cast<long long>(rows_), static_cast<long long>(together_),
        bytes_text(model_).c_str(), bytes_text(search_).c_str(), bytes_text(block).c_str(),
        bytes_text(bytes()).c_str(), limit_.by.c_str(), bytes_text(limit_.bytes).c_str());
    if (device_ > 0)
      std::printf(
          "the GPU needs %s and room for a batch of rows; batches are as its memory allows\n",
          bytes_text(device_).c_str());
  }
  require();
}

}  // namespace nearfold::cli
