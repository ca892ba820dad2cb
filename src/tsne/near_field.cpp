#include "tsne/near_field.hpp"

#include <algorithm>

#include "core/parallel.hpp"
#include "core/sixteen_sums.hpp"

namespace nearfold {

void NearField::sort(const std::vector<float>& y, const std::array<float, 3>& low,
                     const std::array<float, 3>& span, float reach) {
  for (std::size_t c = 0; c < 3; ++c) count_[c] = static_cast<std::int64_t>(span[c] / reach) + 1;
  std::vector<std::int32_t> cell_of(static_cast<std::size_t>(n_));
  for (std::size_t i = 0; i < cell_of.size(); ++i) {
    std::int64_t cell = 0;
    for (const std::size_t c : {2u, 1u, 0u}) {  // along x fastest
      const auto at = static_cast<std::int64_t>((y[3 * i + c] - low[c]) / reach);
      cell = cell * count_[c] + std::min(at, count_[c] - 1);
    }
    cell_of[i] = static_cast<std::int32_t>(cell);
  }
  order_.sort(cell_of, cells());
  for (std::size_t c = 0; c < 3; ++c) {
    at_[c].resize(cell_of.size());
    for (std::size_t p = 0; p < cell_of.size(); ++p)
      at_[c][p] = y[3 * static_cast<std::size_t>(order_.points[p]) + c];
  }
}

template <class Each>
void NearField::around(std::int64_t cell, const Each& each) const {
  const std::int64_t x = cell % count_[0], y = cell / count_[0] % count_[1];
  const std::int64_t z = cell / count_[0] / count_[1];
  const std::int64_t first_x = std::max<std::int64_t>(0, x - 1);
  const std::int64_t last_x = std::min(count_[0] - 1, x + 1);
  for (std::int64_t c = std::max<std::int64_t>(0, z - 1); c <= std::min(count_[2] - 1, z + 1); ++c)
    for (std::int64_t b = std::max<std::int64_t>(0, y - 1); b <= std::min(count_[1] - 1, y + 1);
         ++b) {
      const std::int64_t row = (c * count_[1] + b) * count_[0];
      each(order_.begin[static_cast<std::size_t>(row + first_x)],
           order_.begin[static_cast<std::size_t>(row + last_x) + 1]);
    }
}

double NearField::pairs() const {
  double sum = 0;
  for (std::int64_t cell = 0; cell < cells(); ++cell) {
    const auto at = static_cast<std::size_t>(cell);
    const std::int64_t own = order_.begin[at + 1] - order_.begin[at];
    if (own == 0) continue;
    std::int64_t near = 0;
    around(cell, [&](std::int64_t first, std::int64_t last) { near += last - first; });
    sum += static_cast<double>(own) * static_cast<double>(near);
  }
  return sum;
}

/// The points around are brought together once for all of a cell, and filled up by ones that are
/// out of reach.
template <bool StudentT>
double NearField::add_cell(std::int64_t cell, const ShortRange& kernel, std::vector<float>& force,
                           std::vector<float>& room) const {
  constexpr float kFar = 1e15f;
  const std::int64_t first = order_.begin[static_cast<std::size_t>(cell)];
  const std::int64_t last = order_.begin[static_cast<std::size_t>(cell) + 1];
  if (first == last) return 0;
  std::int64_t near = 0;
  around(cell, [&](std::int64_t b, std::int64_t e) { near += e - b; });
  const std::int64_t padded = (near + kRowSums - 1) / kRowSums * kRowSums;
  room.assign(static_cast<std::size_t>(3 * padded), kFar);
  const float* axes[3];
  for (std::int64_t c = 0; c < 3; ++c) {
    float* to = room.data() + c * padded;
    axes[c] = to;
    around(cell, [&](std::int64_t b, std::int64_t e) {
      to = std::copy(at_[c].begin() + b, at_[c].begin() + e, to);
    });
  }
  float no_slope = 0;
  const float self = kernel.at<StudentT>(0.0f, no_slope);  // of a point with itself
  double potential = 0;
  for (std::int64_t p = first; p < last; ++p) {
    Floats sums[4][kRowParts] = {};
    for (std::int64_t j = 0; j < padded; j += kRowSums)
      for (std::int64_t part = 0; part < kRowParts; ++part) {
        Floats d[3], d2{}, slope;
        for (int c = 0; c < 3; ++c) {
          d[c] = at_[c][static_cast<std::size_t>(p)] - load(axes[c] + j + part * kSimd);
          d2 += d[c] * d[c];
        }
        sums[3][part] += kernel.at<StudentT>(d2, slope);
        for (int c = 0; c < 3; ++c) sums[c][part] += slope * d[c];
      }
    float* const out =
        &force[static_cast<std::size_t>(3 * order_.points[static_cast<std::size_t>(p)])];
    for (int c = 0; c < 3; ++c) out[c] += added(sums[c]);
    potential += static_cast<double>(added(sums[3])) - static_cast<double>(self);
  }
  return potential;
}

double NearField::add(const ShortRange& kernel, std::vector<float>& force, const Cpu& on) const {
  constexpr std::int64_t kCellsOfRange = 64;
  return parallel_sum(
      on.threads, cells(), kCellsOfRange, 0.0, [&](std::int64_t begin, std::int64_t end) {
        std::vector<float> room;
        double sum = 0;
        for (std::int64_t cell = begin; cell < end; ++cell)
          sum += kernel.kernel.is_student_t() ? add_cell<true>(cell, kernel, force, room)
                                              : add_cell<false>(cell, kernel, force, room);
        return sum;
      });
}

}  // namespace nearfold
