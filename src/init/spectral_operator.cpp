// The steps of the eigensolver on the processor: vectors by eight, in the lanes of a
// register.
#include "init/spectral_operator.hpp"

#include <cmath>
#include <utility>
#include <vector>

#include "core/parallel.hpp"
#include "core/simd_fixed.hpp"

namespace nearfold {
namespace {

static_assert(kVectors == kLanes);

std::vector<double> degrees(const ComponentView& graph, const Cpu& on) {
  std::vector<double> degree(static_cast<std::size_t>(graph.n()));
  parallel_for(on.threads, graph.n(), kGrain, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) {
      double sum = 0;
      for (auto e = graph.begin(i); e < graph.end(i); ++e)
        sum += static_cast<double>(graph.graph().weights[static_cast<std::size_t>(e)]);
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

HostSpectralOperator::HostSpectralOperator(const ComponentView& graph, int width, const Cpu& on)
    : graph_(graph),
      n_(graph.n()),
      edges_(graph.edges()),
      on_(on),
      degree_(degrees(graph, on)),
      width_(width) {
  for (Blocks* blocks : {&z_, &walked_, &before_}) {
    blocks->resize(static_cast<std::size_t>(width / kLanes));
    for (Block& block : *blocks) block.resize(static_cast<std::size_t>(n_ * kLanes));
  }
  volume_ =
      parallel_sum(on.threads, n_, kDegreesOfRange, 0.0, [&](std::int64_t begin, std::int64_t end) {
        return chunked_sum(begin, end, 0.0,
                           [&](std::int64_t i) { return degree_[static_cast<std::size_t>(i)]; });
      });
}

void HostSpectralOperator::randomize(int column, std::uint32_t round) {
  Block& z = z_[static_cast<std::size_t>(column / kLanes)];
  parallel_for(on_.threads, n_, kGrain, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i)
      z[static_cast<std::size_t>(i * kLanes + column % kLanes)] = spectral_noise(i, column, round);
  });
}

void HostSpectralOperator::remove_constant() {
  for (Block& z : z_) remove_constant(z);
}

void HostSpectralOperator::remove_constant(Block& z) {
  const Sums sums =
      parallel_sum(on_.threads, n_, kGrain, Sums{}, [&](std::int64_t begin, std::int64_t end) {
        Sums part;
        for (std::int64_t i = begin; i < end; ++i) {
          for (int c = 0; c < kLanes; ++c) {
            part.v[c] += degree_[static_cast<std::size_t>(i)] *
                         static_cast<double>(z[static_cast<std::size_t>(i * kLanes + c)]);
          }
        }
        return part;
      });
  Float8 mean;
  for (int c = 0; c < kLanes; ++c) mean[c] = static_cast<float>(sums.v[c] / volume_);
  parallel_for(on_.threads, n_, kGrain, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) lanes(z.data() + i * kLanes) -= mean;
  });
}

void HostSpectralOperator::add_products(std::int64_t begin, std::int64_t end, double* sums) const {
  const auto width = static_cast<std::size_t>(width_), all = width * width;
  for (std::size_t a = 0; a < z_.size(); ++a)
    for (std::size_t b = 0; b < z_.size(); ++b)
      for (std::int64_t i = begin; i < end; ++i) {
        const auto at = static_cast<std::size_t>(i * kLanes);
        double z[kLanes], p[kLanes];  // of the second block
        for (std::size_t c = 0; c < kLanes; ++c) {
          z[c] = static_cast<double>(z_[b][at + c]);
          p[c] = static_cast<double>(walked_[b][at + c]);
        }
        for (std::size_t r = 0; r < kLanes; ++r) {
          const double degree = degree_[static_cast<std::size_t>(i)];
          const double dz = degree * static_cast<double>(z_[a][at + r]);
          const double dp = degree * static_cast<double>(walked_[a][at + r]);
          double* const zz = sums + (a * kLanes + r) * width + b * kLanes;
          for (int c = 0; c < kLanes; ++c) zz[c] += dz * z[c];
          for (int c = 0; c < kLanes; ++c) zz[all + c] += dz * p[c];
          for (int c = 0; c < kLanes; ++c) zz[2 * all + c] += dp * p[c];
        }
      }
}

Grams HostSpectralOperator::grams() const {
  // Of more vectors in longer ranges, or the sums of all ranges would be more than the vectors.
  const std::int64_t range = kGrain * std::ssize(z_);
  const std::int64_t ranges = (n_ + range - 1) / range;
  const auto small = static_cast<std::size_t>(width_) * static_cast<std::size_t>(width_);
  std::vector<double> parts(static_cast<std::size_t>(ranges) * 3 * small);
  parallel_for(on_.threads, n_, range, [&](std::int64_t begin, std::int64_t end) {
    add_products(begin, end, parts.data() + static_cast<std::size_t>(begin / range) * 3 * small);
  });
  Grams out{Small(small), Small(small), Small(small), width_};
  for (std::size_t at = 0; at < parts.size(); at += 3 * small) {
    for (std::size_t k = 0; k < small; ++k) {
      out.zz[k] += parts[at + k];
      out.zp[k] += parts[at + small + k];
      out.pp[k] += parts[at + 2 * small + k];
    }
  }
  return out;
}

