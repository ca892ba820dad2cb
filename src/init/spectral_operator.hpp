// The random walk on a graph, as the eigensolver sees it: a block of kVectors vectors and the steps
// it takes with them. spectral_solver.cpp has the method; the steps are those of the processor
// (spectral_operator.cpp) or of a device (kernels/init/spectral_operator.hpp), with the same bits.
//
// It works on z = D^-1/2 v: there A = D^-1/2 W D^-1/2 is the random walk P = D^-1 W, the inner
// product is weighted by degree, and the trivial eigenvector is the constant.
#pragma once

#include <cstdint>
#include <memory>

#include "graph/graph.hpp"
#include "init/spectral.hpp"
#include "linalg/rayleigh_ritz.hpp"
#include "math/host_device.hpp"
#include "math/philox.hpp"
#include "nearfold/matrix.hpp"

namespace nearfold {

class SpectralOperator {
 public:
  /// walk * P z + self * z + old * before.
  struct Mix {
    float walk, self, old;
  };

  virtual ~SpectralOperator() = default;
  virtual std::int64_t edges() const = 0;
  /// Fills a column of z from the given counter of the random stream.
  virtual void randomize(int column, std::uint32_t round) = 0;
  /// Takes the trivial eigenvector out of every column of z.
  virtual void remove_constant() = 0;
  /// walked = P z
  virtual void apply() = 0;
  /// Of z and walked.
  virtual Grams grams() const = 0;
  /// z and walked become their combinations; columns beyond the rank become zero.
  virtual void rotate(const Ritz& ritz) = 0;
  /// before = z; z = by.walk * walked + by.self * z
  virtual void begin_filter(const Mix& by) = 0;
  /// before and z become z and by.walk * P z + by.self * z + by.old * before.
  virtual void filter(const Mix& by) = 0;
  /// v of the first `dims` columns.
  virtual Matrix vectors(int dims) const = 0;
};

/// The value of vertex i and a column in a round: the start is a function of the graph, not of a
/// seed.
NEARFOLD_HD inline float spectral_noise(std::int64_t i, int column, std::uint32_t round) {
  const auto counter = static_cast<std::uint64_t>(i * kVectors + column);
  return to_unit(random4(/*seed=*/0, Stream::init, counter, round).v[0]) - 0.5f;
}

/// Degrees are added up in ranges of so many.
inline constexpr std::int64_t kDegreesOfRange = 1024;

std::unique_ptr<SpectralOperator> make_walk(const EdgeGraph& graph, const Cpu& on);

/// leading_eigenvectors() of a graph of more than kDense vertices.
Eigenvectors leading_eigenvectors(SpectralOperator& op, int dims);

/// Vertices up to which a dense solver is faster.
inline constexpr std::int64_t kDense = 32;

}  // namespace nearfold
