// t-SNE's repulsion in 3-D: near pairs one by one, all others by interpolation and FFT.
//
// Maps in 3-D are wide and nearly empty (180 units for 12,000 digits, 450 nodes a side at the
// spacing of 2-D maps), so the kernel is split (math/tsne_kernel.hpp): what is short-ranged goes
// over pairs of points in neighbouring cells, the rest is smooth enough for a coarse grid. The
// split grows as the square of the spacing, which keeps the error: half a percent of the force, as
// in 2-D, and less where pairs have most of it. The grid is as repulsion_fft.cpp describes, a
// dimension more, and each side as long as the map is wide.
//
// Which spacing: of a ladder in steps of sqrt(2) the one that costs least, by counts of nodes and
// of pairs, a function of the map alone. Narrow maps have no pairs.
//
// Source: the split of particle-particle particle-mesh methods (Hockney, Eastwood 1981), with the
// Taylor remainder of 1 / t in place of their clouds, as in multilevel summation.
#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <optional>
#include <string>

#include "core/parallel.hpp"
#include "core/simd_fixed.hpp"
#include "math/tsne_force.hpp"
#include "nearfold/error.hpp"
#include "tsne/cell_order.hpp"
#include "tsne/grid_constants.hpp"
#include "tsne/near_field.hpp"
#include "tsne/tsne.hpp"
#include "tsne/volume_grid.hpp"

namespace nearfold {
namespace {

constexpr std::int64_t kMeshBefore = 2,
                       kMeshBehind = 3;  // nodes of a spline before and behind its cell
constexpr double kTipSpacing = 0.33;     // units between nodes of narrow maps
constexpr double kWidest = 20'000;       // units; maps of a million points have 1,000

/// A point as the grid sees it.
struct MeshPoint {
  float by_x[8];  // weights of the nodes from column - kMeshBefore on; two are 0
  float by_y[kSplineNodes], by_z[kSplineNodes];
  float x, y, z;  // in the cell, [0, 1)
  std::int32_t column, row, layer, id;
};

struct SpaceBox {
  std::array<float, 3> low, high;
  bool finite = true;

  SpaceBox() {
    low.fill(std::numeric_limits<float>::max());
    high.fill(-std::numeric_limits<float>::max());
  }
  void take(const float* y) {
    for (std::size_t c = 0; c < 3; ++c) {
      low[c] = std::min(low[c], y[c]);
      high[c] = std::max(high[c], y[c]);
      finite = finite && std::isfinite(y[c]);
    }
  }
  SpaceBox operator+(const SpaceBox& b) const {
    SpaceBox both = *this;
    for (std::size_t c = 0; c < 3; ++c) {
      both.low[c] = std::min(low[c], b.low[c]);
      both.high[c] = std::max(high[c], b.high[c]);
    }
    both.finite = finite && b.finite;
    return both;
  }
  std::array<float, 3> span() const {
    return {high[0] - low[0], high[1] - low[1], high[2] - low[2]};
  }
};

/// Where a grid of a spacing begins, in nodes, and its shape.
struct Fitted {
  VolumeShape shape;
  std::array<float, 3> origin{};
  float reach = 0;  // of the short range
};

class MeshRepulsion final : public Repulsion {
 public:
  MeshRepulsion(std::int64_t n, double dof, const Cpu& on)
      : n_(n), kernel_(dof), dof_(dof), placed_(static_cast<std::size_t>(n)), near_(n), on_(on) {}

  double compute(const std::vector<float>& y, std::vector<float>& force) override {
    const SpaceBox box = box_of(y);
    const Fitted fitted = cheapest(y, box);
    if (!grid_ || grid_->shape() != fitted.shape) {
      grid_.reset();  // before the next is made: both would be large
      grid_ = std::make_unique<TsneVolume>(fitted.shape, on_);
    }
    sort(y, fitted);
    const auto [nx, ny, nz] = fitted.shape.nodes;
    parallel_for(on_.threads, ny * nz, 16, [&, ny = ny](std::int64_t begin, std::int64_t end) {
      for (std::int64_t row = begin; row < end; ++row) spread(row / ny, row % ny);
    });
    grid_->convolve();
    double all = parallel_sum(on_.threads, n_, kGrain, 0.0, [&](auto begin, auto end) {
      double sum = 0;
      for (std::int64_t p = begin; p < end; ++p)
        sum += read(placed_[static_cast<std::size_t>(p)], force);
      return sum;
    });
    all -= static_cast<double>(n_) * grid_->self_potential();
    if (fitted.reach > 0) {
      near_.sort(y, box.low, box.span(), fitted.reach);
      all += near_.add(ShortRange(kernel_, fitted.shape.split), force, on_);
    }
    return std::max(all, 1e-12);
  }

