// How far forces are from sums over all points.
#include <algorithm>

#include "core/parallel.hpp"
#include "tsne/tsne.hpp"

namespace nearfold {
namespace {

template <int Dims>
ForceError measured(const std::vector<float>& force, const std::vector<float>& y, const Cpu& on,
                    double dof) {
  const auto n = static_cast<std::int64_t>(y.size() / Dims), points = std::min(n, kForcePoints);
  const auto squares_at = [&](std::int64_t s, std::int64_t) {
    const auto i = static_cast<std::size_t>(force_point(s, points, n));
    double exact[Dims] = {};
    for (std::size_t j = 0; j < static_cast<std::size_t>(n); ++j) {
      double d[Dims], t = 1.0;
      for (std::size_t c = 0; c < Dims; ++c) {
        d[c] = static_cast<double>(y[Dims * i + c]) - static_cast<double>(y[Dims * j + c]);
        t += d[c] * d[c] / dof;
      }
      const double along = tsne_slope(t, dof);
      for (std::size_t c = 0; c < Dims; ++c) exact[c] += along * d[c];
    }
    ForceSquares squares;
    for (std::size_t c = 0; c < Dims; ++c) squares.add(exact[c], force[Dims * i + c]);
    return squares;
  };
  return parallel_sum(on.threads, points, 1, ForceSquares{}, squares_at).error(points);
}

}  // namespace

ForceError measure_force_error(const std::vector<float>& force, const std::vector<float>& y,
                               const Cpu& on, int dims, double dof) {
  return dims == 2 ? measured<2>(force, y, on, dof) : measured<3>(force, y, on, dof);
}

}  // namespace nearfold
