// The steps of the eigensolver on a device: those of src/spectral_walk.cpp, one thread a value,
// a vertex, or a sum. Every sum has the order that it has there, so the vectors have the same bits.
#pragma once

#include <cmath>
#include <memory>
#include <utility>
#include <vector>

#include "graph.hpp"
#include "spectral_walk.hpp"
#include "sums.hpp"

namespace nearfold {

inline constexpr std::int64_t kWalkRange = 1024;  // vertices whose products are added up together
static_assert(kWalkRange == kGrain);              // as on the processor

struct DegreeOf {
  const std::int64_t* offsets;
  const float* weights;
  double* degree;
  NEARFOLD_HD void operator()(std::int64_t i) const {
    double sum = 0;
    for (std::int64_t e = offsets[i]; e < offsets[i + 1]; ++e)
      sum += static_cast<double>(weights[e]);
    degree[i] = sum;
  }
};

struct RandomColumn {
  int column;
  std::uint32_t round;
  float* z;
  NEARFOLD_HD void operator()(std::int64_t i) const {
    z[i * kVectors + column] = spectral_noise(i, column, round);
  }
};

/// out = mix of P z, z and before, which may be `out`: value g of all.
struct WalkValue {
  const std::int64_t* offsets;
  const std::int32_t* columns;
  const float* weights;
  const double* degree;
  SpectralWalk::Mix by;
  const float* z;
  const float* before;
  float* out;
  NEARFOLD_HD void operator()(std::int64_t g) const {
    const std::int64_t i = g / kVectors, lane = g % kVectors;
    float sum = 0;
    for (std::int64_t e = offsets[i]; e < offsets[i + 1]; ++e)
      sum += weights[e] * z[std::int64_t{columns[e]} * kVectors + lane];
    float next = static_cast<float>(static_cast<double>(by.walk) / degree[i]) * sum;
    if (by.self != 0) next += by.self * z[g];
    if (by.old != 0) next += by.old * before[g];
    out[g] = next;
  }
};

struct BeginFilter {
  SpectralWalk::Mix by;
  const float* walked;
  float *z, *before;
  NEARFOLD_HD void operator()(std::int64_t g) const {
    before[g] = z[g];
    z[g] = by.walk * walked[g] + by.self * z[g];
  }
};

/// Sum g % kVectors of range g / kVectors: a column of z, weighted by degree.
struct SumColumn {
  const double* degree;
  const float* z;
  std::int64_t n;
  double* parts;
  NEARFOLD_HD void operator()(std::int64_t g) const {
    const std::int64_t begin = g / kVectors * kWalkRange;
    const std::int64_t end = begin + kWalkRange < n ? begin + kWalkRange : n;
    double sum = 0;
    for (std::int64_t i = begin; i < end; ++i)
      sum += degree[i] * static_cast<double>(z[i * kVectors + g % kVectors]);
    parts[g] = sum;
  }
};
/// What is taken out of column c.
struct MeanOfColumn {
  const double *parts, *volume;
  std::int64_t ranges;
  float* mean;
  NEARFOLD_HD void operator()(std::int64_t c) const {
    double sum = 0;
    for (std::int64_t r = 0; r < ranges; ++r) sum += parts[r * kVectors + c];
    mean[c] = static_cast<float>(sum / *volume);
  }
};
struct TakeMeanOut {
  const float* mean;
  float* z;
  NEARFOLD_HD void operator()(std::int64_t g) const { z[g] -= mean[g % kVectors]; }
};

inline constexpr std::int64_t kGramEntries = 3 * static_cast<std::int64_t>(kSmall);

/// Entry g % kGramEntries of range g / kGramEntries of zz, zp and pp, one after the other.
struct GramEntry {
  const double* degree;
  const float *z, *walked;
  std::int64_t n;
  double* parts;
  NEARFOLD_HD void operator()(std::int64_t g) const {
    const auto entry = static_cast<int>(g % kGramEntries);
    const float* const left = entry < 2 * kVectors * kVectors ? z : walked;
    const float* const right = entry < kVectors * kVectors ? z : walked;
    const int r = entry / kVectors % kVectors, c = entry % kVectors;
    const std::int64_t begin = g / kGramEntries * kWalkRange;
    const std::int64_t end = begin + kWalkRange < n ? begin + kWalkRange : n;
    double sum = 0;
    for (std::int64_t i = begin; i < end; ++i)
      sum += degree[i] * static_cast<double>(left[i * kVectors + r]) *
             static_cast<double>(right[i * kVectors + c]);
    parts[g] = sum;
  }
};
struct SumGram {
  const double* parts;
  std::int64_t ranges;
  double* grams;
  NEARFOLD_HD void operator()(std::int64_t entry) const {
    double sum = 0;
    for (std::int64_t r = 0; r < ranges; ++r) sum += parts[r * kGramEntries + entry];
    grams[entry] = sum;
  }
};

/// Vertex i of z and walked.
struct TurnRow {
  const float* by;  // [kVectors][kVectors]: of an old column in a new one
  float *z, *walked;
  NEARFOLD_HD void operator()(std::int64_t i) const {
    turn(z + i * kVectors);
    turn(walked + i * kVectors);
  }
  NEARFOLD_HD void turn(float* row) const {
    float sum[kVectors] = {};
    for (int c = 0; c < kVectors; ++c)
      for (int r = 0; r < kVectors; ++r) sum[r] += row[c] * by[c * kVectors + r];
    for (int r = 0; r < kVectors; ++r) row[r] = sum[r];
  }
};

struct VectorRow {
  const double* degree;
  const float* z;
  int dims;
  float* out;  // [n, dims]
  NEARFOLD_HD void operator()(std::int64_t i) const {
    const auto root = static_cast<float>(std::sqrt(degree[i]));
    for (int c = 0; c < dims; ++c) out[i * dims + c] = root * z[i * kVectors + c];
  }
};

template <class Executor>
class WalkOn final : public SpectralWalk {
 public:
  WalkOn(const Executor& executor, const EdgeGraphIn<typename Executor::Space>& graph)
      : executor_(executor),
        graph_(graph),
        size_(graph.n * kVectors),
        ranges_(parts_of(graph.n, kWalkRange)),
        degree_(executor.template buffer<double>(graph.n)),
        volume_(executor.template buffer<double>(1)),
        parts_(executor.template buffer<double>(ranges_ * kGramEntries)),
        grams_(executor.template buffer<double>(kGramEntries)),
        mean_(executor.template buffer<float>(kVectors)),
        z_(executor.template buffer<float>(size_)),
        walked_(executor.template buffer<float>(size_)),
        before_(executor.template buffer<float>(size_)) {
    executor_.for_each(graph.n,
                       DegreeOf{graph.offsets.data(), graph.weights.data(), degree_.data()});
    OrderedSum<Executor, double>(executor_, graph.n, kDegreesOfRange)(
        ValueAt<double>{degree_.data()}, 0.0, volume_.data());
    executor_.wait();  // the sum's own memory goes away
  }

