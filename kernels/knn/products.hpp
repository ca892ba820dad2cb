// Products of all queries with all points of a block, halves in, floats out.
//
// Cost for q queries and p points of w columns: 2 q p w flops, 2 w (q + p) bytes read at the least,
// 4 q p written; one call of cuBLAS.
#pragma once

#include <cstdint>
#include <memory>

#include "kernels/knn/finder.hpp"
#include "nearfold/device.hpp"

namespace nearfold {

class Products {
 public:
  virtual ~Products() = default;
  /// to[q * stride + p] = <query q, point p>, summed in float32 in any order; the sum may be cut
  /// instead of rounded, at every addition. Ordered on the device's stream.
  virtual void operator()(const HalfRows& points, const HalfRows& queries, float* to,
                          std::int64_t stride) = 0;
};

/// By cuBLAS, on tensor cores where there are any.
std::unique_ptr<Products> cublas_products(const Cuda& on);

}  // namespace nearfold
