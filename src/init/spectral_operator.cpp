// The steps of the eigensolver on the processor: eight vectors in the lanes of a register.
#include "init/spectral_operator.hpp"

#include <cmath>
#include <utility>
#include <vector>

#include "core/parallel.hpp"
#include "core/simd_fixed.hpp"

namespace nearfold {
namespace {

static_assert(kVectors == kLanes);

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

}  // namespace

HostSpectralOperator::HostSpectralOperator(const EdgeGraph& graph, const Cpu& on)
    : graph_(graph), on_(on), degree_(degrees(graph, on)) {
  const auto size = static_cast<std::size_t>(graph.n * kLanes);
  z_.resize(size);
  walked_.resize(size);
  before_.resize(size);
  volume_ = parallel_sum(
      on.threads, graph.n, kDegreesOfRange, 0.0, [&](std::int64_t begin, std::int64_t end) {
        return chunked_sum(begin, end, 0.0,
                           [&](std::int64_t i) { return degree_[static_cast<std::size_t>(i)]; });
      });
}

void HostSpectralOperator::randomize(int column, std::uint32_t round) {
  parallel_for(on_.threads, graph_.n, kGrain, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i)
      z_[static_cast<std::size_t>(i * kLanes + column)] = spectral_noise(i, column, round);
  });
}

void HostSpectralOperator::remove_constant() {
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

Grams HostSpectralOperator::grams() const {
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

void HostSpectralOperator::rotate(const Ritz& ritz) {
  parallel_for(on_.threads, graph_.n, kGrain, [&](std::int64_t begin, std::int64_t end) {
    Float8 by[kLanes];  // by[c]: what column c of the old gives to the new
    for (int c = 0; c < kLanes; ++c) {
      for (int r = 0; r < kLanes; ++r) {
        by[c][r] = static_cast<float>(ritz.rotation[static_cast<std::size_t>(r * kLanes + c)]);
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

void HostSpectralOperator::begin_filter(const SpectralMix& mix) {
  parallel_for(on_.threads, graph_.n, kGrain, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t at = begin * kLanes; at < end * kLanes; at += kLanes) {
      lanes(before_.data() + at) = lanes(z_.data() + at);
      lanes(z_.data() + at) =
          mix.walk * lanes(walked_.data() + at) + mix.self * lanes(z_.data() + at);
    }
  });
}

void HostSpectralOperator::filter(const SpectralMix& mix) {
  sweep(mix, before_);
  z_.swap(before_);
}

Matrix HostSpectralOperator::vectors(int dims) const {
  Matrix out(graph_.n, dims);
  for (std::int64_t i = 0; i < graph_.n; ++i) {
    const auto root = static_cast<float>(std::sqrt(degree_[static_cast<std::size_t>(i)]));
    for (int c = 0; c < dims; ++c)
      out.row(i)[c] = root * z_[static_cast<std::size_t>(i * kLanes + c)];
  }
  return out;
}

void HostSpectralOperator::sweep(const SpectralMix& mix, Block& out) {
  parallel_for(on_.threads, graph_.n, kGrain, [&](std::int64_t begin, std::int64_t end) {
    const std::int64_t* offsets = graph_.offsets.data();
    for (std::int64_t i = begin; i < end; ++i) {
      Float8 sum = {};
      for (std::int64_t e = offsets[i]; e < offsets[i + 1]; ++e) {
        const std::int64_t j = graph_.columns[static_cast<std::size_t>(e)];
        sum += graph_.weights[static_cast<std::size_t>(e)] * lanes(z_.data() + j * kLanes);
      }
      const double share = static_cast<double>(mix.walk) / degree_[static_cast<std::size_t>(i)];
      Float8 next = static_cast<float>(share) * sum;
      if (mix.self != 0) next += mix.self * lanes(z_.data() + i * kLanes);
      if (mix.old != 0) next += mix.old * lanes(before_.data() + i * kLanes);
      lanes(out.data() + i * kLanes) = next;
    }
  });
}

}  // namespace nearfold
