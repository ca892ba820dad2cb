#include "linalg/sparse_covariance.hpp"

#include <algorithm>
#include <cmath>

#include "core/parallel.hpp"
#include "core/simd_fixed.hpp"

namespace nearfold {
namespace {

/// visit(column, value) for what row i stores.
template <class Visit>
void for_each_of_row(const SparseView& points, std::int64_t i, const Visit& visit) {
  const auto end = static_cast<std::size_t>(points.indptr()[static_cast<std::size_t>(i) + 1]);
  for (auto e = static_cast<std::size_t>(points.indptr()[static_cast<std::size_t>(i)]); e < end;
       ++e)
    visit(points.indices()[e], points.values()[e]);
}

std::vector<float> mean_of(const SparseView& points) {
  std::vector<double> sums(static_cast<std::size_t>(points.cols()));
  for (std::int64_t i = 0; i < points.rows(); ++i)
    for_each_of_row(points, i, [&](std::int32_t c, float x) {
      sums[static_cast<std::size_t>(c)] += static_cast<double>(x);
    });
  std::vector<float> mean;
  for (const double sum : sums)
    mean.push_back(static_cast<float>(sum / static_cast<double>(points.rows())));
  return mean;
}

/// value(j, c) for vectors j.
template <class Value>
ByColumn by_column(std::int64_t width, std::int64_t dim, const Value& value) {
  ByColumn out{(width + kLanes - 1) / kLanes * kLanes, {}};
  out.values.resize(static_cast<std::size_t>(dim * out.stride));
  for (std::int64_t j = 0; j < width; ++j)
    for (std::int64_t c = 0; c < dim; ++c)
      out.values[static_cast<std::size_t>(c * out.stride + j)] = value(j, c);
  return out;
}

/// <mean, v> of every vector.
std::vector<float> of_mean(const ByColumn& v, const std::vector<float>& mean) {
  std::vector<double> sums(static_cast<std::size_t>(v.stride));
  for (std::size_t c = 0; c < mean.size(); ++c)
    for (std::size_t j = 0; j < sums.size(); ++j)
      sums[j] +=
          static_cast<double>(mean[c]) * static_cast<double>(v.of(static_cast<std::int64_t>(c))[j]);
  return {sums.begin(), sums.end()};
}

/// scores[stride] = <row i - mean, v>.
void score(const SparseView& points, std::int64_t i, const ByColumn& v,
           const std::vector<float>& less, float* scores) {
  std::fill_n(scores, v.stride, 0.0f);
  for_each_of_row(points, i, [&](std::int32_t c, float x) {
    const float* const own = v.of(c);
    for (std::int64_t j = 0; j < v.stride; j += kLanes) lanes(scores + j) += x * lanes(own + j);
  });
  for (std::int64_t j = 0; j < v.stride; ++j) scores[j] -= less[static_cast<std::size_t>(j)];
}

class SparseCovariance {
 public:
  SparseCovariance(const SparseView& points, const std::vector<float>& mean, const Cpu& on)
      : points_(points), mean_(mean), on_(on) {
    float most = 0;
    for (const float x : points.values()) most = std::max(most, std::fabs(x));
    scale_ = pca_scale(most);
  }

  Basis apply(const Basis& q) const {
    const ByColumn v = by_column(q.width, q.dim, [&](std::int64_t j, std::int64_t c) {
      return scale_ * static_cast<float>(q.row(j)[c]);
    });
    const std::vector<float> less = of_mean(v, mean_);
    const std::int64_t n = points_.rows(), dim = q.dim, size = (dim + 1) * v.stride;
    const std::int64_t grain = PcaSegments::rows_for_products(n, v.stride, dim);
    std::vector<float> sums(static_cast<std::size_t>((n + grain - 1) / grain * size));
    parallel_for(on_.threads, n, grain, [&](std::int64_t begin, std::int64_t end) {
      add_rows(begin, end, v, less, sums.data() + begin / grain * size);
    });
    Basis out(q.width, dim);
    parallel_for(on_.threads, q.width, 1, [&](std::int64_t j, std::int64_t) {
      const auto total = [&](std::int64_t c) {
        double sum = 0;
        for (auto at = static_cast<std::size_t>(c * v.stride + j); at < sums.size();
             at += static_cast<std::size_t>(size))
          sum += static_cast<double>(sums[at]);
        return sum;
      };
      const double all = total(dim);
      for (std::int64_t c = 0; c < dim; ++c)
        out.row(j)[c] = static_cast<double>(scale_) *
                        (total(c) - static_cast<double>(mean_[static_cast<std::size_t>(c)]) * all);
    });
    return out;
  }

 private:
  /// To sum [dim + 1][stride] what rows [begin, end) add; in the last place their scores alone.
  void add_rows(std::int64_t begin, std::int64_t end, const ByColumn& v,
                const std::vector<float>& less, float* sum) const {
    std::vector<float> scores(static_cast<std::size_t>(v.stride));
    const auto add = [&](float x, float* to) {
      for (std::int64_t j = 0; j < v.stride; j += kLanes)
        lanes(to + j) += x * lanes(scores.data() + j);
    };
    for (std::int64_t i = begin; i < end; ++i) {
      score(points_, i, v, less, scores.data());
      for_each_of_row(points_, i, [&](std::int32_t c, float x) { add(x, sum + c * v.stride); });
      add(1, sum + v.values.size());
    }
  }

  SparseView points_;
  const std::vector<float>& mean_;
  Cpu on_;
  float scale_ = 1;
};

}  // namespace

Matrix principal_axes(const SparseView& points, int count, int iterations, std::vector<float>& mean,
                      std::uint64_t seed, const Cpu& on) {
  mean = mean_of(points);
  const SparseCovariance covariance(points, mean, on);
  return principal_axes(
      points.rows(), points.cols(), [&](const Basis& q) { return covariance.apply(q); }, count,
      iterations, seed);
}

Matrix axis_scores(const SparseView& rows, const std::vector<float>& mean, const Matrix& axes,
                   const Cpu& on) {
  const ByColumn v = by_column(axes.rows(), axes.cols(),
                               [&](std::int64_t j, std::int64_t c) { return axes.row(j)[c]; });
  const std::vector<float> less = of_mean(v, mean);
  Matrix out(rows.rows(), axes.rows());
  parallel_for(on.threads, rows.rows(), kGrain, [&](std::int64_t begin, std::int64_t end) {
    std::vector<float> scores(static_cast<std::size_t>(v.stride));
    for (std::int64_t i = begin; i < end; ++i) {
      score(rows, i, v, less, scores.data());
      std::copy_n(scores.data(), axes.rows(), out.row(i));
    }
  });
  return out;
}

}  // namespace nearfold
