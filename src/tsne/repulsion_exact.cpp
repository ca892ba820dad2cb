// t-SNE's repulsion by all pairs. Each point sums over all others in sixteen partial sums, point j
// into sum j % 16: a fixed order that vectorises.
#include "core/parallel.hpp"
#include "math/tsne_force.hpp"
#include "tsne/tsne.hpp"

namespace nearfold {
namespace {

constexpr int kLanes = 16;

template <int Dims>
class ExactRepulsion final : public Repulsion {
 public:
  ExactRepulsion(std::int64_t n, const Cpu& on) : n_(n), on_(on) {
    for (auto& axis : axes_) axis.resize(static_cast<std::size_t>(n));
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
    float z[kLanes] = {};
    float f[Dims][kLanes] = {};
  };

  void add(Sums& sums, std::int64_t i, const float* at, std::int64_t j, int lane) const {
    float d[Dims], d2 = 0;
    for (int c = 0; c < Dims; ++c) {
      d[c] = at[c] - axes_[c][static_cast<std::size_t>(j)];
      d2 += d[c] * d[c];
    }
    const float q = j == i ? 0.0f : student_t(d2);
    sums.z[lane] += q;
    for (int c = 0; c < Dims; ++c) sums.f[c][lane] += q * q * d[c];
  }

  /// Force on point i into out[Dims]; returns its share of Z.
  float row(std::int64_t i, float* out) const {
    float at[Dims];
    for (int c = 0; c < Dims; ++c) at[c] = axes_[c][static_cast<std::size_t>(i)];
    Sums sums;
    std::int64_t j = 0;
    for (; j + kLanes <= n_; j += kLanes)
      for (int l = 0; l < kLanes; ++l) add(sums, i, at, j + l, l);
    for (int l = 0; j + l < n_; ++l) add(sums, i, at, j + l, l);
    for (int width = kLanes / 2; width > 0; width /= 2)
      for (int l = 0; l < width; ++l) {
        sums.z[l] += sums.z[l + width];
        for (int c = 0; c < Dims; ++c) sums.f[c][l] += sums.f[c][l + width];
      }
    for (int c = 0; c < Dims; ++c) out[c] = sums.f[c][0];
    return sums.z[0];
  }

  std::int64_t n_;
  std::vector<float> axes_[Dims];
  Cpu on_;
};

}  // namespace

std::unique_ptr<Repulsion> make_exact_repulsion(std::int64_t n, int dims, const Cpu& on) {
  if (dims == 1) return std::make_unique<ExactRepulsion<1>>(n, on);
  if (dims == 2) return std::make_unique<ExactRepulsion<2>>(n, on);
  return std::make_unique<ExactRepulsion<3>>(n, on);
}

}  // namespace nearfold
