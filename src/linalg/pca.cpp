#include <algorithm>
#include <string>
#include <vector>

#include "core/parallel.hpp"
#include "linalg/packed_rows.hpp"
#include "nearfold/error.hpp"
#include "nearfold/pca.hpp"
#include "run/check_run.hpp"
#include "stages.hpp"

namespace nearfold {
namespace {

constexpr int kPasses = 8;
constexpr std::int64_t kBlock = 64;

}  // namespace

Matrix pca(HostMatrix<const float> points, int components, const Device& device) {
  const Cpu& on = require_cpu(device);
  check_values(points, on);
  const std::int64_t most = std::min(points.rows(), points.cols());
  if (components < 1 || components > most)
    throw InvalidInput("pca wants " + std::to_string(components) + " components of " +
                       std::to_string(points.rows()) + " x " + std::to_string(points.cols()) +
                       " values; use 1 to " + std::to_string(most));
  std::vector<float> mean;
  const Matrix axes = principal_axes(points, components, kPasses, mean, /*seed=*/0, on);
  const PackedRows panels(axes.view(), on);
  Matrix scores(points.rows(), components);
  parallel_for(on.threads, points.rows(), kBlock, [&](std::int64_t begin, std::int64_t end) {
    constexpr int kTogether = PackedRows::kQueries;
    const std::int64_t padded = PackedRows::last(components) * PackedRows::kRows;
    Matrix centred(kTogether, points.cols()), products(kTogether, padded);
    const float* rows[kTogether];
    float* out[kTogether];
    for (int t = 0; t < kTogether; ++t) {
      rows[t] = centred.row(t);
      out[t] = products.row(t);
    }
    for (std::int64_t i = begin; i < end; i += kTogether) {
      const std::int64_t count = std::min<std::int64_t>(kTogether, end - i);
      for (std::int64_t t = 0; t < count; ++t)
        for (std::int64_t c = 0; c < points.cols(); ++c)
          centred.row(t)[c] = points.row(i + t)[c] - mean[static_cast<std::size_t>(c)];
      panels.multiply(rows, 0, PackedRows::last(components), out);
      for (std::int64_t t = 0; t < count; ++t)
        std::copy_n(products.row(t), components, scores.row(i + t));
    }
  });
  return scores;
}

}  // namespace nearfold
