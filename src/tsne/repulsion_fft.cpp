// t-SNE's repulsion by interpolation and FFT, in 2-D.
//
// The force on a point is the slope of a potential: with phi(y) the sum of 1 / (1 + |y - y_j|^2)
// over all j, it is -1/2 of phi's gradient, and Z is the sum of phi less each point's own term.
// Unit charges are spread onto a grid with quintic B-splines, convolved with the kernel by FFT, and
// phi and its gradient are read at the points from the same splines. Spreading and reading each
// smooth by the spline, so the kernel's spectrum is divided by the square of its symbol. One
// transform forth and one back, where separate charges 1, x, y and a kernel for Z take seven.
//
// The grid spacing is constant, 0.4 layout units, whatever the span: the force error stays at about
// half a percent of the force's own size (tests/tsne/tsne_test.cpp), where a fixed number of boxes
// would let it grow with the layout, and the kernel's spectrum is kept until the grid size changes.
// The centre of the layout is a node: there the error is 0 by symmetry, which a start 1e-4 wide
// needs.
//
// Spreading is a gather: points are sorted by grid row, and each grid row collects from the six
// rows of cells that reach it.
//
// Source: the idea of Linderman et al. 2019 (FIt-SNE); splines and their slopes as in the smooth
// particle mesh Ewald method (Essmann et al. 1995) instead of Lagrange polynomials.
#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include "core/parallel.hpp"
#include "core/simd_fixed.hpp"
#include "math/tsne_force.hpp"
#include "nearfold/error.hpp"
#include "tsne/fft_grid.hpp"
#include "tsne/tsne.hpp"

namespace nearfold {
namespace {

// A span of 1,600 units; maps of ten million points have 1,000.
constexpr std::int64_t kMaxNodes = 4000;
constexpr std::int64_t kBefore = 2, kBehind = 3;  // nodes of a spline before and behind its cell

/// Points sorted together: enough parts for many cores, not so many that counting them takes long.
std::int64_t chunk_for(std::int64_t n) {
  constexpr std::int64_t kMostChunks = 64;
  return std::max(4 * kGrain, (n + kMostChunks - 1) / kMostChunks);
}

/// A point as the grid sees it.
struct Placed {
  float weight[8];  // of the nodes from column - kBefore on; two are 0
  float row_weight[kSplineNodes];
  std::int32_t column, id;
};
struct Place {
  float x, y;  // in the cell, [0, 1)
  std::int32_t row;
};

class FftRepulsion final : public Repulsion {
 public:
  FftRepulsion(std::int64_t n, double dof, const Cpu& on)
      : n_(n),
        dof_(dof),
        spacing_(grid_spacing(dof)),
        scale_(static_cast<float>(1.0 / spacing_)),
        placed_(static_cast<std::size_t>(n)),
        places_(placed_.size()),
        on_(on) {}

  double compute(const std::vector<float>& y, std::vector<float>& force) override {
    fit_grid(y);
    sort(y);
    parallel_for(on_.threads, grid_->nodes(), 1, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t g = begin; g < end; ++g) spread(g);
    });
    grid_->convolve();
    const double all =
        parallel_sum(on_.threads, n_, kGrain, 0.0, [&](std::int64_t begin, std::int64_t end) {
          double sum = 0;
          for (std::int64_t p = begin; p < end; ++p)
            sum += read(static_cast<std::size_t>(p), force);
          return sum;
        });
    return std::max(all - static_cast<double>(n_) * grid_->self_potential(), 1e-12);
  }

  bool is_exact() const override { return false; }

 private:
  /// Finds the grid for the layout's extent.
  void fit_grid(const std::vector<float>& y) {
    struct Box {
      float low = 0, high = 0;  // the layout is centred, so 0 is inside
      bool finite = true;
      Box operator+(const Box& b) const {
        return {std::min(low, b.low), std::max(high, b.high), finite && b.finite};
      }
    };
    const Box box = parallel_sum(on_.threads, 2 * n_, 4 * kGrain, Box{},
                                 [&](std::int64_t begin, std::int64_t end) {
                                   Box part;
                                   for (std::int64_t c = begin; c < end; ++c) {
                                     const float at = y[static_cast<std::size_t>(c)];
                                     part.low = std::min(part.low, at);
                                     part.high = std::max(part.high, at);
                                     part.finite = part.finite && std::isfinite(at);
                                   }
                                   return part;
                                 });
    if (!box.finite) throw Error("the layout is no longer finite; use a smaller learning rate");
    origin_ = std::floor(box.low * scale_) - static_cast<float>(kBefore);
    // One more for a point that rounds up to the next cell.
    const double needed =
        std::floor(static_cast<double>(box.high * scale_ - origin_)) + kBehind + 2.0;
    if (!(needed <= static_cast<double>(kMaxNodes)))
      throw Error("the layout has grown to " + std::to_string(needed * spacing_) +
                  " units, beyond " + std::to_string(kMaxNodes * spacing_) +
                  "; use a smaller learning rate");
    const auto nodes = std::max<std::int64_t>(16, static_cast<std::int64_t>(needed));
    if (!grid_ || grid_->nodes() != grid_nodes_for(nodes))
      grid_ = std::make_unique<TsneGrid>(nodes, on_, dof_, spacing_);
  }

