// t-SNE's repulsion by all pairs on a device: lane l of a row takes the points l, l + 16, ..., the
// partial sums of src/tsne/repulsion_exact.cpp. The same bits.
//
// Cost: two launches; 13 flops and 8 bytes a pair in two dimensions, the bytes from caches: all
// rows read the same points. With a dof other than 1 some 35 flops more, those of a power.
#pragma once

#include "kernels/core/rows.hpp"
#include "kernels/core/sums.hpp"
#include "kernels/tsne/repulsion.hpp"
#include "math/tsne_kernel.hpp"

namespace nearfold {

/// Row i of the forces, and its share of Z. StudentT: of a kernel with a dof of 1.
template <int Dims, bool StudentT>
struct ExactRow {
  TsneKernel kernel;
  const float* y;
  std::int64_t n;
  float* force;  // [n, Dims]
  float* z;      // [n]

  struct Part {
    float z = 0, force[Dims] = {};
    NEARFOLD_HD Part& operator+=(const Part& other) {
      z += other.z;
      for (int c = 0; c < Dims; ++c) force[c] += other.force[c];
      return *this;
    }
  };

  NEARFOLD_HD Part part(std::int64_t i, int lane) const {
    const LayoutRow<Dims> here = load_row<Dims>(y, i);
    Part sum;
#if defined(__CUDA_ARCH__)
#pragma unroll 2  // with more, ptxas spills for sm_120
#endif
    for (std::int64_t j = lane; j < n; j += kRowLanes) {
      const LayoutRow<Dims> other = load_row<Dims>(y, j);
      float d[Dims], d2 = 0;
      for (int c = 0; c < Dims; ++c) {
        d[c] = here.at[c] - other.at[c];
        d2 += d[c] * d[c];
      }
      float w, q;
      if constexpr (StudentT) {
        w = q = student_t(d2);
      } else {
        w = kernel.pull(d2);
        q = kernel.similarity(w);
      }
      if (j == i) q = 0;
      sum.z += q;
      for (int c = 0; c < Dims; ++c) sum.force[c] += q * w * d[c];
    }
    return sum;
  }
  NEARFOLD_HD void finish(std::int64_t i, const Part& total) const {
    LayoutRow<Dims> row;
    for (int c = 0; c < Dims; ++c) row.at[c] = total.force[c];
    store_row(row, force, i);
    z[i] = total.z;
  }
};

template <class Executor, int Dims, bool StudentT>
class ExactOn final : public RepulsionOn<Executor> {
 public:
  ExactOn(const Executor& executor, std::int64_t n, const TsneKernel& kernel)
      : executor_(executor),
        n_(n),
        kernel_(kernel),
        row_z_(executor.template buffer<float>(n)),
        sum_(executor, n, 2 * kSumChunk) {}

  void compute(const float* y, float* force, double* z) override {
    executor_.for_each_row(n_, ExactRow<Dims, StudentT>{kernel_, y, n_, force, row_z_.data()});
    sum_(DoubleAt{row_z_.data()}, 0.0, z);
  }
  bool is_exact() const override { return true; }

 private:
  Executor executor_;
  std::int64_t n_;
  TsneKernel kernel_;
  typename Executor::template Buffer<float> row_z_;
  OrderedSum<Executor, double> sum_;
};

}  // namespace nearfold
