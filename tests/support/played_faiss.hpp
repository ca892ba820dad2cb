// Searches in FAISS' place, on a device that the host plays: rounded as badly as they may be.
#pragma once

#include <algorithm>
#include <bit>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <stdexcept>
#include <thread>
#include <utility>
#include <vector>

#include "kernels/knn/faiss_adapter.hpp"
#include "kernels/knn/products.hpp"
#include "kernels/knn/searched_points.hpp"
#include "math/distance.hpp"
#include "math/half.hpp"
#include "nearfold/matrix.hpp"

namespace nearfold {

/// As a tensor core may add: cut, not rounded.
inline float cut_sum(float a, float b) {
  const double sum = static_cast<double>(a) + static_cast<double>(b);
  const auto near = static_cast<float>(sum);
  return std::abs(static_cast<double>(near)) > std::abs(sum) ? std::nextafterf(near, 0.0f) : near;
}
inline float cut_product(const std::uint16_t* q, const std::uint16_t* x, std::int64_t dim) {
  float sum = 0;
  for (std::int64_t c = 0; c < dim; ++c) sum = cut_sum(sum, float_of(q[c]) * float_of(x[c]));
  return sum;
}

/// Sums are cut; equal values come in the order of descending ids.
class PlayedFinder final : public Finder {
 public:
  struct Asked {
    std::int64_t by_halves = 0, by_floats = 0;  // queries
    bool blind = false;                         // nothing is found
    bool hostile = false;                       // all values are off by what they may be off
    std::chrono::milliseconds a_half_search{0}, a_float_search{0};
  };
  explicit PlayedFinder(Asked& asked) : asked_(asked) {}

  void nearest(const DeviceRows<float>& points, const DeviceRows<float>& queries, int k,
               float* squares, std::int64_t* ids) override {
    asked_.by_floats += queries.count;
    std::this_thread::sleep_for(asked_.a_float_search);
    const auto square = [&](const float* row) {
      float sum = 0;
      for (std::int64_t c = 0; c < points.dim; ++c) sum += row[c] * row[c];
      return sum;
    };
    find(points, queries, k, squares, ids, [&](const float* q, const float* x) {
      float product = 0;
      for (std::int64_t c = 0; c < points.dim; ++c) product += q[c] * x[c];
      const float sum = square(x) + square(q), estimate = sum - 2.0f * product;
      return std::max(0.0f, off(estimate, static_cast<float>(points.dim) * 0x1p-23f * sum));
    });
  }
  void largest(const DeviceRows<std::uint16_t>& points, const DeviceRows<std::uint16_t>& queries,
               int k, float* products, std::int64_t* ids) override {
    asked_.by_halves += queries.count;
    std::this_thread::sleep_for(asked_.a_half_search);
    find(points, queries, k, products, ids, [&](const std::uint16_t* q, const std::uint16_t* x) {
      float size = 0;
      for (std::int64_t c = 0; c < points.dim; ++c)
        size += std::abs(float_of(q[c]) * float_of(x[c]));
      return off(-cut_product(q, x, points.dim), static_cast<float>(points.dim) * 0x1p-23f * size);
    });
    for (std::int64_t p = 0; p < queries.count * k; ++p) products[p] = -products[p];
  }

 private:
  /// To where one bit of it says.
  float off(float value, float by) const {
    if (!asked_.hostile) return value;
    return std::bit_cast<std::uint32_t>(value) * 2654435761u >> 31 ? value + by : value - by;
  }
  template <class T, class Value>
  void find(const DeviceRows<T>& points, const DeviceRows<T>& queries, int k, float* values,
            std::int64_t* ids, const Value& value) const {
    for (std::int64_t r = 0; r < queries.count; ++r) {
      std::vector<std::pair<float, std::int64_t>> row;
      for (std::int64_t j = 0; j < points.count; ++j)
        row.emplace_back(value(queries.rows + r * points.dim, points.rows + j * points.dim), -j);
      std::partial_sort(row.begin(), row.begin() + k, row.end());
      for (std::int64_t c = 0; c < k; ++c) {
        values[r * k + c] = row[static_cast<std::size_t>(c)].first;
        ids[r * k + c] = asked_.blind ? -1 : -row[static_cast<std::size_t>(c)].second;
      }
    }
  }
  Asked& asked_;
};

/// Sums are cut, not rounded.
class PlayedProducts final : public Products {
 public:
  void operator()(const HalfRows& points, const HalfRows& queries, float* to,
                  std::int64_t stride) override {
    for (std::int64_t q = 0; q < queries.count; ++q)
      for (std::int64_t p = 0; p < points.count; ++p)
        to[q * stride + p] =
            cut_product(queries.rows + q * points.dim, points.rows + p * points.dim, points.dim);
  }
};

/// Point j is in cell j % lists; every query looks into the first ones. It refuses what an index of
/// FAISS 1.7.3 does.
class PlayedCells final : public FaissCells {
 public:
  PlayedCells(const DeviceRows<float>& points, std::int64_t lists)
      : points_(points), lists_(lists) {}
  void set_probes(int nprobe) override {
    if (nprobe >= 2048) throw std::invalid_argument("too many probes");
    probes_ = nprobe;
  }
  void nearest(const DeviceRows<float>& queries, int k, float* squares,
               std::int64_t* ids) override {
    if (k >= 2048) throw std::invalid_argument("too many neighbours");
    for (std::int64_t r = 0; r < queries.count; ++r) {
      const float* const q = queries.rows + r * queries.dim;
      std::vector<std::pair<float, std::int64_t>> row;
      for (std::int64_t j = 0; j < points_.count; ++j)
        if (j % lists_ < probes_)
          row.emplace_back(squared_distance(q, points_.rows + j * points_.dim, points_.dim), j);
      std::sort(row.begin(), row.end());
      row.resize(static_cast<std::size_t>(k), {1e30f, -1});
      for (std::int64_t c = 0; c < k; ++c) {
        squares[r * k + c] = row[static_cast<std::size_t>(c)].first;
        ids[r * k + c] = row[static_cast<std::size_t>(c)].second;
      }
    }
  }

 private:
  DeviceRows<float> points_;
  std::int64_t lists_;
  int probes_ = 1;
};

/// Under the seed 1.
inline SearchedPoints points_of(const Matrix& x, const Distance& distance = {},
                                bool on_device = false) {
  return {x.data(), x.rows(), x.cols(), on_device, distance, 1};
}

}  // namespace nearfold
