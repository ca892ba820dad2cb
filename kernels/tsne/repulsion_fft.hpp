// t-SNE's repulsion by interpolation and FFT on a device: the potential of
// src/tsne/repulsion_fft.cpp, on the same grid. Charges are spread by adding whole numbers, whose
// order does not matter, so the result is bitwise the same from run to run; not the CPU's, whose
// FFT is another.
//
// The host learns the layout's extent only at look(). A grid is made with room around it, and a
// point that leaves it before the next look raises a flag: then the iterations since are done again
// with more room.
//
// Cost of an iteration, with N nodes a side: SpreadCharge 8 bytes, 36 additions and some 200 flops
// a point; TakeCharge 16 bytes a node of every copy and 16 N^2 bytes, the transforms
// (fft_grid.cuh); ReadPotential 164 bytes and some 400 flops a point, most of them from caches; the
// sum of potentials. Four launches beside the transforms'.
#pragma once

#include <algorithm>
#include <bit>
#include <cmath>
#include <memory>
#include <string>

#include "kernels/core/atomics.hpp"
#include "kernels/core/fill.hpp"
#include "kernels/core/rows.hpp"
#include "kernels/core/sums.hpp"
#include "kernels/tsne/repulsion.hpp"
#include "math/tsne_force.hpp"
#include "nearfold/error.hpp"
#include "tsne/grid_constants.hpp"

namespace nearfold {

/// Charges on the nodes of a grid in, potentials out: fft_grid.cuh on a GPU, host_convolution.hpp
/// where the host plays one.
template <class Executor>
class Convolution;

/// Where points lie on the grid. On the device, as it changes between recorded iterations.
struct GridFrame {
  float scale;        // nodes a unit
  float origin;       // of both axes, in nodes
  std::int32_t lost;  // whether a point was not on the grid since the last look
  std::int64_t nodes;

  /// A point's cell and place in it; false when its spline would reach beyond the grid.
  struct Place {
    std::int64_t column, row;
    float x, y;
  };
  NEARFOLD_HD bool place(const LayoutRow<2>& point, Place& out) const {
    const float u = point.at[0] * scale - origin, v = point.at[1] * scale - origin;
    const auto last = static_cast<float>(nodes - 4);
    if (!(u >= 2.0f && v >= 2.0f && u < last && v < last)) return false;
    out.column = static_cast<std::int64_t>(u);
    out.row = static_cast<std::int64_t>(v);
    out.x = u - static_cast<float>(out.column);
    out.y = v - static_cast<float>(out.row);
    return true;
  }
};

/// Nodes a side for a layout that needs so many: 4, 5, 6 or 7 times a power of two. A function of
/// the layout alone, so that another run can resume from it; of few values, as each has a transform
/// that takes time to plan, and iterations that are recorded anew.
constexpr std::int64_t quarter_octave(std::int64_t needed) {
  const auto step =
      static_cast<std::int64_t>(std::bit_floor(static_cast<std::uint64_t>(needed)) / 4);
  return (needed + step - 1) / step * step;
}

inline constexpr float kChargeUnit = 0x1p36f;  // a hundred million points in one node

/// Copies of a grid that charges are added to: all points begin within a few nodes, where additions
/// would wait for each other. Their sum is that of one copy, bit for bit. So would be one of sums
/// made by each block first, but all threads of a block meet at the same 36 numbers, where of the
/// copies each has a 64th of the points.
constexpr std::int64_t charge_copies(std::int64_t nodes) {
  constexpr std::int64_t kMost = 64, kNumbers = std::int64_t{1} << 22;
  return std::clamp<std::int64_t>(kNumbers / (nodes * nodes), 1, kMost);
}

/// Cost of a point: 36 additions of whole numbers; the weights of 12 nodes are some 100 flops.
struct SpreadCharge {
  GridFrame* frame;
  const float* y;
  std::int64_t copies;
  std::int64_t* charges;  // [copies, nodes, nodes], in units of 1 / kChargeUnit

