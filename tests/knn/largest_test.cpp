// The largest products of each query (kernels/knn/largest.hpp) on a device that the host plays,
// against all products sorted.
#include "kernels/knn/largest.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "kernels/core/host_executor.hpp"
#include "kernels/knn/knn.hpp"
#include "nearfold/knn.hpp"
#include "support/data.hpp"
#include "support/played_faiss.hpp"

namespace nearfold {
namespace {

struct Halves {
  std::int64_t dim = 0;
  std::vector<std::uint16_t> values;

  explicit Halves(const Matrix& x) : dim(x.cols()) {
    for (const float v : x.values()) values.push_back(half_of(v));
  }
  HalfRows rows() const {
    return {values.data(), static_cast<std::int64_t>(values.size()) / dim, dim};
  }
};

using Row = std::vector<std::pair<float, std::int64_t>>;  // negative products and ids, ascending

/// Of every query; no ids: it was not answered.
std::vector<Row> found_by(const Halves& points, const Halves& queries, int k, std::int64_t block,
                          std::int64_t batch) {
  PlayedProducts products;
  LargestProducts<HostExecutor> largest(HostExecutor{}, batch, k, block);
  const std::int64_t count = queries.rows().count;
  std::vector<float> values(static_cast<std::size_t>(count * k));
  std::vector<std::int64_t> ids(values.size());
  largest(products, points.rows(), queries.rows(), k, values.data(), ids.data());
  std::vector<Row> rows(static_cast<std::size_t>(count));
  for (std::size_t at = 0; at < ids.size(); ++at)
    if (ids[at] >= 0) rows[at / static_cast<std::size_t>(k)].emplace_back(-values[at], ids[at]);
  return rows;
}

std::vector<Row> sorted(const Halves& points, const Halves& queries, int k) {
  const HalfRows x = points.rows(), q = queries.rows();
  std::vector<float> all(static_cast<std::size_t>(x.count * q.count));
  PlayedProducts{}(x, q, all.data(), x.count);
  std::vector<Row> rows;
  for (std::int64_t r = 0; r < q.count; ++r) {
    Row row;
    for (std::int64_t p = 0; p < x.count; ++p)
      row.emplace_back(-all[static_cast<std::size_t>(r * x.count + p)], p);
    std::partial_sort(row.begin(), row.begin() + k, row.end());
    row.resize(static_cast<std::size_t>(k));
    rows.push_back(row);
  }
  return rows;
}

TEST(LargestProducts, AreThoseOfAllProductsSorted) {
  const Halves points(data::normals(3000, 8, 1)), queries(data::normals(37, 8, 2));
  for (const int k : {1, 5, 32, 500})
    for (const std::int64_t block : {256, 1000, 1001, 3000, 4096})
      for (const std::int64_t batch : {10, 37})
        ASSERT_EQ(found_by(points, queries, k, block, batch), sorted(points, queries, k))
            << k << ", " << block << ", " << batch;
}

TEST(LargestProducts, AreFoundWhereTheyComeLast) {
  Matrix x(4000, 8);  // longer and longer, so that every block has nearer ones than all before
  for (std::int64_t i = 0; i < x.rows(); ++i) x.row(i)[0] = static_cast<float>(i) / 4;
  const Halves points(x), queries(Matrix(3, 8, std::vector<float>(24, 1.0f)));
  for (const std::int64_t block : {300, 1024})
    EXPECT_EQ(found_by(points, queries, 32, block, 3), sorted(points, queries, 32));
}

TEST(LargestProducts, TakeAllOfFewPoints) {
  const Halves points(data::normals(20, 8, 3)), queries(data::normals(5, 8, 4));
  EXPECT_EQ(found_by(points, queries, 20, 20, 5), sorted(points, queries, 20));
  EXPECT_EQ(found_by(points, queries, 20, 7, 5), sorted(points, queries, 20));
}

TEST(LargestProducts, TakeTheLowerRowOfEqualOnes) {
  Matrix x = data::normals(2000, 8, 5);
  for (std::int64_t i = 1; i < 60; ++i) std::copy_n(x.row(0), 8, x.row(31 * i));
  const Halves points(x), queries(data::normals(9, 8, 6));
  EXPECT_EQ(found_by(points, queries, 32, 512, 9), sorted(points, queries, 32));
}

TEST(LargestProducts, SayNothingOfRowsWithTooManyEqualOnes) {
  Matrix x = data::normals(2000, 8, 7);
  for (std::int64_t i = 0; i < 2000; i += 2) std::fill_n(x.row(i), 8, 3.0f);
  Matrix q = data::normals(40, 8, 8);
  std::fill_n(q.row(11), 8, 1.0f);   // a thousand are the nearest of this one
  std::fill_n(q.row(12), 8, -1.0f);  // and the farthest of this one
  const Halves points(x), queries(q);
  const std::vector<Row> found = found_by(points, queries, 16, 512, 40);
  const std::vector<Row> wanted = sorted(points, queries, 16);
  EXPECT_TRUE(found[11].empty());
  EXPECT_EQ(found[12], wanted[12]);
  for (std::size_t r = 0; r < found.size(); ++r) {
    EXPECT_TRUE(found[r].empty() || found[r] == wanted[r]) << r;
  }
}

/// The whole exact search over them.
class FinderByProducts final : public Finder {
 public:
  FinderByProducts(PlayedFinder::Asked& asked, std::int64_t block)
      : floats_(asked), largest_(HostExecutor{}, 64, 64, block) {}
  void nearest(const DeviceRows<float>& points, const DeviceRows<float>& queries, int k,
               float* squares, std::int64_t* ids) override {
    floats_.nearest(points, queries, k, squares, ids);
  }
  void largest(const HalfRows& points, const HalfRows& queries, int k, float* products,
               std::int64_t* ids) override {
    largest_(products_, points, queries, k, products, ids);
  }

 private:
  PlayedFinder floats_;
  PlayedProducts products_;
  LargestProducts<HostExecutor> largest_;
};

TEST(LargestProducts, LeadToTheCpusGraph) {
  Matrix x = data::blobs(700, 70, 9);
  for (std::int64_t i = 1; i < 300; ++i) std::copy_n(x.row(0), 70, x.row(2 * i));  // lost rows
  const KnnGraph wanted = find_neighbors(x, 10, FlatKnn{}, Cpu{2}, 1);
  for (const std::int64_t tile : {250, 700}) {
    PlayedFinder::Asked asked;
    const HostExecutor executor;
    SearchOn<HostExecutor> search(executor, points_of(x), 10, {true, true, tile, 100});
    find_flat(executor, search, true, std::make_unique<FinderByProducts>(asked, 128));
    EXPECT_EQ(executor.download(search.take_ids()), wanted.neighbors);
    EXPECT_EQ(executor.download(search.take_distances()), wanted.distances);
    const std::int64_t open = asked.by_floats / (tile == 700 ? 1 : 3);  // in each tile
    EXPECT_GE(open, 300);
    EXPECT_LT(open, 400);
  }
}

}  // namespace
}  // namespace nearfold
