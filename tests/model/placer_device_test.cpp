// New points on a map on a device (kernels/model/transform.hpp) that the host plays have the places
// of the CPU, bit for bit.
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "kernels/core/host_executor.hpp"
#include "kernels/model/transform.hpp"
#include "nearfold/nearfold.hpp"
#include "support/data.hpp"
#include "support/expect.hpp"
#include "support/metrics.hpp"

namespace nearfold {
namespace {

constexpr std::int64_t kPoints = 200, kColumns = 5, kTile = 70;

std::vector<Method> methods() {
  return {UmapParams{.n_neighbors = 12}, TsneParams{.perplexity = 8},
          PacmapParams{.n_neighbors = 12}};
}

/// A model of a map that no run has made: what is placed there is a function of it all the same.
Model model_of(const Matrix& points, const Method& method, int dims, const Distance& distance = {},
               const KnnParams& knn = FlatKnn{}) {
  const int k = neighbors_needed(method, points.rows());
  const KnnGraph graph = find_neighbors(points, k, FlatKnn{}, Cpu{2}, 1, distance);
  return make_model(points, graph, data::scaled(data::normals(points.rows(), dims, 9), 10.0f),
                    {.knn = knn, .distance = distance, .method = method, .dims = dims, .seed = 3});
}
const Matrix& old_rows() {
  static const Matrix rows = data::blobs(kPoints, kColumns, 1);
  return rows;
}
const Matrix& new_rows() {
  static const Matrix rows = data::blobs(50, kColumns, 2);
  return rows;
}

Placed on_device(const Model& model, const Matrix& rows, std::int64_t block = kPlacedTogether) {
  return PlacerOn<HostExecutor>(HostExecutor(), model, Cpu{2}, kTile, block).place(rows);
}

void expect_the_cpus(const Model& model, const Matrix& rows, std::int64_t block = kPlacedTogether) {
  const Placed wanted = make_placer(model, Cpu{2})->place(rows);
  const Placed found = on_device(model, rows, block);
  EXPECT_EQ(found.map.values(), wanted.map.values());
  EXPECT_EQ(found.nearest, wanted.nearest);
  EXPECT_EQ(found.distances, wanted.distances);
  EXPECT_FALSE(found.recall.has_value());
}

TEST(PlacerOnDevice, IsTheCpusInEveryDimension) {
  for (const Method& method : methods())
    for (const int dims : {2, 3}) {
      SCOPED_TRACE(std::to_string(method.index()) + ", " + std::to_string(dims) + "-D");
      expect_the_cpus(model_of(old_rows(), method, dims), new_rows());
    }
}

TEST(PlacerOnDevice, IsTheCpusOnEverySurface) {
  for (const OutputMetric metric :
       {OutputMetric::sphere, OutputMetric::torus, OutputMetric::hyperboloid}) {
    SCOPED_TRACE(name(metric));
    const Model model =
        fit(old_rows(),
            {.method = UmapParams{.n_neighbors = 12, .n_epochs = 30, .output_metric = metric}})
            .model;
    expect_the_cpus(model, new_rows());
    expect_the_cpus(model, new_rows(), 7);
    EXPECT_TRUE(is_placed_on_gpu(model));
  }
}

TEST(PlacerOnDevice, IsTheCpusForEveryKindOfTsne) {
  using enum TsneParams::Affinities;
  const Matrix many = data::blobs(8100, 4, 5), few_of_them = data::blobs(20, 4, 6);
  for (const TsneParams& params :
       {TsneParams{.perplexity = 8, .dof = 0.4}, TsneParams{.perplexity = 8, .dof = 3},
        TsneParams{.affinities = uniform, .k_neighbors = 20}, TsneParams{.perplexities = {3, 12}},
        TsneParams{.perplexity = 8, .late_exaggeration = 3, .late_exaggeration_iter = 50}}) {
    SCOPED_TRACE(params.dof);
    for (const int dims : {2, 3}) expect_the_cpus(model_of(old_rows(), params, dims), new_rows());
    expect_the_cpus(model_of(old_rows(), params, 2), new_rows(), 7);
    EXPECT_TRUE(is_placed_on_gpu(model_of(old_rows(), params, 2)));
  }
  // Of so many points a field has a grid, but for a dof of 1 alone.
  expect_the_cpus(model_of(many, TsneParams{.perplexity = 5, .dof = 0.4}, 2), few_of_them);
}

TEST(PlacerOnDevice, IsTheCpusUnderEveryMetric) {
  for (const Method& method : methods())
    for (const Metric metric : metrics_of_any_points()) {
      SCOPED_TRACE(name(metric));
      expect_the_cpus(model_of(old_rows(), method, 2, {.metric = metric}), new_rows());
    }
}

TEST(PlacerOnDevice, ReadsTheFieldOfManyPointsAsTheCpuDoes) {
  const Matrix points = data::blobs(8100, 4, 5);
  const Model model = model_of(points, TsneParams{.perplexity = 5}, 2);
  ASSERT_TRUE(TsneField(model.map, Cpu{2}).by_grid());
  Matrix rows = data::blobs(40, 4, 6);
  rows.row(7)[0] = 1e4f;  // far from all, so that the field's edge is met
  expect_the_cpus(model, rows);
}

TEST(PlacerOnDevice, PlacesARowAloneAsInAnyBlock) {
  for (const Method& method : methods()) {
    const Model model = model_of(old_rows(), method, 2);
    const Placed all = on_device(model, new_rows());
    for (const std::int64_t block : {1, 7, 49}) expect_the_cpus(model, new_rows(), block);
    Matrix one(1, kColumns);
    for (const std::int64_t row : {0, 33, 49}) {
      std::copy_n(new_rows().row(row), kColumns, one.row(0));
      const Placed alone = on_device(model, one);
      EXPECT_TRUE(std::equal(alone.map.row(0), alone.map.row(0) + 2, all.map.row(row)));
      EXPECT_EQ(alone.nearest[0], all.nearest[static_cast<std::size_t>(row)]);
    }
  }
}

TEST(PlacerOnDevice, TakesWhatIsAtTheEdges) {
  for (const Method& method : methods()) {
    expect_the_cpus(model_of(old_rows(), method, 2), Matrix(0, kColumns));
    expect_the_cpus(model_of(old_rows(), method, 2), old_rows());  // twins of all points
    // All neighbours at one distance, and all others as neighbours.
    expect_the_cpus(model_of(Matrix(40, kColumns), method, 2), data::normals(3, kColumns, 4));
    Matrix few = data::normals(13, kColumns, 3), rows = data::normals(4, kColumns, 4);
    Method wide = method;
    if (auto* umap = std::get_if<UmapParams>(&wide)) umap->n_neighbors = 13;
    if (auto* tsne = std::get_if<TsneParams>(&wide)) tsne->perplexity = 4;
    if (auto* pacmap = std::get_if<PacmapParams>(&wide)) pacmap->n_neighbors = 4;
    std::fill_n(few.row(2), kColumns, 0.0f);
    std::fill_n(rows.row(1), kColumns, 0.0f);
    expect_the_cpus(model_of(few, wide, 2, {Metric::cosine, ZeroVectors::far}), rows);
  }
}

TEST(PlacerOnDevice, KnowsTheMeanDistanceOfTheFit) {
  // The floor of a row's scale, where it is much denser than the map and no neighbour is at 1.
  Matrix points = data::scaled(data::normals(60, kColumns, 3), 1e3f);
  for (std::int64_t i = 0; i < 30; ++i)
    for (std::int64_t c = 0; c < kColumns; ++c) points.row(i)[c] *= 1e-7f;
  const Matrix rows = data::scaled(data::normals(10, kColumns, 4), 1e-4f);
  expect_the_cpus(model_of(points, UmapParams{.n_neighbors = 12, .local_connectivity = 0}, 2),
                  rows);
}

TEST(PlacerOnDevice, IsRefusedBeforeAnyWorkWhereAGpuDoesNotPlace) {
  const Method umap = UmapParams{.n_neighbors = 12};
  const auto refusal = [](const Model& model) {
    return error_of<Unsupported>([&] { const Transformer made(model, {}, Cuda{}); });
  };
  for (const int dims : {1, 4})
    EXPECT_NE(refusal(model_of(old_rows(), umap, dims)).find("2 or 3 dimensions"),
              std::string::npos);
  EXPECT_NE(refusal(model_of(old_rows(), umap, 2, {}, HnswKnn{})).find("found by flat"),
            std::string::npos);
  EXPECT_TRUE(is_placed_on_gpu(model_of(old_rows(), umap, 3, {}, NnDescentKnn{})));
  EXPECT_THROW(transform(model_of(old_rows(), umap, 2), new_rows(), {}, Cuda{99}), NoDevice);
  EXPECT_THROW(update(model_of(old_rows(), umap, 2), new_rows(), {}, Cuda{99}), NoDevice);
}

}  // namespace
}  // namespace nearfold
