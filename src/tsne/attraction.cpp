#include "tsne/attraction.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <utility>

#include "core/parallel.hpp"
#include "core/sixteen_sums.hpp"
#include "math/elementary.hpp"
#include "tsne/tsne.hpp"

namespace nearfold {
namespace {

constexpr std::int64_t kAhead = 512;  // edges
constexpr std::int64_t kRowsOfRange = 256;

}  // namespace

double edge_entropy(const EdgeGraph& graph, const Cpu& on) {
  return -parallel_sum(on.threads, graph.edges(), kSharesOfRange, 0.0,
                       [&](std::int64_t begin, std::int64_t end) {
                         return chunked_sum(begin, end, 0.0, [&](std::int64_t e) {
                           return p_log_p(graph.weights[static_cast<std::size_t>(e)]);
                         });
                       });
}

double tsne_divergence(double entropy, double sum_p, double sum_p_log, double z, double dof) {
  // sum of p log(p / q) with q_ij / z, q = (1 + d^2 / dof)^-dof
  return -entropy + dof * sum_p_log * std::numbers::ln2 + sum_p * std::log(z);
}

template <int Dims>
Attraction<Dims>::Attraction(EdgeGraph graph, const Cpu& on, double dof)
    : graph_(std::move(graph)),
      entropy_(edge_entropy(graph_, on)),
      kernel_(dof),
      dof_(dof),
      on_(on) {}

template <int Dims>
template <class Term>
void Attraction<Dims>::for_each_edge(const std::vector<float>& y, std::int64_t i,
                                     const Term& term) const {
  Floats own[Dims];
  for (int c = 0; c < Dims; ++c) own[c] = Floats{} + y[static_cast<std::size_t>(i * Dims + c)];
  const auto all_sums = [&](const std::int32_t* columns, const float* weights) {
    for (std::int64_t part = 0; part < kRowParts; ++part) {
      Floats d[Dims], d2{};
      gather(y.data(), columns + part * kSimd, DimCount<Dims>(Dims), d);
      for (int c = 0; c < Dims; ++c) {
        d[c] = own[c] - d[c];
        d2 += d[c] * d[c];
      }
      term(load(weights + part * kSimd), d, d2, part);
    }
  };
  std::int64_t e = graph_.offsets[static_cast<std::size_t>(i)];
  const std::int64_t end = graph_.offsets[static_cast<std::size_t>(i) + 1];
  for (; e + kRowSums <= end; e += kRowSums) {
    const std::int32_t* const columns = graph_.columns.data() + e;
    const float* const weights = graph_.weights.data() + e;
    // The processor's own prefetching leaves a fourth of the memory's bandwidth unused.
    __builtin_prefetch(columns + kAhead);
    __builtin_prefetch(weights + kAhead);
    all_sums(columns, weights);
  }
  if (e == end) return;
  std::int32_t columns[kRowSums] = {};
  float weights[kRowSums] = {};  // a weight of 0 adds nothing
  std::copy_n(&graph_.columns[static_cast<std::size_t>(e)], end - e, columns);
  std::copy_n(&graph_.weights[static_cast<std::size_t>(e)], end - e, weights);
  all_sums(columns, weights);
}

template <int Dims>
void Attraction<Dims>::pull(const std::vector<float>& y, std::int64_t i, float* out) const {
  Floats sums[Dims][kRowParts] = {};
  for_each_edge(y, i, [&](Floats weights, const Floats* d, Floats d2, std::int64_t part) {
    const Floats g = weights * kernel_.pull(d2);
    for (int c = 0; c < Dims; ++c) sums[c][part] += g * d[c];
  });
  for (int c = 0; c < Dims; ++c) out[c] = added(sums[c]);
}

template <int Dims>
double Attraction<Dims>::divergence(const std::vector<float>& y, double z) const {
  struct Sum {
    double p = 0, p_log = 0;  // of p, of p log2(1 + d^2)
    Sum operator+(const Sum& other) const { return {p + other.p, p_log + other.p_log}; }
  };
  const Sum sum = parallel_sum(
      on_.threads, n(), kRowsOfRange, Sum{}, [&](std::int64_t begin, std::int64_t end) {
        return chunked_sum(begin, end, Sum{}, [&](std::int64_t i) {
          Floats p[kRowParts] = {}, p_log[kRowParts] = {};
          for_each_edge(y, i, [&](Floats weights, const Floats*, Floats d2, std::int64_t part) {
            p[part] += weights;
            p_log[part] += weights * log2_f(1.0f + kernel_.one_over_dof * d2);
          });
          return Sum{static_cast<double>(added(p)), static_cast<double>(added(p_log))};
        });
      });
  return tsne_divergence(entropy_, sum.p, sum.p_log, z, dof_);
}

template class Attraction<1>;
template class Attraction<2>;
template class Attraction<3>;
template class Attraction<4>;
template class Attraction<5>;
template class Attraction<6>;
template class Attraction<7>;
template class Attraction<8>;
template class Attraction<9>;
template class Attraction<10>;
static_assert(kMostTsneDims == 10, "one above for each");

}  // namespace nearfold