  NEARFOLD_HD void operator()(std::int64_t i) const {
    GridFrame::Place at;
    if (!frame->place(load_row<2>(y, i), at)) {
      frame->lost = 1;
      return;
    }
    const std::int64_t nodes = frame->nodes;
    std::int64_t* const mine = charges + i % copies * nodes * nodes;
    float across[8], along[8], slope[8];
    spline_weights(at.x, along, slope);
    spline_weights(at.y, across, slope);
    for (int r = 0; r < kSplineNodes; ++r)
      for (int c = 0; c < kSplineNodes; ++c)
        add_atomically(mine + (at.row - 2 + r) * nodes + at.column - 2 + c,
                       static_cast<std::int64_t>(across[r] * along[c] * kChargeUnit));
  }
};

/// Node by node of the convolution's rows: the charge, 0 beyond the grid; charges become 0.
struct TakeCharge {
  std::int64_t* charges;
  std::int64_t copies, nodes, stride;
  float* values;

  NEARFOLD_HD void operator()(std::int64_t g) const {
    const std::int64_t row = g / stride, column = g % stride;
    float value = 0;
    if (row < nodes && column < nodes) {
      std::int64_t sum = 0;
      for (std::int64_t copy = 0; copy < copies; ++copy) {
        std::int64_t& charge = charges[(copy * nodes + row) * nodes + column];
        sum += charge;
        charge = 0;
      }
      value = static_cast<float>(static_cast<double>(sum) * (1.0 / double{kChargeUnit}));
    }
    values[g] = value;
  }
};

/// The potential at point i, and the force there.
struct ReadPotential {
  const GridFrame* frame;
  const float* y;
  const float* values;
  std::int64_t stride;
  float* force;      // [n, 2]
  float* potential;  // [n]

  NEARFOLD_HD void operator()(std::int64_t i) const {
    GridFrame::Place at;
    float phi = 0, by_x = 0, by_y = 0;
    if (frame->place(load_row<2>(y, i), at)) {
      float along[8], along_slope[8], across[8], across_slope[8];
      spline_weights(at.x, along, along_slope);
      spline_weights(at.y, across, across_slope);
      for (int r = 0; r < kSplineNodes; ++r) {
        const float* const node = values + (at.row - 2 + r) * stride + at.column - 2;
        float row = 0, rise = 0;
        for (int c = 0; c < kSplineNodes; ++c) {
          row += along[c] * node[c];
          rise += along_slope[c] * node[c];
        }
        phi += across[r] * row;
        by_x += across[r] * rise;
        by_y += across_slope[r] * row;
      }
    }
    potential[i] = phi;
    const float factor = -0.5f * frame->scale;
    store_row(LayoutRow<2>{{factor * by_x, factor * by_y}}, force, i);
  }
};

/// Z: the sum of all potentials less what each point reads back from itself.
struct TakeSelves {
  double* z;
  double selves;
  NEARFOLD_HD void operator()(double all) const {
    const double others = all - selves;
    *z = others > 1e-12 ? others : 1e-12;
  }
};

struct Extent {
  float low = 0, high = 0;  // the layout is centred, so 0 is inside
  bool finite = true;
  NEARFOLD_HD Extent operator+(const Extent& other) const {
    return {other.low < low ? other.low : low, other.high > high ? other.high : high,
            finite && other.finite};
  }
};
struct ExtentAt {
  const float* y;
  NEARFOLD_HD Extent operator()(std::int64_t i) const {
    const LayoutRow<2> point = load_row<2>(y, i);
    const float a = point.at[0], b = point.at[1];
    const float low = a < b ? a : b, high = a < b ? b : a;
    return {low < 0 ? low : 0, high > 0 ? high : 0, a - a == 0 && b - b == 0};
  }
};

template <class Executor>
class FftOn final : public RepulsionOn<Executor> {
 public:
  FftOn(const Executor& executor, std::int64_t n, double dof = 1)
      : executor_(executor),
        n_(n),
        dof_(dof),
        frame_{static_cast<float>(1.0 / grid_spacing(dof)), 0, 0, 0},
        frame_here_(executor.template buffer<GridFrame>(1)),
        extent_(executor.template buffer<Extent>(1)),
        potential_(executor.template buffer<float>(n)),
        sum_(executor, n, 32 * kSumChunk),
        box_(executor, n, 32 * kSumChunk),
        self_(grid_self_potential(dof)) {}