  bool is_exact() const override { return false; }

 private:
  SpaceBox box_of(const std::vector<float>& y) const {
    const SpaceBox box =
        parallel_sum(on_.threads, n_, 16 * kGrain, SpaceBox{}, [&](auto begin, auto end) {
          SpaceBox part;
          for (std::int64_t i = begin; i < end; ++i) part.take(&y[static_cast<std::size_t>(3 * i)]);
          return part;
        });
    if (!box.finite) throw Error("the layout is no longer finite; use a smaller learning rate");
    const std::array<float, 3> span = box.span();
    const double widest = static_cast<double>(*std::max_element(span.begin(), span.end()));
    if (!(widest <= kWidest))
      throw Error("the layout has grown to " + std::to_string(widest) + " units, beyond " +
                  std::to_string(kWidest) + "; use a smaller learning rate");
    return box;
  }

  /// The grid whose step of the ladder is `step`. The centre of the layout is a node.
  Fitted fit(const SpaceBox& box, int step) const {
    constexpr std::int64_t kLeast = 16;
    Fitted fitted;
    VolumeShape& shape = fitted.shape;
    shape.dof = dof_;
    shape.split = std::ldexp(1.0, step);
    // Where there are no pairs the grid has all of the kernel's tip.
    const double tip = step == 0 ? kTipSpacing : kGridSpacing;
    shape.spacing = tip * std::sqrt(std::min(1.0, dof_) * shape.split);
    fitted.reach = static_cast<float>(std::sqrt(dof_ * (shape.split - 1)));
    const auto scale = static_cast<float>(1 / shape.spacing);
    for (std::size_t c = 0; c < 3; ++c) {
      fitted.origin[c] = std::floor(box.low[c] * scale) - static_cast<float>(kMeshBefore);
      // One more for a point that rounds up to the next cell.
      const float needed = std::floor(box.high[c] * scale - fitted.origin[c]) + kMeshBehind + 2;
      shape.nodes[c] = grid_nodes_for(std::max(kLeast, static_cast<std::int64_t>(needed)));
    }
    return fitted;
  }

  /// Of grids that there is room for (plan: optimize_need()) the one of least predicted work.
  Fitted cheapest(const std::vector<float>& y, const SpaceBox& box) {
    constexpr double kNode = 22, kPair = 0.55;  // nanoseconds of a core
    const double most = mesh_nodes(static_cast<double>(n_));
    std::optional<Fitted> best;
    double least = 0;
    for (int step = 0;; ++step) {
      const Fitted fitted = fit(box, step);
      const auto nodes = static_cast<double>(fitted.shape.count());
      if (nodes > most) continue;
      double cost = kNode * nodes;
      if (fitted.reach > 0) {
        near_.sort(y, box.low, box.span(), fitted.reach);
        cost += kPair * near_.pairs();
      }
      if (best && cost >= least) break;
      best = fitted;
      least = cost;
    }
    return *best;
  }

  /// By row of cells, then by column, then by id.
  void sort(const std::vector<float>& y, const Fitted& fitted) {
    const auto scale = static_cast<float>(1 / fitted.shape.spacing);
    const auto ny = fitted.shape.nodes[1], nz = fitted.shape.nodes[2];
    std::vector<std::int32_t> row_of(static_cast<std::size_t>(n_));
    for (std::size_t i = 0; i < row_of.size(); ++i) {
      const auto row = static_cast<std::int64_t>(y[3 * i + 1] * scale - fitted.origin[1]);
      const auto layer = static_cast<std::int64_t>(y[3 * i + 2] * scale - fitted.origin[2]);
      row_of[i] = static_cast<std::int32_t>(layer * ny + row);
    }
    rows_.sort(row_of, ny * nz);
    parallel_for(on_.threads, n_, kGrain, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t p = begin; p < end; ++p)
        place(y, rows_.points[static_cast<std::size_t>(p)], fitted,
              placed_[static_cast<std::size_t>(p)]);
    });
  }

