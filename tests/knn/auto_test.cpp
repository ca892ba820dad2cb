// auto: which search it takes, and what it says of that. Choices are counted, so that they are the
// same on every machine.
#include <gtest/gtest.h>

#include <string>

#include "nearfold/knn.hpp"
#include "support/data.hpp"
#include "support/expect.hpp"

namespace nearfold {
namespace {

/// What a graph of these points says of its search.
std::string chosen(const Matrix& x, int k, Metric metric = Metric::euclidean) {
  const KnnGraph graph = find_neighbors(x, k, AutoKnn{}, Cpu{2}, 1, {metric});
  EXPECT_NO_THROW(graph.validate());
  if (graph.recall) {
    EXPECT_GE(graph.recall->mean, 0.94);
  }
  return graph.index;
}

bool starts(const std::string& text, const std::string& with) {
  return text.rfind(with, 0) == 0;
}

TEST(Auto, TakesExactSearchWhereThatIsAMatterOfAMoment) {
  const std::string index = chosen(data::normals(2000, 20, 1), 15);
  EXPECT_TRUE(starts(index, "flat; auto: predicted core seconds flat ")) << index;
  EXPECT_EQ(index.find("ivf"), std::string::npos) << index;  // is not even made
}

TEST(Auto, TakesAnInvertedFileForManyPointsThatLieTogether) {
  const std::string index = chosen(data::blobs(40'000, 6, 2), 10);
  EXPECT_TRUE(starts(index, "ivf:nlist=400,nprobe=")) << index;
  expect_contains(index, ", their neighbours; auto: predicted core seconds flat ");
  expect_contains(index, "nndescent");
  EXPECT_EQ(index.find("hnsw"), std::string::npos) << index;
}

TEST(Auto, TakesExactSearchWhereNoCellKeepsNeighborsTogether) {
  const std::string index = chosen(data::normals(20'000, 50, 3), 10);
  EXPECT_TRUE(starts(index, "flat; auto: ")) << index;
  expect_contains(index, "ivf");  // was looked at
}

TEST(Auto, TakesNnDescentWhereNoInvertedFileCanBeMade) {
  const Matrix x = data::normals(13'000, 60, 4, /*decay=*/0.85);
  for (const Metric metric : {Metric::manhattan, Metric::chebyshev}) {
    const std::string index = chosen(x, 10, metric);
    EXPECT_TRUE(starts(index, "nndescent; auto: ")) << index;
    EXPECT_EQ(index.find("ivf"), std::string::npos) << index;
  }
  const std::string few = chosen(data::normals(4000, 60, 5), 10, Metric::manhattan);
  EXPECT_TRUE(starts(few, "flat; auto: ")) << few;
}

TEST(Auto, WeighsNothingThatCannotHonourTheMetric) {
  const std::string index = chosen(data::normals(40'000, 6, 6), 10, Metric::inner_product);
  expect_contains(index, "auto: predicted core seconds flat ");
  expect_contains(index, "ivf");
  EXPECT_EQ(index.find("nndescent"), std::string::npos) << index;
  EXPECT_EQ(index.find("their neighbours"), std::string::npos) << index;
}

}  // namespace
}  // namespace nearfold