void HostSpectralOperator::rotate(const Ritz& ritz) {
  const auto width = static_cast<std::size_t>(width_);
  std::vector<float> by(width * width);  // [c][r]: what column c of the old gives to r of the new
  for (std::size_t c = 0; c < width; ++c)
    for (std::size_t r = 0; r < width; ++r)
      by[c * width + r] = static_cast<float>(ritz.rotation[r * width + c]);
  parallel_for(on_.threads, n_, kGrain, [&](std::int64_t begin, std::int64_t end) {
    for (Blocks* blocks : {&z_, &walked_}) rotate(by, begin, end, *blocks);
  });
}

void HostSpectralOperator::rotate(const std::vector<float>& by, std::int64_t begin,
                                  std::int64_t end, Blocks& blocks) {
  const auto width = static_cast<std::size_t>(width_);
  std::vector<float> old(width);
  for (std::int64_t at = begin * kLanes; at < end * kLanes; at += kLanes) {
    for (std::size_t b = 0; b < blocks.size(); ++b)
      lanes(&old[b * kLanes]) = lanes(blocks[b].data() + at);
    for (std::size_t b = 0; b < blocks.size(); ++b) {
      Float8 sum = {};
      for (std::size_t c = 0; c < width; ++c) sum += old[c] * lanes(&by[c * width + b * kLanes]);
      lanes(blocks[b].data() + at) = sum;
    }
  }
}

void HostSpectralOperator::begin_filter(const SpectralMix& mix) {
  for (std::size_t b = 0; b < z_.size(); ++b) {
    float *const z = z_[b].data(), *const before = before_[b].data();
    const float* const walked = walked_[b].data();
    parallel_for(on_.threads, n_, kGrain, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t at = begin * kLanes; at < end * kLanes; at += kLanes) {
        lanes(before + at) = lanes(z + at);
        lanes(z + at) = mix.walk * lanes(walked + at) + mix.self * lanes(z + at);
      }
    });
  }
}

void HostSpectralOperator::filter(const SpectralMix& mix) {
  sweep(mix, before_);
  z_.swap(before_);
}

Matrix HostSpectralOperator::vectors(int dims) const {
  Matrix out(n_, dims);
  for (std::int64_t i = 0; i < n_; ++i) {
    const auto root = static_cast<float>(std::sqrt(degree_[static_cast<std::size_t>(i)]));
    for (int c = 0; c < dims; ++c)
      out.row(i)[c] = root * z_[static_cast<std::size_t>(c / kLanes)]
                               [static_cast<std::size_t>(i * kLanes + c % kLanes)];
  }
  return out;
}

void HostSpectralOperator::sweep(const SpectralMix& mix, Blocks& out) {
  for (std::size_t b = 0; b < z_.size(); ++b) sweep(mix, z_[b], before_[b], out[b]);
}

void HostSpectralOperator::sweep(const SpectralMix& mix, const Block& z, const Block& before,
                                 Block& out) {
  const std::int32_t* const place = graph_.place();
  if (place == nullptr)
    sweep(mix, z, before, out, [](std::int32_t column) { return std::int64_t{column}; });
  else
    sweep(mix, z, before, out, [&](std::int32_t column) { return std::int64_t{place[column]}; });
}

template <class VertexOf>
void HostSpectralOperator::sweep(const SpectralMix& mix, const Block& z, const Block& before,
                                 Block& out, const VertexOf& vertex_of) {
  const std::int32_t* const columns = graph_.graph().columns.data();
  const float* const weights = graph_.graph().weights.data();
  parallel_for(on_.threads, n_, kGrain, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) {
      Float8 sum = {};
      for (std::int64_t e = graph_.begin(i); e < graph_.end(i); ++e)
        sum += weights[e] * lanes(z.data() + vertex_of(columns[e]) * kLanes);
      const double share = static_cast<double>(mix.walk) / degree_[static_cast<std::size_t>(i)];
      Float8 next = static_cast<float>(share) * sum;
      if (mix.self != 0) next += mix.self * lanes(z.data() + i * kLanes);
      if (mix.old != 0) next += mix.old * lanes(before.data() + i * kLanes);
      lanes(out.data() + i * kLanes) = next;
    }
  });
}

}  // namespace nearfold
