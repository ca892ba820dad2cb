// Leading eigenvectors of one connected graph: subspace iteration on eight vectors at once with a
// Chebyshev filter that damps what lies below them, and a Rayleigh-Ritz step after each filter.
// It works on z = D^-1/2 v: there A = D^-1/2 W D^-1/2 is the random walk P = D^-1 W, the inner
// product is weighted by degree, and the trivial eigenvector is the constant.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <utility>
#include <vector>

#include "lanes.hpp"
#include "math/philox.hpp"
#include "parallel.hpp"
#include "ritz.hpp"
#include "spectral.hpp"
#include "symmetric_eigen.hpp"

namespace nearfold {
namespace {

constexpr std::int64_t kDense = 32;            // vertices up to which a dense solver is faster
constexpr std::int64_t kFewest = 500;          // limit of passes over the edges of large graphs,
constexpr std::int64_t kMost = 2000;           // of small ones,
constexpr std::int64_t kVisits = 100'000'000;  // and of edges visited in between: about a second
constexpr int kLongest = 300;                  // filter degree, at most
constexpr double kGrowth = 1e4;  // of the wanted over the damped in one filter; floats carry 1e7
constexpr double kFloor = 1e-6;  // residual that float vectors may be left with
constexpr double kTolerance = 5e-2;  // residual as a share of 1 - eigenvalue

using Block = std::vector<float>;  // [n][kLanes]

std::vector<double> degrees(const EdgeGraph& graph, const Cpu& on) {
  std::vector<double> degree(static_cast<std::size_t>(graph.n));
  parallel_for(on.threads, graph.n, kGrain, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) {
      double sum = 0;
      for (auto e = graph.offsets[static_cast<std::size_t>(i)];
           e < graph.offsets[static_cast<std::size_t>(i) + 1]; ++e) {
        sum += static_cast<double>(graph.weights[static_cast<std::size_t>(e)]);
      }
      degree[static_cast<std::size_t>(i)] = sum;
    }
  });
  return degree;
}

/// One sum per column.
struct Sums {
  double v[kLanes] = {};
  Sums operator+(const Sums& other) const {
    Sums out;
    for (int c = 0; c < kLanes; ++c) out.v[c] = v[c] + other.v[c];
    return out;
  }
};

class Solver {
 public:
  Solver(const EdgeGraph& graph, int dims, const Cpu& on)
      : graph_(graph), dims_(dims), on_(on), degree_(degrees(graph, on)) {
    const auto size = static_cast<std::size_t>(graph.n * kLanes);
    z_.resize(size);
    walked_.resize(size);
    before_.resize(size);
    for (const double d : degree_) volume_ += d;
    limit_ = static_cast<int>(std::clamp(kVisits / graph.edges(), kFewest, kMost));
  }

  Eigenvectors solve() {
    for (int c = 0; c < kLanes; ++c) randomize(c);
    Ritz ritz;
    double edge = 0.0;  // of the damped interval [-1, edge]
    while (true) {
      remove_constant();
      sweep(z_, {1, 0, 0}, walked_, walked_);
      ritz = rayleigh_ritz(grams());
      turn(ritz);
      if (converged(ritz) || sweeps_ >= limit_) break;
      edge = std::clamp(ritz.value[kLanes - 1], std::min(edge, 0.999), 1 - 1e-7);
      filter(edge);
      for (int c = ritz.rank; c < kLanes; ++c) randomize(c);
    }
    return answer(ritz);
  }

 private:
  /// out = mix.walk * P x + mix.self * x + mix.old * old; `old` may be `out`.
  struct Mix {
    float walk, self, old;
  };
  void sweep(const Block& x, Mix mix, const Block& old, Block& out) {
    parallel_for(on_.threads, graph_.n, kGrain, [&](std::int64_t begin, std::int64_t end) {
      const std::int64_t* offsets = graph_.offsets.data();
      for (std::int64_t i = begin; i < end; ++i) {
        Float8 sum = {};
        for (std::int64_t e = offsets[i]; e < offsets[i + 1]; ++e) {
          const std::int64_t j = graph_.columns[static_cast<std::size_t>(e)];
          sum += graph_.weights[static_cast<std::size_t>(e)] * lanes(x.data() + j * kLanes);
        }
        const double share = static_cast<double>(mix.walk) / degree_[static_cast<std::size_t>(i)];
        Float8 next = static_cast<float>(share) * sum;
        if (mix.self != 0) next += mix.self * lanes(x.data() + i * kLanes);
        if (mix.old != 0) next += mix.old * lanes(old.data() + i * kLanes);
        lanes(out.data() + i * kLanes) = next;
      }
    });
    ++sweeps_;
  }

