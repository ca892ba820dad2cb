// Maps of any number of dimensions from end to end: every initialization, few points, scattered
// ones, threads, quality, and what is refused.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "nearfold/nearfold.hpp"
#include "support/data.hpp"
#include "support/expect.hpp"

namespace nearfold {
namespace {

constexpr int kDims[] = {1, 4, 5, 50, 100};

Settings umap(int dims, const Init& init = SpectralInit{}, int threads = 2) {
  return {.method = UmapParams{.n_neighbors = 10, .n_epochs = 60},
          .init = init,
          .dims = dims,
          .device = Cpu{threads}};
}

bool is_finite(const Matrix& map) {
  return std::all_of(map.values().begin(), map.values().end(),
                     [](float x) { return std::isfinite(x); });
}

bool warns(const Result& result, const std::string& what) {
  return std::any_of(result.info.warnings.begin(), result.info.warnings.end(),
                     [&](const std::string& text) { return text.find(what) != std::string::npos; });
}

TEST(Dims, AnyNumberIsAMapAndTheSameForAnyThreads) {
  const Matrix x = data::normals(600, 8, 1);
  for (const int dims : kDims)
    for (const Init& init : {Init{SpectralInit{}}, Init{PcaInit{}}, Init{RandomInit{}}}) {
      const Result one = embed(x, umap(dims, init, 1));
      ASSERT_EQ(one.layout.cols(), dims);
      EXPECT_TRUE(is_finite(one.layout)) << dims;
      EXPECT_EQ(one.layout.values(), embed(x, umap(dims, init, 3)).layout.values()) << dims;
    }
}

// 600 points go to the solver of blocks, 300 to the dense one; 150 are fewer than twice the
// dimensions, and begin at random, as in umap-learn.
TEST(Dims, ManyOfFewPoints) {
  EXPECT_EQ(embed(data::normals(600, 8, 2), umap(100)).info.init, "spectral");
  EXPECT_EQ(embed(data::normals(300, 8, 2), umap(100)).info.init, "spectral");
  const Result few = embed(data::normals(150, 8, 2), umap(100));
  EXPECT_EQ(few.info.init, "random");
  EXPECT_TRUE(warns(few, "needs 200 points"));
  EXPECT_TRUE(is_finite(few.layout));
  EXPECT_TRUE(is_finite(embed(data::normals(12, 8, 2), umap(100)).layout));
}

/// Groups of `size` points, far from each other.
Matrix groups(int count, int size) {
  Matrix x = data::normals(std::int64_t{count} * size, 8, 3);
  for (std::int64_t i = 0; i < x.rows(); ++i) x.row(i)[0] += 1000.0f * static_cast<float>(i / size);
  return x;
}

TEST(Dims, ComponentsHaveCellsOfTheirOwn) {
  for (const int dims : kDims)
    for (const int count : {2, 5, 30}) {
      const Result result = embed(groups(count, 25), umap(dims));
      EXPECT_TRUE(is_finite(result.layout)) << dims << ", " << count;
      EXPECT_TRUE(warns(result, std::to_string(count) + " connected components")) << dims;
    }
}

TEST(Dims, BeyondThePrincipalAxesAreNoise) {
  const Result narrow = embed(data::normals(300, 3, 4), umap(5, PcaInit{}));
  EXPECT_TRUE(warns(narrow, "3 column(s): the other columns"));
  const Result few = embed(data::normals(20, 40, 4), umap(30, PcaInit{}));
  EXPECT_TRUE(warns(few, "20 points have 20 principal axes"));
  EXPECT_TRUE(is_finite(few.layout));
}

TEST(Dims, FiveKeepNeighborsAsWellAsTwo) {
  const Matrix x = data::blobs(600, 10, 5);
  const auto recall = [&](int dims) {
    Settings settings = umap(dims);
    std::get<UmapParams>(settings.method).n_epochs = 200;
    const QualityReport report = evaluate(x, embed(x, settings).layout, {});
    const Score* score = report.find("knn_recall@10");
    return score == nullptr ? -1.0 : score->value;
  };
  EXPECT_GE(recall(5), recall(2));
  EXPECT_GE(recall(1), 0.0);
}

TEST(Dims, AnArrayMayLieInFewer) {
  Matrix start = data::normals(300, 5, 6);
  for (std::int64_t i = 0; i < 300; ++i) start.row(i)[4] = start.row(i)[0] + start.row(i)[1];
  const Result result = embed(data::normals(300, 8, 6), umap(5, ArrayInit{start}));
  EXPECT_TRUE(warns(result, "in fewer than its 5 dimensions"));
}

TEST(Dims, OneIsAMapOfTsne) {
  const Matrix x = data::blobs(300, 6, 7);
  const auto map = [&](int threads) {
    return embed(x, {.method = TsneParams{.perplexity = 12, .max_iter = 100},
                     .dims = 1,
                     .device = Cpu{threads}})
        .layout;
  };
  const Matrix one = map(1);
  EXPECT_TRUE(is_finite(one));
  EXPECT_EQ(one.values(), map(3).values());
}

TEST(Dims, TenAreAMapOfTsne) {
  const Matrix x = data::blobs(300, 12, 9);
  const Result result =
      embed(x, {.method = TsneParams{.perplexity = 12, .max_iter = 300}, .dims = 10});
  EXPECT_TRUE(is_finite(result.layout));
  EXPECT_LT(result.info.kl_divergence.value(), 1.0);
}

TEST(Dims, WhatIsNotThereIsSaid) {
  const Matrix x = data::blobs(300, 6, 8);
  const auto by_fft = [&](int dims) {
    embed(x, {.method = TsneParams{.perplexity = 12, .repulsion = TsneParams::Repulsion::fft},
              .dims = dims});
  };
  expect_contains(error_of<Unsupported>([&] { by_fft(1); }), "2 or 3 dimensions, not 1");
  expect_contains(error_of<Unsupported>([&] { by_fft(4); }), "2 or 3 dimensions, not 4");
  const std::string of_gpu =
      error_of<Unsupported>([&] { embed(x, {.dims = 5, .device = Cuda{}}); });
  expect_contains(of_gpu, "use device cpu");
}

}  // namespace
}  // namespace nearfold
