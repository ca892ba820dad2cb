// The random walk on a graph, as the eigensolver (spectral_solver.hpp) sees it: some vectors z,
// kVectors of them or, on the processor, several times as many, and the steps it takes with them.
// It works on z = D^-1/2 v: there A = D^-1/2 W D^-1/2 is the random walk P = D^-1 W, the inner
// product is weighted by degree, and the trivial eigenvector is the constant.
//
// Steps, here on the processor, in kernels/init/spectral_operator.hpp on a device:
//
//   width()                   vectors
//   edges()                   of the graph
//   randomize(column, round)  fills a column of z with spectral_noise()
//   remove_constant()         takes the trivial eigenvector out of every column of z
//   apply()                   walked = P z
//   grams()                   of z and walked
//   rotate(ritz)              z and walked become their combinations; columns beyond the rank zero
//   begin_filter(mix)         before = z; z = mix.walk * walked + mix.self * z
//   filter(mix)               before and z become z and mix.walk * P z + mix.self * z + mix.old *
//   before vectors(dims)             v of the first columns
#pragma once

#include <cstdint>
#include <vector>

#include "graph/components.hpp"
#include "graph/graph.hpp"
#include "linalg/rayleigh_ritz.hpp"
#include "math/host_device.hpp"
#include "math/philox.hpp"
#include "nearfold/device.hpp"
#include "nearfold/matrix.hpp"

namespace nearfold {

/// walk * P z + self * z + old * before.
struct SpectralMix {
  float walk, self, old;
};

/// The value of vertex i and a column in a round: the result is a function of the graph, not of a
/// seed.
NEARFOLD_HD inline float spectral_noise(std::int64_t i, int column, std::uint32_t round) {
  const auto counter = static_cast<std::uint64_t>(i * kVectors + column % kVectors);
  const auto block = static_cast<std::uint32_t>(column / kVectors);  // rounds are less than 2^16
  return to_unit(random4(/*seed=*/0, Stream::init, counter, (block << 16) + round).v[0]) - 0.5f;
}

/// Degrees are added up in ranges of so many.
inline constexpr std::int64_t kDegreesOfRange = 1024;

/// Vertices up to which a dense solver is faster, for each vector.
inline constexpr std::int64_t kDensePerVector = 4;
/// The same for kVectors of them.
inline constexpr std::int64_t kDense = kDensePerVector * kVectors;

class HostSpectralOperator {
 public:
  /// `width`: vectors, a multiple of kVectors.
  HostSpectralOperator(const ComponentView& graph, int width, const Cpu& on);

  int width() const { return width_; }
  std::int64_t edges() const { return edges_; }
  void randomize(int column, std::uint32_t round);
  void remove_constant();
  void apply() { sweep({1, 0, 0}, walked_); }
  Grams grams() const;
  void rotate(const Ritz& ritz);
  void begin_filter(const SpectralMix& mix);
  void filter(const SpectralMix& mix);
  Matrix vectors(int dims) const;

 private:
  using Block = std::vector<float>;   // [n][kVectors]
  using Blocks = std::vector<Block>;  // [width / kVectors]

  /// out = mix of P z, z and before_, which may be `out`.
  void sweep(const SpectralMix& mix, Blocks& out);
  void sweep(const SpectralMix& mix, const Block& z, const Block& before, Block& out);
  template <class VertexOf>
  void sweep(const SpectralMix& mix, const Block& z, const Block& before, Block& out,
             const VertexOf& vertex_of);
  void remove_constant(Block& z);
  /// Adds the products of vertices [begin, end) to sums [3][width][width] of grams().
  void add_products(std::int64_t begin, std::int64_t end, double* sums) const;
  /// by [width][width]: row c is what column c of the old gives to the new.
  void rotate(const std::vector<float>& by, std::int64_t begin, std::int64_t end, Blocks& blocks);

  ComponentView graph_;
  std::int64_t n_, edges_;
  Cpu on_;
  std::vector<double> degree_;
  double volume_ = 0;
  int width_;
  Blocks z_, walked_, before_;
};

}  // namespace nearfold
