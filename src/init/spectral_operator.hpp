// The random walk on a graph, as the eigensolver (spectral_solver.hpp) sees it: a block of kVectors
// vectors z and the steps it takes with them. It works on z = D^-1/2 v: there A = D^-1/2 W D^-1/2
// is the random walk P = D^-1 W, the inner product is weighted by degree, and the trivial
// eigenvector is the constant.
//
// Steps, here on the processor, in kernels/init/spectral_operator.hpp on a device:
//
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

#include "graph/graph.hpp"
#include "linalg/rayleigh_ritz.hpp"
#include "math/host_device.hpp"
#include "math/philox.hpp"
#include "nearfold/matrix.hpp"

namespace nearfold {

/// walk * P z + self * z + old * before.
struct SpectralMix {
  float walk, self, old;
};

/// The value of vertex i and a column in a round: the result is a function of the graph, not of a
/// seed.
NEARFOLD_HD inline float spectral_noise(std::int64_t i, int column, std::uint32_t round) {
  const auto counter = static_cast<std::uint64_t>(i * kVectors + column);
  return to_unit(random4(/*seed=*/0, Stream::init, counter, round).v[0]) - 0.5f;
}

/// Degrees are added up in ranges of so many.
inline constexpr std::int64_t kDegreesOfRange = 1024;

/// Vertices up to which a dense solver is faster.
inline constexpr std::int64_t kDense = 32;

class HostSpectralOperator {
 public:
  HostSpectralOperator(const EdgeGraph& graph, const Cpu& on);

  std::int64_t edges() const { return graph_.edges(); }
  void randomize(int column, std::uint32_t round);
  void remove_constant();
  void apply() { sweep({1, 0, 0}, walked_); }
  Grams grams() const;
  void rotate(const Ritz& ritz);
  void begin_filter(const SpectralMix& mix);
  void filter(const SpectralMix& mix);
  Matrix vectors(int dims) const;

 private:
  using Block = std::vector<float>;  // [n][kVectors]

  /// out = mix of P z, z and before_, which may be `out`.
  void sweep(const SpectralMix& mix, Block& out);

  const EdgeGraph& graph_;
  Cpu on_;
  std::vector<double> degree_;
  double volume_ = 0;
  Block z_, walked_, before_;
};

}  // namespace nearfold