  static void place(const std::vector<float>& y, std::int32_t i, const Fitted& fitted,
                    MeshPoint& to) {
    const auto scale = static_cast<float>(1 / fitted.shape.spacing);
    float at[3];
    std::int32_t cell[3];
    for (std::size_t c = 0; c < 3; ++c) {
      const float u = y[3 * static_cast<std::size_t>(i) + c] * scale - fitted.origin[c];
      cell[c] = static_cast<std::int32_t>(u);
      at[c] = u - static_cast<float>(cell[c]);
    }
    float w[8], slope[8];
    spline_weights(at[0], to.by_x, slope);
    spline_weights(at[1], w, slope);
    std::copy_n(w, kSplineNodes, to.by_y);
    spline_weights(at[2], w, slope);
    std::copy_n(w, kSplineNodes, to.by_z);
    to.x = at[0], to.y = at[1], to.z = at[2];
    to.column = cell[0], to.row = cell[1], to.layer = cell[2], to.id = i;
  }

  /// Charges of a row of the grid, from the points of the rows of cells whose splines reach it.
  void spread(std::int64_t z, std::int64_t y) {
    const auto [nx, ny, nz] = grid_->shape().nodes;
    float* const row = grid_->at(z, y, 0);
    std::fill_n(row, nx + 8, 0.0f);
    const std::int64_t last_z = std::min(z + kMeshBefore, nz - 1),
                       last_y = std::min(y + kMeshBefore, ny - 1);
    for (std::int64_t c = std::max<std::int64_t>(0, z - kMeshBehind); c <= last_z; ++c)
      for (std::int64_t b = std::max<std::int64_t>(0, y - kMeshBehind); b <= last_y; ++b) {
        const auto from_row = static_cast<std::size_t>(c * ny + b);
        for (std::int64_t p = rows_.begin[from_row]; p < rows_.begin[from_row + 1]; ++p) {
          const MeshPoint& from = placed_[static_cast<std::size_t>(p)];
          lanes(row + from.column - kMeshBefore) +=
              from.by_z[z - c + kMeshBefore] * from.by_y[y - b + kMeshBefore] * lanes(from.by_x);
        }
      }
  }

  /// Force on a point; returns the potential there.
  double read(const MeshPoint& from, std::vector<float>& force) const {
    float w[8], slope_x[8], slope_y[8], slope_z[8];
    spline_weights(from.x, w, slope_x);
    spline_weights(from.y, w, slope_y);
    spline_weights(from.z, w, slope_z);
    Float8 along{}, across{}, through{};  // potential, its slope by row and by layer
    for (int c = 0; c < kSplineNodes; ++c) {
      Float8 potential{}, by_row{};
      for (int b = 0; b < kSplineNodes; ++b) {
        const Float8 node = lanes(grid_->at(from.layer - kMeshBefore + c,
                                            from.row - kMeshBefore + b, from.column - kMeshBefore));
        potential += from.by_y[b] * node;
        by_row += slope_y[b] * node;
      }
      along += from.by_z[c] * potential;
      across += from.by_z[c] * by_row;
      through += slope_z[c] * potential;
    }
    const auto factor = static_cast<float>(-0.5 / grid_->shape().spacing);
    float* const out = &force[3 * static_cast<std::size_t>(from.id)];
    Float8 x = along * lanes(slope_x), y = across * lanes(from.by_x);
    Float8 z = through * lanes(from.by_x), potential = along * lanes(from.by_x);
    out[0] = factor * sum(x);
    out[1] = factor * sum(y);
    out[2] = factor * sum(z);
    return static_cast<double>(sum(potential));
  }

  std::int64_t n_;
  TsneKernel kernel_;
  double dof_;
  std::vector<MeshPoint> placed_;  // sorted by row
  CellOrder rows_;
  NearField near_;
  std::unique_ptr<TsneVolume> grid_;
  Cpu on_;
};

}  // namespace

double mesh_nodes(double n) {
  return std::min(std::max(262'144.0, 8 * n), 16'777'216.0);
}

std::unique_ptr<Repulsion> make_mesh_repulsion(std::int64_t n, double dof, const Cpu& on) {
  return std::make_unique<MeshRepulsion>(n, dof, on);
}

}  // namespace nearfold
