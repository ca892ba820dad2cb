// Principal axes and the dense eigenvectors below them, against Eigen and on degenerate data.
#include <gtest/gtest.h>

#include <Eigen/Eigenvalues>
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#include "linalg/pca_axes.hpp"
#include "linalg/symmetric_eigen.hpp"
#include "nearfold/error.hpp"
#include "nearfold/pca.hpp"
#include "stages.hpp"
#include "support/data.hpp"
#include "support/init_data.hpp"
#include "support/oracle.hpp"
#include "support/sparse_data.hpp"

namespace nearfold {
namespace {

TEST(SymmetricEigen, AgreesWithALibraryOnARandomMatrix) {
  constexpr std::int64_t n = 40;
  Eigen::MatrixXd a(n, n);
  std::vector<double> values(static_cast<std::size_t>(n * n));
  for (std::int64_t i = 0; i < n; ++i) {
    for (std::int64_t j = 0; j <= i; ++j) {
      const Random4 bits = random4(kSeed, Stream::data, static_cast<std::uint64_t>(i * n + j));
      a(i, j) = a(j, i) = static_cast<double>(to_normal(bits));
      values[static_cast<std::size_t>(i * n + j)] = a(i, j);
    }
  }
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> expected(a);
  const SymmetricEigen found = symmetric_eigen(values, n);
  for (std::int64_t i = 0; i < n; ++i) {
    EXPECT_NEAR(found.values[static_cast<std::size_t>(i)], expected.eigenvalues()(n - 1 - i),
                1e-12);
    const Eigen::Map<const Eigen::VectorXd> v(found.vectors.data() + i * n, n);
    EXPECT_NEAR((a * v - found.values[static_cast<std::size_t>(i)] * v).norm(), 0.0, 1e-12);
    EXPECT_NEAR(v.norm(), 1.0, 1e-13);
  }
}

TEST(SymmetricEigen, HandlesEqualEigenvaluesAndTheSmallestSizes) {
  const SymmetricEigen identity = symmetric_eigen({1, 0, 0, 0, 1, 0, 0, 0, 1}, 3);
  EXPECT_EQ(identity.values, (std::vector<double>{1, 1, 1}));
  EXPECT_EQ(symmetric_eigen({-2.5}, 1).values, (std::vector<double>{-2.5}));
  const SymmetricEigen zero = symmetric_eigen(std::vector<double>(4), 2);
  EXPECT_EQ(zero.vectors, (std::vector<double>{1, 0, 0, 1}));
  const SymmetricEigen swap = symmetric_eigen({0, 0, 3, 0}, 2);
  EXPECT_DOUBLE_EQ(swap.values[0], 3);
  EXPECT_DOUBLE_EQ(swap.values[1], -3);
}

Eigen::MatrixXd covariance_axes(const Matrix& x) {
  Eigen::MatrixXd m(x.rows(), x.cols());
  for (std::int64_t i = 0; i < x.rows(); ++i) {
    for (std::int64_t c = 0; c < x.cols(); ++c) m(i, c) = static_cast<double>(x.row(i)[c]);
  }
  m.rowwise() -= m.colwise().mean().eval();
  return Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd>(m.transpose() * m).eigenvectors();
}

TEST(PrincipalAxes, AreTheEigenvectorsOfTheCovariance) {
  for (const std::int64_t dim : {3, 13, 37}) {
    const Matrix x = normal_points(301, dim, 5.0f);
    const Eigen::MatrixXd expected = covariance_axes(x);
    std::vector<float> mean;
    const Matrix axes = principal_axes(x, 3, 12, mean, kSeed, kOn);
    for (std::int64_t a = 0; a < 3; ++a) {
      double along = 0;
      for (std::int64_t c = 0; c < dim; ++c) {
        along += static_cast<double>(axes.row(a)[c]) * expected(c, dim - 1 - a);
      }
      EXPECT_NEAR(std::abs(along), 1.0, 1e-6) << "axis " << a << " of " << dim;
    }
  }
}

TEST(PrincipalAxes, AreOrthonormalAndTheirLargestEntryIsPositive) {
  const Matrix x = normal_points(200, 90, 1.0f);
  std::vector<float> mean;
  const Matrix axes = principal_axes(x, 40, 3, mean, kSeed, kOn);
  for (std::int64_t a = 0; a < axes.rows(); ++a) {
    for (std::int64_t b = 0; b <= a; ++b) {
      EXPECT_NEAR(product(axes.row(a), axes.row(b), 90), a == b ? 1.0 : 0.0, 1e-6);
    }
    const auto [low, high] = std::minmax_element(axes.row(a), axes.row(a) + 90);
    EXPECT_GT(*high, -*low);
  }
}

TEST(PrincipalAxes, StayFiniteAndOrthonormalOnDataOfLowRank) {
  struct Case {
    const char* what;
    Matrix x;
    int count;
  };
  std::vector<Case> cases;
  cases.push_back({"all equal", Matrix(50, 6), 3});
  std::fill(cases.back().x.span().begin(), cases.back().x.span().end(), 0.3f);
  cases.push_back({"all zero", Matrix(50, 6), 6});
  cases.push_back({"one column", normal_points(50, 1, 1.0f), 1});
  cases.push_back({"rank one", Matrix(50, 6), 3});
  for (std::int64_t i = 0; i < 50; ++i) cases.back().x.row(i)[2] = static_cast<float>(i);
  cases.push_back({"fewer rows than columns", normal_points(4, 100, 1.0f), 4});
  cases.push_back({"huge", normal_points(50, 6, 1e30f), 3});
  cases.push_back({"tiny", normal_points(50, 6, 1e-30f), 3});
  for (const Case& c : cases) {
    std::vector<float> mean;
    const Matrix axes = principal_axes(c.x, c.count, 5, mean, kSeed, kOn);
    for (int a = 0; a < c.count; ++a) {
      for (int b = 0; b <= a; ++b) {
        EXPECT_NEAR(product(axes.row(a), axes.row(b), c.x.cols()), a == b ? 1.0 : 0.0, 1e-6)
            << c.what;
      }
    }
  }
}

TEST(PrincipalAxes, DoNotDependOnThreads) {
  const Matrix x = normal_points(3001, 21, 1.0f);
  std::vector<float> mean, other;
  const Matrix axes = principal_axes(x, 5, 3, mean, kSeed, Cpu{1});
  for (const int threads : {2, 3, 7}) {
    EXPECT_EQ(principal_axes(x, 5, 3, other, kSeed, Cpu{threads}).values(), axes.values());
    EXPECT_EQ(other, mean);
  }
}

TEST(Pca, ScoresAreCentredUncorrelatedAndKeepDistances) {
  const Matrix x = data::blobs(400, 12, 3);
  const Matrix all = pca(x, 12, Cpu{2});
  for (std::int64_t i = 0; i < 400; i += 37)
    EXPECT_NEAR(oracle::distance(all, i, 399 - i), oracle::distance(x, i, 399 - i), 1e-4);
  const Matrix some = pca(x, 5, Cpu{2});
  double before = HUGE_VAL;
  for (std::int64_t a = 0; a < 5; ++a) {
    double sum = 0, variance = 0, beside = 0;
    for (std::int64_t i = 0; i < 400; ++i) {
      const auto score = static_cast<double>(some.row(i)[a]);
      sum += score;
      variance += score * score;
      beside += score * static_cast<double>(some.row(i)[(a + 1) % 5]);
    }
    EXPECT_NEAR(sum, 0, 1e-2);
    EXPECT_LT(std::abs(beside), 1e-3 * variance);
    EXPECT_LT(variance, before);
    before = variance;
  }
}

TEST(Pca, IsTheSameForAnyNumberOfThreads) {
  const Matrix x = data::blobs(333, 20, 4);
  const Matrix one = pca(x, 7, Cpu{1});
  for (const int threads : {2, 3, 7}) EXPECT_EQ(pca(x, 7, Cpu{threads}).values(), one.values());
}

TEST(Pca, RefusesComponentsThatThereAreNot) {
  const Matrix x = data::blobs(10, 4, 5);
  for (const int components : {0, -1, 5}) EXPECT_THROW(pca(x, components), InvalidInput);
}

// ---- sparse points ------------------------------------------------------------------------------

TEST(SparsePca, AxesAndScoresAreThoseOfTheSamePointsDense) {
  const Matrix x = data::topics(600, 90, 4);
  const SparseMatrix points = data::sparse_of(x);
  const PcaAxes dense = pca_axes(x, 5), sparse = pca_axes(points.view(), 5);
  for (std::size_t c = 0; c < dense.mean.size(); ++c)
    EXPECT_NEAR(sparse.mean[c], dense.mean[c], 1e-6);
  for (std::int64_t a = 0; a < 5; ++a)
    for (std::int64_t c = 0; c < x.cols(); ++c)
      EXPECT_NEAR(sparse.axes.row(a)[c], dense.axes.row(a)[c], 2e-3) << a << ", " << c;
  const Matrix on_dense = project(x, sparse), on_sparse = project(points.view(), sparse);
  for (std::int64_t at = 0; at < on_dense.size(); ++at)
    EXPECT_NEAR(on_sparse.data()[at], on_dense.data()[at], 1e-4);
}

TEST(SparsePca, ThreadsDoNotMatterAndScalesDoNot) {
  Matrix x = data::topics(900, 90, 4);
  const SparseMatrix points = data::sparse_of(x);
  EXPECT_EQ(pca(points.view(), 3, Cpu{1}).values(), pca(points.view(), 3, Cpu{3}).values());
  for (float& value : x.span()) value *= 0x1p40f;
  EXPECT_EQ(pca_axes(data::sparse_of(x).view(), 3).axes.values(),
            pca_axes(points.view(), 3).axes.values());
}

TEST(SparsePca, RefusesWhatDenseOnesRefuse) {
  const SparseMatrix points = data::sparse_of(data::topics(20, 30, 4));
  EXPECT_THROW(pca(points.view(), 21), InvalidInput);
  EXPECT_THROW(project(data::sparse_of(data::topics(20, 31, 4)).view(), pca_axes(points.view(), 2)),
               InvalidInput);
}

}  // namespace
}  // namespace nearfold