  std::int64_t edges() const override { return graph_.edges(); }

  void randomize(int column, std::uint32_t round) override {
    executor_.for_each(graph_.n, RandomColumn{column, round, z_.data()});
  }

  void remove_constant() override {
    executor_.for_each(ranges_ * kVectors,
                       SumColumn{degree_.data(), z_.data(), graph_.n, parts_.data()});
    executor_.for_each(kVectors,
                       MeanOfColumn{parts_.data(), volume_.data(), ranges_, mean_.data()});
    executor_.for_each(size_, TakeMeanOut{mean_.data(), z_.data()});
  }

  void walk() override { sweep({1, 0, 0}, walked_); }

  Grams grams() const override {
    executor_.for_each(ranges_ * kGramEntries, GramEntry{degree_.data(), z_.data(), walked_.data(),
                                                         graph_.n, parts_.data()});
    executor_.for_each(kGramEntries, SumGram{parts_.data(), ranges_, grams_.data()});
    const std::vector<double> all = executor_.download(grams_);
    const auto part = [&](std::ptrdiff_t which) {
      const auto begin = all.begin() + which * static_cast<std::ptrdiff_t>(kSmall);
      return Small(begin, begin + kSmall);
    };
    return {part(0), part(1), part(2)};
  }

  void turn(const Ritz& ritz) override {
    std::vector<float> by(kSmall);
    for (std::size_t c = 0; c < kVectors; ++c)
      for (std::size_t r = 0; r < kVectors; ++r)
        by[c * kVectors + r] = static_cast<float>(ritz.turn[r * kVectors + c]);
    const auto on_device = executor_.upload(by);
    executor_.for_each(graph_.n, TurnRow{on_device.data(), z_.data(), walked_.data()});
    executor_.wait();
  }

  void begin_filter(const Mix& by) override {
    executor_.for_each(size_, BeginFilter{by, walked_.data(), z_.data(), before_.data()});
  }

  void filter(const Mix& by) override {
    sweep(by, before_);
    std::swap(z_, before_);
  }

  Matrix vectors(int dims) const override {
    auto rows = executor_.template buffer<float>(graph_.n * dims);
    executor_.for_each(graph_.n, VectorRow{degree_.data(), z_.data(), dims, rows.data()});
    Matrix out(graph_.n, dims);
    out.values = executor_.download(rows);
    return out;
  }

 private:
  template <class T>
  using Buffer = typename Executor::template Buffer<T>;

  void sweep(const Mix& by, Buffer<float>& out) {
    executor_.for_each(
        size_, WalkValue{graph_.offsets.data(), graph_.columns.data(), graph_.weights.data(),
                         degree_.data(), by, z_.data(), before_.data(), out.data()});
  }

  Executor executor_;
  const EdgeGraphIn<typename Executor::Space>& graph_;
  std::int64_t size_, ranges_;
  Buffer<double> degree_, volume_;
  mutable Buffer<double> parts_, grams_;
  Buffer<float> mean_, z_, walked_, before_;
};

}  // namespace nearfold
