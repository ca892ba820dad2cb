// The grid of t-SNE by FFT: what a charge that is spread by splines gives elsewhere, and itself.
#include "tsne/fft_grid.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "math/tsne_force.hpp"

namespace nearfold {
namespace {

/// A place in units of nodes, with its splines.
struct Spot {
  Spot(double x, double y) : column(static_cast<int>(x)), row(static_cast<int>(y)) {
    float slope[8];
    spline_weights(static_cast<float>(x - column), by_column, slope);
    spline_weights(static_cast<float>(y - row), by_row, slope);
  }
  int column, row;
  float by_column[8], by_row[8];
};

void add_charge(TsneGrid& grid, const Spot& spot) {
  for (int r = 0; r < kSplineNodes; ++r)
    for (int c = 0; c < kSplineNodes; ++c)
      *grid.at(spot.row - 2 + r, spot.column - 2 + c) += spot.by_row[r] * spot.by_column[c];
}

double potential(const TsneGrid& grid, const Spot& spot) {
  double sum = 0;
  for (int r = 0; r < kSplineNodes; ++r)
    for (int c = 0; c < kSplineNodes; ++c)
      sum += static_cast<double>(spot.by_row[r] * spot.by_column[c]) *
             static_cast<double>(*grid.at(spot.row - 2 + r, spot.column - 2 + c));
  return sum;
}

void clear(TsneGrid& grid) {
  for (std::int64_t r = 0; r < grid.nodes(); ++r) std::fill_n(grid.at(r, 0), grid.nodes(), 0.0f);
}

TEST(TsneGrid, IsTheKernelBetweenAnyTwoPlaces) {
  for (const std::int64_t nodes : {40, 64, 121}) {
    TsneGrid grid(nodes, Cpu{2});
    ASSERT_GE(grid.nodes(), nodes);
    clear(grid);
    add_charge(grid, {7.25, 9.6});
    add_charge(grid, {30.7, 20.1});
    grid.convolve();
    for (const auto& [x, y] :
         {std::pair{12.0, 11.5}, std::pair{35.4, 36.3}, std::pair{3.2, 30.9}}) {
      double wanted = 0;
      for (const auto& [cx, cy] : {std::pair{7.25, 9.6}, std::pair{30.7, 20.1}})
        wanted +=
            1 / (1 + kGridSpacing * kGridSpacing * (std::pow(x - cx, 2) + std::pow(y - cy, 2)));
      EXPECT_NEAR(potential(grid, {x, y}), wanted, 1e-4 * wanted)
          << nodes << ": " << x << ", " << y;
    }
  }
}

TEST(TsneGrid, OfAPlaceItselfIsOnAverageWhatIsTakenOff) {
  TsneGrid grid(32, Cpu{1});
  constexpr int kPlaces = 6;
  double sum = 0;
  for (int a = 0; a < kPlaces; ++a)
    for (int b = 0; b < kPlaces; ++b) {
      const Spot spot(14 + (a + 0.5) / kPlaces, 15 + (b + 0.5) / kPlaces);
      clear(grid);
      add_charge(grid, spot);
      grid.convolve();
      sum += potential(grid, spot) / (kPlaces * kPlaces);
    }
  EXPECT_NEAR(grid.self_potential(), sum, 1e-5);
  EXPECT_NEAR(sum, 1, 0.1);
}

TEST(TsneGrid, OfAnySizeGivesAPlaceItselfTheSame) {
  for (const std::int64_t nodes : {32, 50, 100})
    EXPECT_NEAR(TsneGrid(nodes, Cpu{1}).self_potential(), grid_self_potential(), 1e-6) << nodes;
}

}  // namespace
}  // namespace nearfold
