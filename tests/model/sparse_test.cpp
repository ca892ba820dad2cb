// Models of sparse points: new rows, growth, the way back and files are those of the same points
// dense, bit for bit; what does not go together is said.
#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <string>
#include <vector>

#include "core/take_rows.hpp"
#include "io/formats.hpp"
#include "io/io.hpp"
#include "io/npz_array.hpp"
#include "model/placer.hpp"
#include "nearfold/nearfold.hpp"
#include "support/expect.hpp"
#include "support/io_files.hpp"
#include "support/sparse_data.hpp"

namespace nearfold {
namespace {

constexpr std::int64_t kPoints = 300, kAdded = 60, kColumns = 90;

const Matrix& all_rows() {
  static const Matrix rows = data::topics(kPoints + kAdded, kColumns, 4);
  return rows;
}
HostMatrix<const float> old_rows() {
  return {all_rows().data(), kPoints, kColumns};
}
HostMatrix<const float> new_rows() {
  return {all_rows().row(kPoints), kAdded, kColumns};
}

Settings settings_of(const Method& method, Metric metric = Metric::cosine) {
  return {.distance = {.metric = metric},
          .method = method,
          .init = RandomInit{},
          .seed = 3,
          .device = Cpu{2}};
}

std::vector<Method> methods() {
  UmapParams umap{.n_neighbors = 12, .n_epochs = 40};
  TsneParams tsne{.perplexity = 12, .early_exaggeration_iter = 30, .max_iter = 60};
  PacmapParams pacmap;
  pacmap.num_iters = {10, 10, 10};
  return {umap, tsne, pacmap};
}

Model sparse_model(const Method& method, Metric metric = Metric::cosine) {
  return fit(to_sparse(old_rows()).view(), settings_of(method, metric)).model;
}
Model dense_model(const Method& method, Metric metric = Metric::cosine) {
  return fit(old_rows(), settings_of(method, metric)).model;
}

TEST(SparseModels, PlaceRowsAsThoseOfTheSamePointsDense) {
  const SparseMatrix rows = to_sparse(new_rows());
  for (const Method& method : methods())
    for (const Metric metric : {Metric::cosine, Metric::manhattan, Metric::jaccard}) {
      const Model sparse = sparse_model(method, metric), dense = dense_model(method, metric);
      ASSERT_EQ(sparse.points.rows(), 0);
      ASSERT_EQ(sparse.map.values(), dense.map.values());
      const Transformed placed = transform(sparse, rows), wanted = transform(dense, new_rows());
      EXPECT_EQ(placed.map.values(), wanted.map.values()) << name(metric);
      EXPECT_EQ(placed.remoteness, wanted.remoteness) << name(metric);
      EXPECT_EQ(transform(sparse, new_rows()).map.values(), wanted.map.values());
      EXPECT_EQ(transform(sparse, SparseMatrix{0, kColumns}).map.rows(), 0);
    }
}

TEST(SparseModels, ARowsPlaceIsItsOwnOnAnyNumberOfThreads) {
  const Model model = sparse_model(methods()[0]);
  const SparseMatrix rows = to_sparse(new_rows());
  const Transformer one(model, {}, Cpu{1}), many(model, {}, Cpu{3});
  const Matrix all = one.place(rows).map;
  EXPECT_EQ(many.place(rows).map.values(), all.values());
  for (std::int64_t i = 0; i < kAdded; i += 7) {
    const Matrix alone = many.place(rows_of(rows, i, 1)).map;
    EXPECT_TRUE(std::equal(alone.data(), alone.data() + 2, all.row(i))) << i;
  }
}

TEST(SparseModels, EqualRowsCoincideAndAStoredZeroIsAZero) {
  const Model model = sparse_model(methods()[0]);
  const SparseMatrix with_zeros =
      data::sparse_of(take_rows(old_rows(), std::vector<int>{4, 9}), 0.3);
  ASSERT_GT(with_zeros.view().stored(),
            to_sparse(old_rows()).indptr[5] - to_sparse(old_rows()).indptr[4]);
  const Matrix placed = transform(model, with_zeros).map;
  EXPECT_TRUE(std::equal(placed.row(0), placed.row(0) + 2, model.map.row(4)));
  EXPECT_TRUE(std::equal(placed.row(1), placed.row(1) + 2, model.map.row(9)));
}

TEST(SparseModels, GrowAsThoseOfTheSamePointsDense) {
  const SparseMatrix rows = to_sparse(new_rows());
  for (const Method& method : methods())
    for (const OldPoints old : {OldPoints::fixed, OldPoints::free}) {
      const UpdateParams params{.old_points = old, .iterations = 10};
      const Updated sparse = update(sparse_model(method), rows, params, Cpu{2});
      const Updated dense = update(dense_model(method), new_rows(), params, Cpu{1});
      EXPECT_EQ(sparse.model.map.values(), dense.model.map.values());
      EXPECT_EQ(sparse.model.graph.neighbors, dense.model.graph.neighbors);
      EXPECT_EQ(sparse.model.graph.distances, dense.model.graph.distances);
      EXPECT_EQ(sparse.moved, dense.moved);
      ASSERT_EQ(sparse.model.n(), kPoints + kAdded);
      EXPECT_EQ(sparse.model.sparse->values, to_sparse(all_rows()).values);
      EXPECT_EQ(sparse.model.sparse->indptr, to_sparse(all_rows()).indptr);
    }
}

TEST(SparseModels, MakeTheRowsOfPlacesAsThoseOfTheSamePointsDense) {
  const Model sparse = sparse_model(methods()[0]), dense = dense_model(methods()[0]);
  const Inverted made = inverse_transform(sparse, dense.map);
  EXPECT_EQ(made.rows.values(), inverse_transform(dense, dense.map).rows.values());
  EXPECT_EQ(made.rows.cols(), kColumns);
}

TEST(SparseModels, HaveNoIndexThatNewRowsAreLookedUpIn) {
  Settings settings = settings_of(methods()[0]);
  settings.knn = IvfKnn{};
  const Model model = fit(to_sparse(old_rows()).view(), settings).model;
  EXPECT_FALSE(model.index.has_value());
  EXPECT_FALSE(transform(model, new_rows()).recall.has_value());
}

TEST(SparseModels, SayWhatDoesNotGoTogether) {
  const Model sparse = sparse_model(methods()[0]), dense = dense_model(methods()[0]);
  const SparseMatrix rows = to_sparse(new_rows());
  expect_contains(error_of<InvalidInput>([&] { transform(dense, rows); }), "give the rows dense");
  expect_contains(error_of<InvalidInput>([&] { update(dense, rows); }), "give the rows dense");
  expect_contains(error_of<InvalidInput>([&] {
                    transform(sparse, SparseMatrix{0, 7});
                  }),
                  "7 columns, and the model's points 90");
  SparseMatrix bad = rows;
  bad.values[0] = std::numeric_limits<float>::infinity();
  expect_contains(error_of<InvalidInput>([&] { transform(sparse, bad); }), "row 0, column");
  Model both = sparse;
  both.points = dense.points;
  expect_contains(error_of<InvalidInput>([&] { transform(both, rows); }), "dense ones, too");
  Model prepared = sparse;
  prepared.preparation.means.assign(kColumns, 0);
  expect_contains(error_of<InvalidInput>([&] { transform(prepared, rows); }), "a preparation");
  EXPECT_FALSE(is_placed_on_gpu(sparse));
  expect_contains(error_of<Unsupported>([&] { require_placed_on_gpu(sparse); }), "are sparse");
}

class SparseModelFiles : public io::FolderTest {};

TEST_F(SparseModelFiles, PlaceSparseRowsAsTheModelsThatWereWritten) {
  const SparseMatrix rows = to_sparse(new_rows());
  for (const Method& method : methods()) {
    const Model model = sparse_model(method);
    io::write_model(path("m.nfm"), model, io::Overwrite::yes);
    const Model read = io::read_model(path("m.nfm"));
    ASSERT_TRUE(read.sparse.has_value());
    EXPECT_EQ(read.sparse->indices, model.sparse->indices);
    EXPECT_EQ(transform(read, rows).map.values(), transform(model, rows).map.values());
    io::write_model(path("again.nfm"), read, io::Overwrite::yes);
    EXPECT_EQ(content("again.nfm"), content("m.nfm"));
  }
}

TEST_F(SparseModelFiles, OfSparsePointsThatAreNotWhatTheySayAreRefused) {
  const Model good = sparse_model(methods()[0]);
  const auto error = [&](auto change) {
    Model bad = good;
    change(*bad.sparse);
    io::write_model(path("m.nfm"), bad, io::Overwrite::yes);
    return error_of<InvalidInput>([&] { io::read_model(path("m.nfm")); });
  };
  expect_contains(error([](SparseMatrix& x) { x.rows = 7; }), "the map has 300 rows");
  expect_contains(error([](SparseMatrix& x) { x.cols = 0; }), "columns are 1 to");
  expect_contains(error([](SparseMatrix& x) { x.cols = 5; }), "is not in [0, 5)");
  expect_contains(error([](SparseMatrix& x) { x.indptr[3] = 1 << 30; }), "values ascend from 0");
  expect_contains(error([](SparseMatrix& x) { x.indptr.pop_back(); }), "it must be");
  expect_contains(error([](SparseMatrix& x) { x.values.pop_back(); }), "it must be");
  expect_contains(error([](SparseMatrix& x) { x.indices[1] = x.indices[0]; }), "each once");
  expect_contains(
      error([](SparseMatrix& x) { x.values[2] = std::numeric_limits<float>::quiet_NaN(); }), "nan");
}

}  // namespace
}  // namespace nearfold