  /// Sorts the points by row of cells, in the order of their ids within a row.
  void sort(const std::vector<float>& y) {
    const auto rows = static_cast<std::size_t>(grid_->nodes());
    const std::int64_t chunk = chunk_for(n_);
    const auto chunks = static_cast<std::size_t>((n_ + chunk - 1) / chunk);
    std::vector<std::int64_t> next(chunks *
                                   rows);  // of a chunk's points in a row, then their place
    const auto row_of = [&](std::int64_t i) {
      return static_cast<std::size_t>(y[static_cast<std::size_t>(2 * i + 1)] * scale_ - origin_);
    };
    parallel_for(on_.threads, n_, chunk, [&](std::int64_t begin, std::int64_t end) {
      std::int64_t* count = &next[static_cast<std::size_t>(begin / chunk) * rows];
      for (std::int64_t i = begin; i < end; ++i) ++count[row_of(i)];
    });
    row_begin_.assign(rows + 1, 0);
    std::int64_t before = 0;
    for (std::size_t r = 0; r < rows; ++r) {
      row_begin_[r] = before;
      for (std::size_t c = 0; c < chunks; ++c) before += std::exchange(next[c * rows + r], before);
    }
    row_begin_[rows] = before;
    parallel_for(on_.threads, n_, chunk, [&](std::int64_t begin, std::int64_t end) {
      std::int64_t* to = &next[static_cast<std::size_t>(begin / chunk) * rows];
      for (std::int64_t i = begin; i < end; ++i) {
        const std::size_t row = row_of(i);
        place(y, i, static_cast<std::int32_t>(row), static_cast<std::size_t>(to[row]++));
      }
    });
  }

  void place(const std::vector<float>& y, std::int64_t i, std::int32_t row, std::size_t at) {
    const float u = y[static_cast<std::size_t>(2 * i)] * scale_ - origin_;
    const float v = y[static_cast<std::size_t>(2 * i + 1)] * scale_ - origin_;
    const auto column = static_cast<std::int32_t>(u);
    Placed& to = placed_[at];
    places_[at] = {u - static_cast<float>(column), v - static_cast<float>(row), row};
    float w[8], slope[8];
    spline_weights(places_[at].x, to.weight, slope);
    spline_weights(places_[at].y, w, slope);
    std::copy_n(w, kSplineNodes, to.row_weight);
    to.column = column;
    to.id = static_cast<std::int32_t>(i);
  }

  /// Charges of grid row g, from the points of the cell rows whose splines reach it.
  void spread(std::int64_t g) {
    std::fill_n(grid_->at(g, 0), grid_->nodes() + 8, 0.0f);
    const std::int64_t last = std::min(g + kBefore, grid_->nodes() - 1);
    for (std::int64_t r = std::max<std::int64_t>(0, g - kBehind); r <= last; ++r)
      for (std::int64_t p = row_begin_[static_cast<std::size_t>(r)];
           p < row_begin_[static_cast<std::size_t>(r) + 1]; ++p) {
        const Placed& from = placed_[static_cast<std::size_t>(p)];
        lanes(grid_->at(g, from.column - kBefore)) +=
            from.row_weight[g - r + kBefore] * lanes(from.weight);
      }
  }

  /// Force on point p of the sorted ones; returns the potential there.
  double read(std::size_t p, std::vector<float>& force) const {
    const Placed& from = placed_[p];
    float w[8], slope_x[8], slope_y[8];
    spline_weights(places_[p].x, w, slope_x);
    spline_weights(places_[p].y, w, slope_y);
    Float8 along{}, across{};  // of each column of nodes: potential and its slope by row
    for (int r = 0; r < kSplineNodes; ++r) {
      const Float8 node = lanes(grid_->at(places_[p].row - kBefore + r, from.column - kBefore));
      along += from.row_weight[r] * node;
      across += slope_y[r] * node;
    }
    Float8 potential = along * lanes(from.weight), by_x = along * lanes(slope_x);
    Float8 by_y = across * lanes(from.weight);
    const float factor = -0.5f * scale_;
    force[static_cast<std::size_t>(2 * std::int64_t{from.id})] = factor * sum(by_x);
    force[static_cast<std::size_t>(2 * std::int64_t{from.id} + 1)] = factor * sum(by_y);
    return static_cast<double>(sum(potential));
  }

  std::int64_t n_;
  double dof_, spacing_;        // of the kernel; between nodes
  float scale_;                 // nodes a unit
  std::vector<Placed> placed_;  // sorted by row
  std::vector<Place> places_;   // of the same points
  std::vector<std::int64_t> row_begin_;
  float origin_ = 0;
  std::unique_ptr<TsneGrid> grid_;
  Cpu on_;
};

}  // namespace

std::unique_ptr<Repulsion> make_fft_repulsion(std::int64_t n, const Cpu& on, double dof) {
  return std::make_unique<FftRepulsion>(n, dof, on);
}

}  // namespace nearfold