  /// z becomes T(P) z / T(1), T the Chebyshev polynomial on [-1, edge] of the smallest degree whose
  /// growth at 1 is kGrowth. In: walked_ = P z, which is the first step.
  void filter(double edge) {
    const double half = (edge + 1) / 2, center = (edge - 1) / 2;
    const double top = (1 - center) / half;
    int degree = 1;
    for (double last = 1, t = top; t < kGrowth && degree < kLongest; ++degree) {
      last = std::exchange(t, 2 * top * t - last);
    }
    degree = std::min(degree, std::max(2, limit_ - sweeps_));

    const double first = 1 / top;
    double sigma = first;
    const auto walk = static_cast<float>(sigma / half);
    const auto self = static_cast<float>(-center * sigma / half);
    parallel_for(on_.threads, graph_.n, kGrain, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t at = begin * kLanes; at < end * kLanes; at += kLanes) {
        lanes(before_.data() + at) = lanes(z_.data() + at);
        lanes(z_.data() + at) = walk * lanes(walked_.data() + at) + self * lanes(z_.data() + at);
      }
    });
    for (int step = 1; step < degree; ++step) {
      const double next = 1 / (2 / first - sigma);
      sweep(z_,
            {static_cast<float>(2 * next / half), static_cast<float>(-2 * center * next / half),
             static_cast<float>(-sigma * next)},
            before_, before_);
      z_.swap(before_);
      sigma = next;
    }
  }

  void randomize(int column) {
    const auto round = static_cast<std::uint32_t>(sweeps_);
    parallel_for(on_.threads, graph_.n, kGrain, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t i = begin; i < end; ++i) {
        const auto counter = static_cast<std::uint64_t>(i * kLanes + column);
        const Random4 bits = random4(kKey, Stream::init, counter, round);
        z_[static_cast<std::size_t>(counter)] = to_unit(bits.v[0]) - 0.5f;
      }
    });
  }

  /// Takes the trivial eigenvector out of every column.
  void remove_constant() {
    const Sums sums = parallel_sum(
        on_.threads, graph_.n, kGrain, Sums{}, [&](std::int64_t begin, std::int64_t end) {
          Sums part;
          for (std::int64_t i = begin; i < end; ++i) {
            for (int c = 0; c < kLanes; ++c) {
              part.v[c] += degree_[static_cast<std::size_t>(i)] *
                           static_cast<double>(z_[static_cast<std::size_t>(i * kLanes + c)]);
            }
          }
          return part;
        });
    Float8 mean;
    for (int c = 0; c < kLanes; ++c) mean[c] = static_cast<float>(sums.v[c] / volume_);
    parallel_for(on_.threads, graph_.n, kGrain, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t i = begin; i < end; ++i) lanes(z_.data() + i * kLanes) -= mean;
    });
  }

  Grams grams() const {
    const std::int64_t ranges = (graph_.n + kGrain - 1) / kGrain;
    std::vector<double> parts(static_cast<std::size_t>(ranges) * 3 * kSmall);
    parallel_for(on_.threads, graph_.n, kGrain, [&](std::int64_t begin, std::int64_t end) {
      double* zz = parts.data() + static_cast<std::size_t>(begin / kGrain) * 3 * kSmall;
      double* zp = zz + kSmall;
      double* pp = zp + kSmall;
      for (std::int64_t i = begin; i < end; ++i) {
        double z[kLanes], p[kLanes];
        for (int c = 0; c < kLanes; ++c) {
          z[c] = static_cast<double>(z_[static_cast<std::size_t>(i * kLanes + c)]);
          p[c] = static_cast<double>(walked_[static_cast<std::size_t>(i * kLanes + c)]);
        }
        for (int r = 0; r < kLanes; ++r) {
          const double dz = degree_[static_cast<std::size_t>(i)] * z[r];
          const double dp = degree_[static_cast<std::size_t>(i)] * p[r];
          for (int c = 0; c < kLanes; ++c) zz[r * kLanes + c] += dz * z[c];
          for (int c = 0; c < kLanes; ++c) zp[r * kLanes + c] += dz * p[c];
          for (int c = 0; c < kLanes; ++c) pp[r * kLanes + c] += dp * p[c];
        }
      }
    });
    Grams out;
    for (std::size_t at = 0; at < parts.size(); at += 3 * kSmall) {
      for (std::size_t k = 0; k < kSmall; ++k) {
        out.zz[k] += parts[at + k];
        out.zp[k] += parts[at + kSmall + k];
        out.pp[k] += parts[at + 2 * kSmall + k];
      }
    }
    return out;
  }

  bool converged(const Ritz& ritz) const;
  void turn(const Ritz& ritz);
  Eigenvectors answer(const Ritz& ritz) const;

  static constexpr std::uint64_t kKey = 0;  // the start is a function of the graph, not of the seed

  const EdgeGraph& graph_;
  int dims_;
  Cpu on_;
  std::vector<double> degree_;
  double volume_ = 0;
  Block z_, walked_, before_;
  int sweeps_ = 0, limit_ = 0;
};

