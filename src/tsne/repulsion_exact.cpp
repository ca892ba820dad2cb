// t-SNE's repulsion by all pairs. Each point sums over all others, point j into partial sum j % 16.
#include "core/parallel.hpp"
#include "core/sixteen_sums.hpp"
#include "math/tsne_kernel.hpp"
#include "tsne/tsne.hpp"

namespace nearfold {
namespace {

template <int Dims, bool StudentT>
class ExactRepulsion final : public Repulsion {
 public:
  ExactRepulsion(std::int64_t n, double dof, const Cpu& on) : n_(n), kernel_(dof), on_(on) {
    const std::int64_t padded = (n + kRowSums - 1) / kRowSums * kRowSums;
    for (auto& axis : axes_) axis.resize(static_cast<std::size_t>(padded));
  }

  double compute(const std::vector<float>& y, std::vector<float>& force) override {
    for (std::int64_t i = 0; i < n_; ++i)
      for (int c = 0; c < Dims; ++c)
        axes_[c][static_cast<std::size_t>(i)] = y[static_cast<std::size_t>(i * Dims + c)];
    return parallel_sum(on_.threads, n_, 64, 0.0, [&](std::int64_t begin, std::int64_t end) {
      return chunked_sum(begin, end, 0.0, [&](std::int64_t i) {
        return static_cast<double>(row(i, &force[static_cast<std::size_t>(i * Dims)]));
      });
    });
  }

  bool is_exact() const override { return true; }

 private:
  struct Sums {
    Floats z[kRowParts] = {};
    Floats f[Dims][kRowParts] = {};
  };

  /// Adds points j, ..., j + kRowSums - 1 to the sums of a point at `at`: all of them, or those
  /// that there are and that are not point `own`.
  template <bool Whole>
  void add(Sums& sums, const float* at, std::int64_t j, std::int64_t own = -1) const {
    for (int part = 0; part < kRowParts; ++part, j += kSimd) {
      Floats d[Dims], d2{};
      for (int c = 0; c < Dims; ++c) {
        d[c] = at[c] - load(&axes_[c][static_cast<std::size_t>(j)]);
        d2 += d[c] * d[c];
      }
      Floats w, q;
      if constexpr (StudentT) {
        w = q = student_t(d2);
      } else {
        w = kernel_.pull(d2);
        q = kernel_.similarity(w);
      }
      if constexpr (!Whole)
        for (int l = 0; l < kSimd; ++l)
          if (j + l == own || j + l >= n_) q[l] = 0;
      sums.z[part] += q;
      for (int c = 0; c < Dims; ++c) sums.f[c][part] += q * w * d[c];
    }
  }

  /// Force on point i into out[Dims]; returns its share of Z.
  float row(std::int64_t i, float* out) const {
    const std::int64_t whole = n_ / kRowSums * kRowSums, block = i / kRowSums * kRowSums;
    float at[Dims];
    for (int c = 0; c < Dims; ++c) at[c] = axes_[c][static_cast<std::size_t>(i)];
    Sums sums;
    for (std::int64_t j = 0; j < block; j += kRowSums) add<true>(sums, at, j);
    add<false>(sums, at, block, i);
    for (std::int64_t j = block + kRowSums; j < whole; j += kRowSums) add<true>(sums, at, j);
    if (block < whole && whole < n_) add<false>(sums, at, whole, i);
    for (int c = 0; c < Dims; ++c) out[c] = added(sums.f[c]);
    return added(sums.z);
  }

  std::int64_t n_;
  TsneKernel kernel_;
  std::vector<float> axes_[Dims];
  Cpu on_;
};

}  // namespace

std::unique_ptr<Repulsion> make_exact_repulsion(std::int64_t n, int dims, const Cpu& on,
                                                double dof) {
  return with_tsne_dims(dims, [&](auto fixed) -> std::unique_ptr<Repulsion> {
    constexpr int kDims = decltype(fixed)::value;
    if (dof == 1) return std::make_unique<ExactRepulsion<kDims, true>>(n, dof, on);
    return std::make_unique<ExactRepulsion<kDims, false>>(n, dof, on);
  });
}

}  // namespace nearfold
