// Leading eigenvectors of one connected graph: subspace iteration on eight vectors at once with a
// Chebyshev filter that damps what lies below them, and a Rayleigh-Ritz step after each filter.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <utility>
#include <vector>

#include "core/stopping.hpp"
#include "init/spectral_operator.hpp"
#include "linalg/rayleigh_ritz.hpp"
#include "linalg/symmetric_eigen.hpp"

namespace nearfold {
namespace {

constexpr std::int64_t kMin = 500;             // limit of passes over the edges of large graphs,
constexpr std::int64_t kMax = 2000;            // of small ones,
constexpr std::int64_t kVisits = 100'000'000;  // and of edges visited in between: about a second
constexpr int kLongest = 300;                  // filter degree, at most
constexpr double kGrowth = 1e4;  // of the wanted over the damped in one filter; floats carry 1e7
constexpr double kLeft = 0.6;    // after each filter, as far as is told: they end when they do
constexpr double kFloor = 1e-6;  // residual that float vectors may be left with
constexpr double kTolerance = 5e-2;  // residual as a share of 1 - eigenvalue

class Solver {
 public:
  Solver(SpectralOperator& op, int dims)
      : operator_(op),
        dims_(dims),
        limit_(static_cast<int>(std::clamp(kVisits / op.edges(), kMin, kMax))) {}

  Eigenvectors solve() {
    for (int c = 0; c < kVectors; ++c) randomize(c);
    Ritz ritz;
    double edge = 0.0;  // of the damped interval [-1, edge]
    while (true) {
      operator_.remove_constant();
      operator_.apply();
      ++sweeps_;
      ritz = rayleigh_ritz(operator_.grams());
      operator_.rotate(ritz);
      if (converged(ritz) || sweeps_ >= limit_) break;
      edge = std::clamp(ritz.value[kVectors - 1], std::min(edge, 0.999), 1 - 1e-7);
      filter(edge);
      for (int c = ritz.rank; c < kVectors; ++c) randomize(c);
    }
    return {.vectors = operator_.vectors(dims_),
            .residual = *std::max_element(ritz.residual, ritz.residual + dims_),
            .value = ritz.value[dims_ - 1],
            .converged = converged(ritz),
            .sweeps = sweeps_};
  }

 private:
  void randomize(int column) { operator_.randomize(column, static_cast<std::uint32_t>(sweeps_)); }

  /// z becomes T(P) z / T(1), T the Chebyshev polynomial on [-1, edge] of the smallest degree whose
  /// growth at 1 is kGrowth. P z is there, and is the first step.
  void filter(double edge) {
    const double half = (edge + 1) / 2, center = (edge - 1) / 2;
    const double top = (1 - center) / half;
    int degree = 1;
    for (double last = 1, t = top; t < kGrowth && degree < kLongest; ++degree) {
      last = std::exchange(t, 2 * top * t - last);
    }
    degree = std::min(degree, std::max(2, limit_ - sweeps_));
    left_ *= kLeft;
    const Part part(1 - left_, degree);

    const double first = 1 / top;
    double sigma = first;
    operator_.begin_filter(
        {static_cast<float>(sigma / half), static_cast<float>(-center * sigma / half), 0});
    for (int step = 1; step < degree; ++step) {
      const double next = 1 / (2 / first - sigma);
      operator_.filter({static_cast<float>(2 * next / half),
                        static_cast<float>(-2 * center * next / half),
                        static_cast<float>(-sigma * next)});
      ++sweeps_;
      sigma = next;
    }
  }

  bool converged(const Ritz& ritz) const {
    if (ritz.rank <= dims_) return false;
    // residual / gap bounds the angle
    const double gap = ritz.value[dims_ - 1] - ritz.value[dims_];
    for (int c = 0; c < dims_; ++c) {
      const double enough = kTolerance * std::max(gap, 1 - ritz.value[c]);
      if (ritz.residual[c] > std::max(kFloor, enough)) return false;
    }
    return true;
  }

  SpectralOperator& operator_;
  int dims_, limit_, sweeps_ = 0;
  double left_ = 1;  // of the work, as far as is told
};

Eigenvectors solve_densely(const EdgeGraph& graph, int dims) {
  std::vector<double> degree(static_cast<std::size_t>(graph.n));
  double volume = 0;
  for (std::size_t i = 0; i < degree.size(); ++i) {
    for (auto e = graph.offsets[i]; e < graph.offsets[i + 1]; ++e)
      degree[i] += static_cast<double>(graph.weights[static_cast<std::size_t>(e)]);
    volume += degree[i];
  }
  // The trivial eigenvector goes below all others, to 1 - 4.
  std::vector<double> a(static_cast<std::size_t>(graph.n * graph.n));
  for (std::size_t i = 0; i < degree.size(); ++i) {
    double* row = a.data() + i * degree.size();
    for (std::size_t j = 0; j < degree.size(); ++j) {
      row[j] = -4 * std::sqrt(degree[i]) * std::sqrt(degree[j]) / volume;
    }
    for (auto e = static_cast<std::size_t>(graph.offsets[i]);
         e < static_cast<std::size_t>(graph.offsets[i + 1]); ++e) {
      const auto j = static_cast<std::size_t>(graph.columns[e]);
      row[j] +=
          static_cast<double>(graph.weights[e]) / (std::sqrt(degree[i]) * std::sqrt(degree[j]));
    }
  }
  const SymmetricEigen eigen = symmetric_eigen(std::move(a), graph.n);
  Eigenvectors out;
  out.vectors = Matrix(graph.n, dims);
  for (std::int64_t i = 0; i < graph.n; ++i) {
    for (int c = 0; c < dims; ++c) {
      out.vectors.row(i)[c] =
          static_cast<float>(eigen.vectors[static_cast<std::size_t>(c * graph.n + i)]);
    }
  }
  out.value = eigen.values[static_cast<std::size_t>(dims - 1)];
  return out;
}

}  // namespace

Eigenvectors leading_eigenvectors(SpectralOperator& op, int dims) {
  return Solver(op, dims).solve();
}

Eigenvectors leading_eigenvectors(const EdgeGraph& graph, int dims, const Cpu& on) {
  if (graph.n <= kDense) return solve_densely(graph, dims);
  return leading_eigenvectors(*make_walk(graph, on), dims);
}

}  // namespace nearfold
