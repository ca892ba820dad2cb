// The steps of the eigensolver on a device: those of src/init/spectral_operator.cpp. Every sum has
// the order that it has there, so the vectors have the same bits.
//
// Cost, beside the loops' (spectral_loops.hpp): a sweep is one launch, two more for every piece of
// long rows, and there are at most 2,000, of large graphs 500; each filter ends with 8 launches and
// a look of the host at 1.5 kB. 108 bytes a vertex.
#pragma once

#include <utility>
#include <vector>

#include "core/stopping.hpp"
#include "graph/graph.hpp"
#include "kernels/core/sums.hpp"
#include "kernels/init/spectral_loops.hpp"

namespace nearfold {

template <class Executor>
class SpectralOperatorOn {
 public:
  SpectralOperatorOn(const Executor& executor, const EdgeGraphIn<typename Executor::Space>& graph)
      : executor_(executor),
        graph_(graph),
        long_rows_(executor, graph),
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

  int width() const { return kVectors; }
  std::int64_t edges() const { return graph_.edges(); }

  void randomize(int column, std::uint32_t round) {
    executor_.for_each(graph_.n, RandomColumn{column, round, z_.data()});
  }

  void remove_constant() {
    executor_.for_each(ranges_ * kVectors,
                       SumColumn{degree_.data(), z_.data(), graph_.n, parts_.data()});
    executor_.for_each(kVectors,
                       MeanOfColumn{parts_.data(), volume_.data(), ranges_, mean_.data()});
    executor_.for_each(size_, TakeMeanOut{mean_.data(), z_.data()});
  }

  void apply() { sweep({1, 0, 0}, walked_); }

  Grams grams() const {
    throw_if_stopped();
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

  void rotate(const Ritz& ritz) {
    std::vector<float> by(kSmall);
    for (std::size_t c = 0; c < kVectors; ++c)
      for (std::size_t r = 0; r < kVectors; ++r)
        by[c * kVectors + r] = static_cast<float>(ritz.rotation[r * kVectors + c]);
    const auto on_device = executor_.upload(by);
    executor_.for_each(graph_.n, TurnRow{on_device.data(), z_.data(), walked_.data()});
    executor_.wait();
  }

  void begin_filter(const SpectralMix& mix) {
    executor_.for_each(size_, BeginFilter{mix, walked_.data(), z_.data(), before_.data()});
  }

  void filter(const SpectralMix& mix) {
    sweep(mix, before_);
    std::swap(z_, before_);
  }

  Matrix vectors(int dims) const {
    auto rows = executor_.template buffer<float>(graph_.n * dims);
    executor_.for_each(graph_.n, VectorRow{degree_.data(), z_.data(), dims, rows.data()});
    return Matrix(graph_.n, dims, executor_.download(rows));
  }

 private:
  template <class T>
  using Buffer = typename Executor::template Buffer<T>;

  void sweep(const SpectralMix& mix, Buffer<float>& out) {
    const LongSums long_rows = long_rows_.sum(z_.data());
    executor_.for_each(
        size_, WalkValue{graph_.offsets.data(), graph_.columns.data(), graph_.weights.data(),
                         degree_.data(), long_rows, mix, z_.data(), before_.data(), out.data()});
  }

  Executor executor_;
  const EdgeGraphIn<typename Executor::Space>& graph_;
  LongWalk<Executor> long_rows_;
  std::int64_t size_, ranges_;
  Buffer<double> degree_, volume_;
  mutable Buffer<double> parts_, grams_;
  Buffer<float> mean_, z_, walked_, before_;
};

}  // namespace nearfold
