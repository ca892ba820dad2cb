// New points on a map: a place is a function of the model and of the row, it is what the objective
// says, and what is at its edges.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "nearfold/nearfold.hpp"
#include "support/data.hpp"
#include "support/expect.hpp"

namespace nearfold {
namespace {

constexpr std::int64_t kPoints = 300, kColumns = 6;

Settings settings_of(const Method& method, Metric metric = Metric::euclidean, int dims = 2) {
  return {.distance = {.metric = metric}, .method = method, .dims = dims, .seed = 3};
}
const Method kUmap = UmapParams{.n_neighbors = 12, .n_epochs = 60};
const Method kTsne = TsneParams{.perplexity = 12, .max_iter = 300};

const Matrix& old_rows() {
  static const Matrix rows = data::blobs(kPoints, kColumns, 1);
  return rows;
}
const Matrix& new_rows() {
  static const Matrix rows = data::blobs(70, kColumns, 2);
  return rows;
}

const Model& model_of(const Method& method) {
  static const Model umap = fit(old_rows(), settings_of(kUmap)).model;
  static const Model tsne = fit(old_rows(), settings_of(kTsne)).model;
  return std::holds_alternative<UmapParams>(method) ? umap : tsne;
}
std::vector<Method> methods() {
  return {kUmap, kTsne};
}

Matrix some_of(const Matrix& rows, const std::vector<std::int64_t>& which) {
  Matrix out(std::ssize(which), rows.cols());
  for (std::int64_t i = 0; i < out.rows(); ++i)
    std::copy_n(rows.row(which[static_cast<std::size_t>(i)]), rows.cols(), out.row(i));
  return out;
}

std::vector<std::int64_t> shuffled(std::int64_t n) {
  std::vector<std::int64_t> order(static_cast<std::size_t>(n));
  for (std::int64_t i = 0; i < n; ++i) order[static_cast<std::size_t>(i)] = 37 * i % n;
  return order;
}

/// Row i of `part` is row which[i] of `whole`.
void expect_rows(const Matrix& part, const Matrix& whole, const std::vector<std::int64_t>& which) {
  ASSERT_EQ(part.rows(), std::ssize(which));
  for (std::int64_t i = 0; i < part.rows(); ++i)
    EXPECT_TRUE(std::equal(part.row(i), part.row(i) + part.cols(),
                           whole.row(which[static_cast<std::size_t>(i)])))
        << i;
}

// ---- a fit
// ---------------------------------------------------------------------------------------

TEST(Fit, HasTheMapOfEmbedAndItsParametersResolved) {
  for (const Method& method : methods()) {
    const Model& model = model_of(method);
    EXPECT_EQ(model.map.values(), embed(old_rows(), settings_of(method)).layout.values());
    EXPECT_EQ(model.points.values(), old_rows().values());
    EXPECT_EQ(model.graph.k, neighbors_needed(method, kPoints));
    EXPECT_FALSE(model.index.has_value());
  }
  const auto& umap = std::get<UmapParams>(model_of(kUmap).settings.method);
  EXPECT_NEAR(umap.a.value(), 1.577, 1e-3);
  EXPECT_NEAR(umap.b.value(), 0.895, 1e-3);
  EXPECT_EQ(umap.n_epochs, 60);
}

TEST(Fit, IsCancelledByItsProgress) {
  EXPECT_THROW(fit(old_rows(), settings_of(kUmap),
                   [](const ProgressInfo& p) { return p.stage != Stage::optimize; }),
               Cancelled);
}

// ---- a function of model and row
// -------------------------------------------------------------------

TEST(Transform, GivesARowItsPlaceAloneInAnyOrderAndBatchByAnyThreadsUnderEveryMetric) {
  for (const Method& method : methods())
    for (const Metric metric :
         {Metric::euclidean, Metric::sqeuclidean, Metric::cosine, Metric::correlation,
          Metric::inner_product, Metric::manhattan, Metric::chebyshev}) {
      SCOPED_TRACE(name(metric));
      const Model model = fit(old_rows(), settings_of(method, metric)).model;
      const Matrix all = transform(model, new_rows()).map;
      for (const int threads : {1, 3})
        EXPECT_EQ(transform(model, new_rows(), {}, Cpu{threads}).map.values(), all.values());
      const auto order = shuffled(new_rows().rows());
      expect_rows(transform(model, some_of(new_rows(), order)).map, all, order);
      for (const std::int64_t row : {0, 17, 69})
        expect_rows(transform(model, some_of(new_rows(), {row})).map, all, {row});
      const Matrix own = transform(model, old_rows()).map;
      EXPECT_EQ(own.values(), model.map.values());
    }
}

TEST(Transform, PlacesThroughAnIndexAlikeForAnyBatch) {
  for (const KnnParams& knn : {KnnParams(IvfKnn{.nlist = 10}), KnnParams(HnswKnn{})}) {
    Settings settings = settings_of(kUmap);
    settings.knn = knn;
    const Model model = fit(old_rows(), settings).model;
    ASSERT_TRUE(model.index.has_value());
    const Transformed all = transform(model, new_rows());
    ASSERT_TRUE(all.recall.has_value());
    EXPECT_GT(all.recall->mean, 0.8);
    expect_rows(transform(model, some_of(new_rows(), {5, 2})).map, all.map, {5, 2});
  }
}

TEST(Transform, PutsEqualRowsTogetherAndTwinsOfPointsOnThem) {
  for (const Method& method : methods()) {
    const Model& model = model_of(method);
    const Matrix twice = some_of(new_rows(), {4, 4});
    const Matrix places = transform(model, twice).map;
    EXPECT_TRUE(std::equal(places.row(0), places.row(0) + 2, places.row(1)));
    Matrix twin = some_of(old_rows(), {123});
    EXPECT_TRUE(
        std::equal(model.map.row(123), model.map.row(123) + 2, transform(model, twin).map.data()));
    const Matrix placed = transform(model, twin, {Duplicates::optimize}).map;
    EXPECT_FALSE(std::equal(placed.data(), placed.data() + 2, model.map.row(123)));
  }
}

TEST(Transform, TakesANegativeZeroForZero) {
  Matrix rows = old_rows();
  rows.row(9)[2] = 0.0F;
  const Model model = fit(rows, settings_of(kUmap)).model;
  Matrix twin = some_of(rows, {9});
  twin.row(0)[2] = -0.0F;
  const Matrix place = transform(model, twin).map;
  EXPECT_TRUE(std::equal(place.data(), place.data() + 2, model.map.row(9)));
}

TEST(Transform, GoesToTheFirstOfEqualPoints) {
  Matrix rows = old_rows();
  std::copy_n(rows.row(5), kColumns, rows.row(200));
  const Model model = fit(rows, settings_of(kTsne)).model;
  const Matrix place = transform(model, some_of(rows, {200})).map;
  EXPECT_TRUE(std::equal(place.data(), place.data() + 2, model.map.row(5)));
}

// ---- where it is
// ----------------------------------------------------------------------------------

/// t-SNE's divergence of a place, in double over all points, less what does not depend on it.
double divergence(const Model& model, const float* row, double x, double y, double perplexity) {
  const auto distance2 = [&](std::int64_t i) {
    double sum = 0;
    for (std::int64_t c = 0; c < model.points.cols(); ++c) {
      const double d = double{row[c]} - double{model.points.row(i)[c]};
      sum += d * d;
    }
    return sum;
  };
  std::vector<std::pair<double, std::int64_t>> near;
  for (std::int64_t i = 0; i < model.points.rows(); ++i) near.emplace_back(distance2(i), i);
  std::sort(near.begin(), near.end());
  near.resize(static_cast<std::size_t>(3 * perplexity));
  double low = 0, high = 1e6;
  std::vector<double> p(near.size());
  for (int step = 0; step < 200; ++step) {
    const double beta = (low + high) / 2;
    double sum = 0, entropy = 0;
    for (std::size_t j = 0; j < p.size(); ++j)
      sum += p[j] = std::exp(-beta * (near[j].first - near[0].first));
    for (double& x_j : p) {
      x_j /= sum;
      if (x_j > 0) entropy -= x_j * std::log(x_j);
    }
    (entropy > std::log(perplexity) ? low : high) = beta;
  }
  double z = 0, attraction = 0;
  const auto q = [&](std::int64_t i) {
    const double dx = x - double{model.map.row(i)[0]}, dy = y - double{model.map.row(i)[1]};
    return 1 / (1 + dx * dx + dy * dy);
  };
  for (std::int64_t i = 0; i < model.map.rows(); ++i) z += q(i);
  for (std::size_t j = 0; j < p.size(); ++j) attraction -= p[j] * std::log(q(near[j].second));
  return attraction + std::log(z);
}

TEST(Transform, OfTsneIsAMinimumOfTheDivergence) {
  const Model& model = model_of(kTsne);
  const Matrix map = transform(model, new_rows()).map;
  int minima = 0;
  for (std::int64_t i = 0; i < map.rows(); ++i) {
    const double x = map.row(i)[0], y = map.row(i)[1];
    const auto at = [&](double dx, double dy) {
      return divergence(model, new_rows().row(i), x + dx, y + dy, 12);
    };
    bool lowest = true;
    for (const double angle : {0.0, 1.0, 2.0, 3.0, 4.0, 5.0})
      lowest = lowest && at(0.1 * std::cos(angle), 0.1 * std::sin(angle)) > at(0, 0);
    minima += lowest ? 1 : 0;
  }
  EXPECT_GE(minima, 68) << "of " << map.rows();
}

TEST(Transform, OfManyPointsByTheFieldIsThatOfAllPairs) {
  const Matrix rows = data::blobs(8200, 4, 5, 4);
  Model model =
      fit(rows,
          {.knn = AutoKnn{}, .method = TsneParams{.perplexity = 10, .max_iter = 60}, .seed = 1})
          .model;
  const Matrix some = data::blobs(200, 4, 6, 4);
  const Matrix by_field = transform(model, some).map;
  // The same map with a third axis that is 0 has no field.
  Matrix flat(model.map.rows(), 3);
  for (std::int64_t i = 0; i < flat.rows(); ++i) std::copy_n(model.map.row(i), 2, flat.row(i));
  model.map = std::move(flat);
  model.settings.dims = 3;
  const Matrix exact = transform(model, some).map;
  std::vector<double> off;
  for (std::int64_t i = 0; i < some.rows(); ++i) {
    EXPECT_EQ(exact.row(i)[2], 0);
    off.push_back(std::hypot(double{exact.row(i)[0] - by_field.row(i)[0]},
                             double{exact.row(i)[1] - by_field.row(i)[1]}));
  }
  std::sort(off.begin(), off.end());
  EXPECT_LT(off[100], 0.01);
  EXPECT_LT(off[190], 0.1);
}

TEST(Transform, PutsNewPointsIntoTheClustersTheyAreOf) {
  for (const Method& method : methods())
    for (const int dims : {1, 2, 3, 5, 50}) {
      if (dims > 3 && std::holds_alternative<TsneParams>(method)) continue;
      const Model model = fit(old_rows(), settings_of(method, Metric::euclidean, dims)).model;
      const Matrix map = transform(model, new_rows()).map;
      ASSERT_EQ(map.cols(), dims);
      const QueryResult near = find_neighbors(map, model.map, 5, FlatKnn{}, Cpu{}, 0);
      int right = 0;
      for (std::size_t e = 0; e < near.neighbors.size(); ++e)
        right += near.neighbors[e] % 3 == static_cast<std::int64_t>(e / 5) % 3 ? 1 : 0;
      EXPECT_GE(right, 345) << "of 350, " << dims << "-D";
    }
}

TEST(Transform, OfAnyDimsIsTheMapItselfAndAloneAsInABatch) {
  for (const int dims : {1, 5, 50}) {
    const Model model = fit(old_rows(), settings_of(kUmap, Metric::euclidean, dims)).model;
    EXPECT_EQ(transform(model, old_rows()).map.values(), model.map.values()) << dims;
    const Matrix all = transform(model, new_rows()).map;
    Matrix one(1, kColumns);
    std::copy_n(new_rows().row(33), kColumns, one.row(0));
    const Matrix alone = transform(model, one).map;
    EXPECT_TRUE(std::equal(alone.row(0), alone.row(0) + dims, all.row(33))) << dims;
  }
}

// Another objective is another place.
TEST(Transform, FollowsTheParametersOfTheMethod) {
  const Matrix usual = transform(model_of(kUmap), new_rows()).map;
  const auto changed = [&](auto change) {
    Model model = model_of(kUmap);
    change(std::get<UmapParams>(model.settings.method));
    return transform(model, new_rows()).map.values() != usual.values();
  };
  EXPECT_TRUE(changed([](UmapParams& p) { p.repulsion_strength = 3; }));
  EXPECT_TRUE(changed([](UmapParams& p) { p.negative_sample_rate = 1; }));
  EXPECT_TRUE(changed([](UmapParams& p) { p.a = 0.5; }));
  EXPECT_TRUE(changed([](UmapParams& p) { p.b = 1.1; }));
  EXPECT_TRUE(changed([](UmapParams& p) { p.local_connectivity = 3; }));
  EXPECT_TRUE(changed([](UmapParams& p) { p.n_neighbors = 6; }));
  EXPECT_TRUE(changed([](UmapParams& p) { p.learning_rate = 0.1; }));
  const Matrix of_tsne = transform(model_of(kTsne), new_rows()).map;
  Model model = model_of(kTsne);
  std::get<TsneParams>(model.settings.method).exaggeration = 4;
  const Matrix tight = transform(model, new_rows()).map;
  EXPECT_NE(tight.values(), of_tsne.values());
}

// ---- edges
// ----------------------------------------------------------------------------------------

TEST(Transform, FlagsWhatIsFarFromAllPointsAndPlacesIt) {
  const Model& model = model_of(kUmap);
  Matrix rows = some_of(new_rows(), {0, 1});
  for (std::int64_t c = 0; c < kColumns; ++c) rows.row(1)[c] += 1000;
  const Transformer transformer(model);
  const Transformed placed = transformer.place(rows);
  EXPECT_LT(placed.remoteness[0], transformer.remote() * 1.5F);
  EXPECT_GT(placed.remoteness[1], 100 * transformer.remote());
  for (const float x : placed.map.values()) EXPECT_TRUE(std::isfinite(x));
  EXPECT_LT(std::fabs(placed.map.row(1)[0]), 40);
}

// As in the fit: refused by name, or far from all but each other.
TEST(Transform, TakesARowWithoutADirectionByTheRuleOfTheFit) {
  Matrix rows = old_rows();
  std::fill_n(rows.row(40), kColumns, 0.0F);
  const Matrix zeros(2, kColumns);
  for (const Method& method : methods()) {
    Settings settings = settings_of(method, Metric::cosine);
    expect_contains(
        error_of<InvalidInput>([&] { transform(fit(old_rows(), settings).model, zeros); }),
        "rows 0, 1");
    settings.distance.zero_vectors = ZeroVectors::far;
    const Model model = fit(rows, settings).model;
    const Matrix places = transform(model, zeros, {Duplicates::optimize}).map;
    EXPECT_TRUE(std::equal(places.row(0), places.row(0) + 2, places.row(1)));
    for (const float x : places.values()) EXPECT_TRUE(std::isfinite(x));
    const Matrix twin = transform(model, zeros).map;
    EXPECT_TRUE(std::equal(twin.row(1), twin.row(1) + 2, model.map.row(40)));
  }
}

TEST(Transform, OfNoRowsIsAMapOfNone) {
  const Transformed none = transform(model_of(kUmap), Matrix(0, kColumns));
  EXPECT_EQ(none.map.rows(), 0);
  EXPECT_EQ(none.map.cols(), 2);
}

TEST(Transform, RefusesWhatItCannotPlace) {
  const Model& model = model_of(kUmap);
  expect_contains(error_of<InvalidInput>([&] { transform(model, Matrix(3, 5)); }),
                  "5 columns, and the model's points 6");
  Matrix rows = some_of(new_rows(), {0, 1});
  rows.row(1)[3] = NAN;
  expect_contains(error_of<InvalidInput>([&] { transform(model, rows); }), "row 1");
  EXPECT_THROW(transform(model, new_rows(), {}, Cpu{}, [](const ProgressInfo&) { return false; }),
               Cancelled);
  Model broken = model;
  broken.map = Matrix(kPoints - 1, 2);
  expect_contains(error_of<InvalidInput>([&] { transform(broken, rows); }), "its map 299 rows");
  broken = model;
  broken.graph.neighbors[0] = 300;
  EXPECT_THROW(transform(broken, rows), InvalidInput);
  broken = model;
  broken.map.row(3)[1] = NAN;
  EXPECT_THROW(transform(broken, rows), InvalidInput);
}

}  // namespace
}  // namespace nearfold