bool Solver::converged(const Ritz& ritz) const {
  if (ritz.rank <= dims_) return false;
  const double gap = ritz.value[dims_ - 1] - ritz.value[dims_];  // residual / gap bounds the angle
  for (int c = 0; c < dims_; ++c) {
    const double enough = kTolerance * std::max(gap, 1 - ritz.value[c]);
    if (ritz.residual[c] > std::max(kFloor, enough)) return false;
  }
  return true;
}

/// z_ and walked_ become their combinations; columns beyond the rank become zero.
void Solver::turn(const Ritz& ritz) {
  parallel_for(on_.threads, graph_.n, kGrain, [&](std::int64_t begin, std::int64_t end) {
    Float8 by[kLanes];  // by[c]: what column c of the old gives to the new
    for (int c = 0; c < kLanes; ++c) {
      for (int r = 0; r < kLanes; ++r) {
        by[c][r] = static_cast<float>(ritz.turn[static_cast<std::size_t>(r * kLanes + c)]);
      }
    }
    for (std::int64_t at = begin * kLanes; at < end * kLanes; at += kLanes) {
      for (float* block : {z_.data() + at, walked_.data() + at}) {
        Float8 sum = {};
        for (int c = 0; c < kLanes; ++c) sum += block[c] * by[c];
        lanes(block) = sum;
      }
    }
  });
}

Eigenvectors Solver::answer(const Ritz& ritz) const {
  Eigenvectors out;
  out.vectors = Matrix(graph_.n, dims_);
  for (std::int64_t i = 0; i < graph_.n; ++i) {
    const auto root = static_cast<float>(std::sqrt(degree_[static_cast<std::size_t>(i)]));
    for (int c = 0; c < dims_; ++c) {
      out.vectors.row(i)[c] = root * z_[static_cast<std::size_t>(i * kLanes + c)];
    }
  }
  out.residual = *std::max_element(ritz.residual, ritz.residual + dims_);
  out.value = ritz.value[dims_ - 1];
  out.converged = converged(ritz);
  out.sweeps = sweeps_;
  return out;
}

Eigenvectors solve_densely(const EdgeGraph& graph, int dims) {
  const std::vector<double> degree = degrees(graph, Cpu{1});
  double volume = 0;
  for (const double d : degree) volume += d;
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

Eigenvectors leading_eigenvectors(const EdgeGraph& graph, int dims, const Cpu& on) {
  if (graph.n <= kDense) return solve_densely(graph, dims);
  return Solver(graph, dims, on).solve();
}

}  // namespace nearfold