  bool look(const float* y, bool again) override {
    box_(ExtentAt{y}, Extent{}, extent_.data());
    const Extent box = executor_.download(extent_, 0);
    if (!box.finite)
      throw InvalidInput("the layout is no longer finite; use a smaller learning rate");
    const float least = std::max(kMinRoom, 0.1f * (box.high - box.low));
    room_ = again ? 4.0f * room_ : least;
    const bool is_new = fit(box);
    executor_.write(std::vector<GridFrame>{frame_}, frame_here_);
    return is_new;
  }

  bool lost() override { return executor_.download(frame_here_, 0).lost != 0; }

  void compute(const float* y, float* force, double* z) override {
    executor_.for_each(n_, SpreadCharge{frame_here_.data(), y, copies(), charges_.data()});
    executor_.for_each(
        grid_->rows() * grid_->stride(),
        TakeCharge{charges_.data(), copies(), frame_.nodes, grid_->stride(), grid_->values()});
    grid_->convolve();
    executor_.for_each(n_, ReadPotential{frame_here_.data(), y, grid_->values(), grid_->stride(),
                                         force, potential_.data()});
    sum_(DoubleAt{potential_.data()}, 0.0, TakeSelves{z, static_cast<double>(n_) * self_});
  }
  bool is_exact() const override { return false; }

 private:
  static constexpr std::int64_t kMaxNodes = 8192;  // 3,277 units, with a dof below 1 fewer
  static constexpr float kMinRoom = 4;             // units around the layout

  std::int64_t copies() const { return charge_copies(frame_.nodes); }

  /// Returns whether there is another grid than before.
  bool fit(const Extent& box) {
    const float low = (box.low - room_) * frame_.scale;
    const float high = (box.high + room_) * frame_.scale;
    frame_.origin = std::floor(low) - 2.0f;
    const double needed = std::floor(static_cast<double>(high - frame_.origin)) + 6.0;
    if (!(needed <= static_cast<double>(kMaxNodes)))
      throw InvalidInput("the layout needs a grid of " + std::to_string(needed) +
                         " nodes a side, beyond " + std::to_string(kMaxNodes) +
                         "; use a smaller learning rate");
    const std::int64_t nodes = quarter_octave(
        std::max(Convolution<Executor>::kMinNodes, static_cast<std::int64_t>(needed)));
    if (grid_ && grid_->nodes() == grid_nodes_for(nodes)) return false;
    grid_ = std::make_unique<Convolution<Executor>>(executor_, nodes, dof_);
    frame_.nodes = grid_->nodes();
    charges_ = filled<std::int64_t>(executor_, copies() * frame_.nodes * frame_.nodes, 0);
    return true;
  }

  Executor executor_;
  std::int64_t n_;
  double dof_;
  GridFrame frame_;  // as it was at the last look
  float room_ = kMinRoom;
  std::unique_ptr<Convolution<Executor>> grid_;
  typename Executor::template Buffer<std::int64_t> charges_;
  typename Executor::template Buffer<GridFrame> frame_here_;
  typename Executor::template Buffer<Extent> extent_;
  typename Executor::template Buffer<float> potential_;
  OrderedSum<Executor, double> sum_;
  OrderedSum<Executor, Extent> box_;
  double self_;
};

}  // namespace nearfold
