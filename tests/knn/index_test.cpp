// New points: what find_neighbors answers for queries, exactly and through an index, and indexes
// that were saved: they answer as before, and none is read that could lead a search astray.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "knn/honours.hpp"
#include "nearfold/knn.hpp"
#include "support/data.hpp"
#include "support/expect.hpp"
#include "support/io_files.hpp"
#include "support/metrics.hpp"
#include "support/npz_parts.hpp"
#include "support/query_oracle.hpp"

namespace nearfold {
namespace {

using io::expect_refused;
using io::Overwrite;
using io::Parts;

using query_oracle::expect_equal;
using query_oracle::expect_exact_answer;

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
QueryResult ask(const Matrix& queries, const Matrix& points, int k, const KnnParams& params,
                Metric metric = Metric::euclidean, int threads = 2) {
  return find_neighbors(queries, points, k, params, Cpu{threads}, 1, {.metric = metric});
}

KnnIndex index_of(const Matrix& points, const KnnParams& params, Metric metric = Metric::euclidean,
                  int threads = 2) {
  return build_index(points, params, Cpu{threads}, 1, {.metric = metric});
}

// ---- answers ------------------------------------------------------------------------------------

TEST(Queries, AreAnsweredExactlyUnderEveryMetric) {
  const Matrix points = data::normals(400, 9, 50, 1.0, 0.3f), queries = data::normals(50, 9, 51);
  for (const Metric metric : metrics_of_any_points())
    for (const int k : {1, 7, 400})
      expect_exact_answer(queries, points, metric, ask(queries, points, k, FlatKnn{}, metric), 7);
}

TEST(Queries, AreAnsweredExactlyThroughTheFilter) {
  const Matrix points = data::normals(2000, 130, 52, 0.95);
  const Matrix queries = data::normals(40, 130, 53, 0.95);
  for (const Metric metric : {Metric::euclidean, Metric::correlation, Metric::inner_product})
    expect_exact_answer(queries, points, metric, ask(queries, points, 10, FlatKnn{}, metric), 7);
}

TEST(Queries, WithoutADirectionAreFarFromAllButTheirLike) {
  Matrix points = data::normals(300, 5, 54), queries = data::normals(20, 5, 55);
  std::fill_n(points.row(17), 5, 0.0f);
  std::fill_n(points.row(203), 5, 0.0f);
  std::fill_n(queries.row(4), 5, 0.0f);
  const Distance far{Metric::cosine, ZeroVectors::far};
  const auto found = find_neighbors(queries, points, 300, FlatKnn{}, Cpu{2}, 1, far);
  expect_exact_answer(queries, points, Metric::cosine, found);
  EXPECT_EQ(std::pair(found.neighbors[1200], found.neighbors[1201]), std::pair(17, 203));
  EXPECT_EQ(found.distances[1201], 0.0f);
  const Matrix good = data::normals(300, 5, 54);
  expect_refused([&] { ask(queries, good, 3, FlatKnn{}, Metric::cosine); }, {"row 4", "zeros"});
  expect_refused([&] { ask(good, points, 3, FlatKnn{}, Metric::cosine); }, {"rows 17, 203"});
}

TEST(Queries, ThatAreAPointFindItAtZero) {
  const Matrix points = data::normals(400, 9, 56, 1.0, 0.3f);
  for (const KnnParams& params :
       {KnnParams{FlatKnn{}}, KnnParams{IvfKnn{.nlist = 9, .nprobe = 9}}, KnnParams{HnswKnn{}}})
    for (const Metric metric : metrics_of_any_points()) {
      if (queries_differ(row_of(metric).points)) continue;  // a longer point has the larger product
      if (!std::visit([&](const auto& p) { return honours(p, row_of(metric)); }, params)) continue;
      const QueryResult found = ask(points, points, 3, params, metric);
      for (std::int32_t i = 0; i < 400; ++i) {
        const auto at = static_cast<std::size_t>(i) * 3;
        ASSERT_EQ(found.neighbors[at], i) << name(metric) << ", method " << params.index();
        ASSERT_EQ(found.distances[at], 0.0f) << name(metric) << ", method " << params.index();
      }
    }
}

/// One by one and by any number of threads.
void expect_independent(const Matrix& queries, int k,
                        const std::function<QueryResult(const Matrix&, int threads)>& answer) {
  const QueryResult all = answer(queries, 1);
  for (const int threads : {2, 3}) expect_equal(answer(queries, threads), all, "threads");
  for (std::int64_t r = 0; r < queries.rows(); ++r) {
    Matrix one(1, queries.cols());
    std::copy_n(queries.row(r), queries.cols(), one.row(0));
    const QueryResult alone = answer(one, 2);
    const auto at = static_cast<std::ptrdiff_t>(r * k), end = at + static_cast<std::ptrdiff_t>(k);
    ASSERT_TRUE(std::equal(alone.neighbors.begin(), alone.neighbors.end(),
                           all.neighbors.begin() + at, all.neighbors.begin() + end))
        << "row " << r;
    ASSERT_TRUE(std::equal(alone.distances.begin(), alone.distances.end(),
                           all.distances.begin() + at, all.distances.begin() + end))
        << "row " << r;
  }
}

TEST(Queries, DependNeitherOnTheOthersNorOnThreads) {
  const Matrix low = data::normals(600, 11, 57), low_queries = data::normals(25, 11, 58);
  const Matrix high = data::normals(2000, 130, 59, 0.95);
  const Matrix high_queries = data::normals(6, 130, 60, 0.95);
  for (const auto& pair : {std::pair{low, low_queries}, {high, high_queries}}) {
    const Matrix &points = pair.first, &queries = pair.second;
    expect_independent(queries, 9, [&](const Matrix& some, int threads) {
      return ask(some, points, 9, FlatKnn{}, Metric::euclidean, threads);
    });
    for (const KnnParams& params :
         {KnnParams{IvfKnn{.nlist = 20, .nprobe = 2}}, KnnParams{HnswKnn{.M = 4, .ef = 20}}}) {
      const KnnIndex index = index_of(points, params);
      expect_independent(queries, 9, [&](const Matrix& some, int threads) {
        return find_neighbors(some, points, 9, index, Cpu{threads});
      });
    }
  }
}

TEST(Queries, ReachTheTargetRecallOfTheirIndex) {
  const Matrix points = data::normals(1500, 12, 61), queries = data::normals(250, 12, 62);
  // An index is tuned on the points themselves, which are easier to find than other points are: at
  // low targets, where few cells are probed, by more than 0.02.
  for (const double target : {0.95, 0.99})
    for (const KnnParams& params : {KnnParams{IvfKnn{.target_recall = target}},
                                    KnnParams{HnswKnn{.target_recall = target}}}) {
      const QueryResult found = ask(queries, points, 10, params);
      const double measured = query_oracle::recall(queries, points, found);
      EXPECT_GE(measured, target - 0.02);
      ASSERT_TRUE(found.recall.has_value());
      EXPECT_NEAR(found.recall->mean, measured, 1e-3);
      EXPECT_EQ(found.recall->rows, 250);
      EXPECT_LE(found.recall->p1, found.recall->p5);
      EXPECT_LE(found.recall->p5, found.recall->mean);
    }
  EXPECT_EQ(ask(queries, points, 10, FlatKnn{}).recall, std::nullopt);
}

TEST(Queries, WithFewProbesOrLinksAreFilledUpExactly) {
  const Matrix points = data::normals(200, 4, 63), queries = data::normals(20, 4, 64);
  const QueryResult all = ask(queries, points, 200, FlatKnn{});
  for (const KnnParams& params :
       {KnnParams{IvfKnn{.nlist = 40, .nprobe = 1}}, KnnParams{HnswKnn{.M = 2, .ef = 1}}}) {
    const QueryResult found = ask(queries, points, 200, params);
    EXPECT_EQ(found.neighbors, all.neighbors) << params.index();
    EXPECT_EQ(found.distances, all.distances) << params.index();
  }
}

TEST(Queries, ThatCannotBeAnsweredAreErrors) {
  const Matrix points = data::normals(100, 4, 65), queries = data::normals(9, 4, 66);
  const KnnIndex index = index_of(points, IvfKnn{});
  for (const auto& asked : {std::function([&](const Matrix&q, const Matrix&x, int k) {
                              find_neighbors(q, x, k, FlatKnn{}, Cpu{2}, 1);
                            }),
                            std::function([&](const Matrix&q, const Matrix&x, int k) {
                              find_neighbors(q, x, k, index, Cpu{2});
                            })}) {
    expect_refused([&] { asked(queries, points, 0); }, {"k is 0", "use 1 to 100"});
    expect_refused([&] { asked(queries, points, 101); }, {"k is 101", "100 points"});
    expect_refused([&] { asked(Matrix(3, 5), points, 2); }, {"5 columns", "points have 4"});
    Matrix bad = queries;
    bad.row(7)[2] = kNan;
    expect_refused([&] { asked(bad, points, 2); }, {"row 7, column 2"});
  }
  expect_refused<Unsupported>([&] { ask(queries, points, 2, NnDescentKnn{}); }, {"nndescent"});
  expect_refused<Unsupported>([&] { index_of(points, NnDescentKnn{}); }, {"ivf or hnsw"});
  expect_refused<Unsupported>([&] { index_of(points, FlatKnn{}); }, {"exactly by flat"});
  expect_refused<Unsupported>([&] { ask(queries, points, 2, IvfKnn{}, Metric::manhattan); },
                              {"ivf cannot search by manhattan", "hnsw"});
}

TEST(Queries, ThroughAnIndexWithBadPointsAreErrors) {
  Matrix points = data::normals(500, 4, 67);
  const KnnIndex index = index_of(points, IvfKnn{});
  points.row(301)[1] = kNan;  // no row that is compared with the index
  expect_refused([&] { find_neighbors(data::normals(3, 4, 68), points, 2, index, Cpu{2}); },
                 {"row 301, column 1"});
}

TEST(Queries, ThroughAnIndexOfOtherPointsAreErrors) {
  const Matrix points = data::normals(100, 4, 67), queries = data::normals(9, 4, 68);
  for (const KnnParams& params : {KnnParams{IvfKnn{}}, KnnParams{HnswKnn{}}}) {
    const KnnIndex index = index_of(points, params);
    const auto of = [&](const Matrix& others) {
      find_neighbors(Matrix(1, others.cols()), others, 2, index, Cpu{2});
    };
    expect_refused([&] { of(data::normals(99, 4, 67)); }, {"other points", "100", "99"});
    expect_refused([&] { of(data::normals(100, 5, 67)); }, {"other points", "4 columns", "5"});
    expect_refused([&] { of(data::normals(100, 4, 69)); }, {"other points", "moved"});
  }
}

// ---- files --------------------------------------------------------------------------------------

/// A kind of index and the points it is of: all that tells one file from another.
struct Case {
  const char* what;
  Matrix points;
  KnnParams params;
  Distance distance;
};

std::vector<Case> cases() {
  Matrix zeros = data::normals(500, 7, 70, 1.0, 0.3f);
  std::fill_n(zeros.row(33), 7, 0.0f);
  const Matrix low = data::normals(500, 7, 70, 1.0, 0.3f);
  const Matrix high = data::normals(2000, 130, 71, 0.95);
  return {{"ivf", low, IvfKnn{}, {}},
          {"ivf, projected", high, IvfKnn{.nlist = 30, .nprobe = 4}, {}},
          {"ivf, far zeros", zeros, IvfKnn{}, {Metric::cosine, ZeroVectors::far}},
          {"hnsw", low, HnswKnn{.M = 5}, {}},
          {"hnsw, projected", high, HnswKnn{.ef = 60}, {Metric::correlation}},
          {"hnsw, product", low, HnswKnn{}, {Metric::inner_product}},
          {"hnsw, manhattan", low, HnswKnn{.target_recall = 0.8}, {Metric::manhattan}},
          {"hnsw, chebyshev", low, HnswKnn{}, {Metric::chebyshev}}};
}

class IndexFiles : public io::FolderTest {};

TEST_F(IndexFiles, AnswerAsTheIndexThatWasWritten) {
  for (const Case& c : cases()) {
    const Matrix queries = data::normals(30, c.points.cols(), 72);
    const KnnIndex index = build_index(c.points, c.params, Cpu{1}, 5, c.distance);
    io::write_index(path("i.npz"), index, c.points, Overwrite::yes);
    const KnnIndex back = io::read_index(path("i.npz"), c.points);
    EXPECT_EQ(back.description(), index.description()) << c.what;
    EXPECT_EQ(back.distance().metric, c.distance.metric) << c.what;
    EXPECT_EQ(back.distance().zero_vectors, c.distance.zero_vectors) << c.what;
    expect_equal(find_neighbors(queries, c.points, 12, back, Cpu{2}),
                 find_neighbors(queries, c.points, 12, index, Cpu{2}), c.what);
  }
  EXPECT_EQ(listing(), io::Strings{"i.npz"});
}

TEST_F(IndexFiles, HaveTheSameBytesForAnyThreadsAndWhenWrittenAgain) {
  for (const Case& c : cases()) {
    const KnnIndex one = build_index(c.points, c.params, Cpu{1}, 5, c.distance);
    const KnnIndex three = build_index(c.points, c.params, Cpu{3}, 5, c.distance);
    io::write_index(path("one.npz"), one, c.points, Overwrite::yes);
    io::write_index(path("three.npz"), three, c.points, Overwrite::yes);
    io::write_index(path("again.npz"), io::read_index(path("one.npz"), c.points), c.points,
                    Overwrite::yes);
    EXPECT_EQ(content("three.npz"), content("one.npz")) << c.what;
    EXPECT_EQ(content("again.npz"), content("one.npz")) << c.what;
  }
}

TEST_F(IndexFiles, AreNotReplacedUnasked) {
  const Matrix points = data::normals(60, 4, 73);
  const KnnIndex index = index_of(points, IvfKnn{.nlist = 6});
  make("i.npz", "mine");
  expect_refused<IoError>([&] { io::write_index(path("i.npz"), index, points, Overwrite::no); },
                          {"i.npz"});
  EXPECT_EQ(content("i.npz"), "mine");
  expect_refused(
      [&] { io::write_index(path("j.npz"), index, data::normals(59, 4, 73), Overwrite::no); },
      {"60 points", "59"});
  EXPECT_EQ(listing(), io::Strings{"i.npz"});
}

TEST_F(IndexFiles, OfAnswersHoldIdsDistancesAndTheRecallThatWasMeasured) {
  const QueryResult exact{2, 3, {0, 2, 1, 3, 0, 1}, {0, 1, 2.5F, 0.5F, 1, 4}, {}};
  io::write_neighbors(path("a.npz"), exact, Overwrite::no);
  io::expect_matrix(io::read_matrix(path("a.npz"), {"indices"}), 2, 3, {0, 2, 1, 3, 0, 1});
  io::expect_matrix(io::read_matrix(path("a.npz"), {"distances"}), 2, 3, {0, 1, 2.5F, 0.5F, 1, 4});
  const io::FileInfo info = io::describe_file(path("a.npz"));
  EXPECT_EQ(std::pair(info.dtype, info.arrays),
            std::pair(std::string("int32"), io::Strings{"indices", "distances"}));
  QueryResult measured = exact;
  measured.recall = Recall{.mean = 0.75, .p1 = 0.25, .p5 = 0.5, .rows = 2};
  io::write_neighbors(path("a.npz"), measured, Overwrite::yes);
  EXPECT_NE(content("a.npz").find("\"mean\": 0.75"), std::string::npos);
}

class IndexFaults : public io::FolderTest {
 protected:
  const Matrix points_ = data::normals(60, 4, 74);

  Parts made(const KnnParams& params, Metric metric = Metric::euclidean) const {
    io::write_index(path("good.npz"), index_of(points_, params, metric), points_, Overwrite::yes);
    return Parts(path("good.npz"));
  }
  void refuse(const Parts& parts, std::initializer_list<std::string_view> says) const {
    io::write_zip(path("i.npz"), parts.entries(), Overwrite::yes);
    for (const std::string_view part : says)
      expect_refused([&] { io::read_index(path("i.npz"), points_); }, {"i.npz", part});
  }
};

TEST_F(IndexFaults, OfOtherPointsAreNamed) {
  const Parts good = made(IvfKnn{.nlist = 6});
  refuse(good.meta("/fingerprint", "00"), {"other points", "build it again"});
  refuse(good.meta("/n", 61), {"other points", "it has 61, these are 60"});
  Matrix moved = points_;
  moved.row(59)[3] += 1e-3f;
  for (const Matrix& others : {moved, data::normals(59, 4, 74), data::normals(60, 5, 74)})
    expect_refused([&] { io::read_index(path("good.npz"), others); },
                   {"other points", "it has 60"});
}

TEST_F(IndexFaults, OfMetaAreNamed) {
  const Parts good = made(IvfKnn{.nlist = 6, .nprobe = 2});
  refuse(good.without("meta"), {"no array 'meta'"});
  refuse(good.without_meta("kind"), {"i.npz:meta", "no index", "--save-index"});
  refuse(good.meta("/kind", "flat"), {"'kind' is 'flat'"});
  refuse(good.meta("/kind", 3), {"'kind'", "wrong type: '3'"});
  refuse(good.meta("/format", 2), {"'format' is 2", "reads 1"});
  refuse(good.without_meta("fingerprint"), {"'fingerprint' is missing"});
  refuse(good.meta("/seed", -1), {"'seed'", "wrong type: '-1'"});
  refuse(good.meta("/metric", "wasserstein"), {"i.npz:meta", "metric is 'wasserstein'"});
  refuse(good.meta("/metric", "hamming"), {"i.npz:meta", "cannot search by hamming"});
  refuse(good.meta("/metric", "manhattan"), {"ivf cannot search by manhattan"});
  refuse(good.meta("/zero_vectors", "near"), {"'zero_vectors' is 'near'"});
  refuse(good.meta("/norm", "l3"), {"'norm' is 'l3'"});
  refuse(good.meta("/norm", "linf"), {"'norm' is 'linf'", "euclidean"});
  refuse(good.without_meta("params"), {"'params' is missing"});
  refuse(good.meta("/params/nlist", 0), {"nlist is 0"});
  refuse(good.meta("/params/nlist", 7), {"'nlist' is 7", "6 centroids"});
  refuse(good.meta("/params/nprobe", 7), {"'nprobe' is 7", "6 centroids"});
  refuse(good.meta("/params/nprobe", std::int64_t{1} << 40), {"'nprobe' is 1099511627776"});
  refuse(good.meta("/params/target_recall", 1.5), {"target_recall is 1.5"});
  refuse(good.meta("/params/target_recall", nullptr), {"'target_recall'", "wrong type: 'null'"});
}

TEST_F(IndexFaults, OfRowsAreNamed) {
  const Parts good = made(IvfKnn{.nlist = 6});
  refuse(good.shaped<float>("mean", {3}), {"i.npz:mean", "3 rows", "4 to 5"});
  refuse(good.shaped<double>("mean", {4}), {"i.npz:mean", "float64 (4,)", "float32 (4,)"});
  refuse(good.value("mean", 2, kNan), {"i.npz:mean", "value 2 is nan"});
  refuse(good.shaped<float>("axes", {2, 4}), {"i.npz:axes", "(2, 4)", "(2, 16)"});
  refuse(good.shaped<float>("axes", {17, 16}), {"i.npz:axes", "17 rows"});
  refuse(good.shaped<float>("rows", {60, 15}), {"i.npz:rows", "(60, 15)", "(60, 16)"});
  refuse(good.shaped<float>("rows", {59, 16}), {"i.npz:rows", "(59, 16)", "(60, 16)"});
  refuse(good.value("rows", 959, HUGE_VALF), {"i.npz:rows", "value 959 is inf"});
  refuse(good.shaped<float>("squares", {0}), {"i.npz:squares", "(0,)", "(60,)"});
  refuse(good.value("squares", 7, -HUGE_VALF), {"i.npz:squares", "value 7 is -inf"});
  refuse(good.shaped<std::int64_t>("ids", {60}), {"i.npz:ids", "int64", "int32"});
  refuse(good.value("ids", 0, 60), {"i.npz:ids", "value 0 is 60", "[0, 60)"});
  refuse(good.value("ids", 59, -1), {"i.npz:ids", "value 59 is -1"});
  refuse(good.shaped<std::int32_t>("ids", {60}), {"i.npz:ids", "value 1 is 0", "exactly once"});
  const std::int64_t shape[] = {60};
  refuse(good.with({"squares.npy", io::npy_header(">f4", shape) + std::string(240, '\0'), {}}),
         {"i.npz:squares", "little-endian"});
}

TEST_F(IndexFaults, OfCellsAreNamed) {
  const Parts good = made(IvfKnn{.nlist = 30});
  using Long = std::int64_t;
  refuse(good.without("begin"), {"no array 'begin'"});
  refuse(good.shaped<float>("centroids", {0, 16}), {"i.npz:centroids", "0 rows"});
  refuse(good.shaped<float>("centroids", {61, 16}), {"i.npz:centroids", "61 rows"});
  refuse(good.shaped<float>("centroids", {30, 8}), {"i.npz:centroids", "(30, 8)", "(30, 16)"});
  refuse(good.value("centroids", 5, kNan), {"i.npz:centroids", "value 5 is nan"});
  refuse(good.shaped<float>("centroid_squares", {7}), {"centroid_squares", "(7,)", "(30,)"});
  refuse(good.shaped<Long>("begin", {30}), {"i.npz:begin", "(30,)", "(31,)"});
  refuse(good.value("begin", 0, Long{1}), {"i.npz:begin", "value 0 is 1", "from 0 to 60"});
  refuse(good.value("begin", 30, Long{59}), {"i.npz:begin", "value 30 is 59", "from 0 to 60"});
  refuse(good.value("begin", 29, Long{61}), {"i.npz:begin", "value 29 is 61"});
  refuse(good.value("begin", 9, Long{-1}), {"i.npz:begin", "value 9 is -1"});
}

TEST_F(IndexFaults, OfLinksAreNamed) {
  const Parts good = made(HnswKnn{.M = 2, .ef_construction = 20}, Metric::manhattan);
  refuse(good.meta("/metric", "cosine"), {"'norm' is 'l1'", "cosine"});
  refuse(good.meta("/params/M", 1), {"M is 1"});
  refuse(good.meta("/params/M", 3), {"i.npz:lowest", "(60, 4)", "(60, 6)"});
  refuse(good.meta("/params/ef_construction", 1), {"ef_construction is 1"});
  refuse(good.meta("/params/ef", 0), {"ef is 0"});
  refuse(good.without_meta("entry"), {"'entry' is missing"});
  refuse(good.meta("/entry", 60), {"'entry' is 60", "[0, 60)"});
  refuse(good.meta("/entry", -1), {"'entry'", "wrong type: '-1'"});
  refuse(good.shaped<float>("squares", {60}), {"i.npz:squares", "(60,)", "(0,)"});
  refuse(good.value("lowest", 239, -2), {"i.npz:lowest", "value 239 is -2"});
  refuse(good.value("lowest", 0, 60), {"i.npz:lowest", "value 0 is 60", "[0, 60)"});
  refuse(good.value("upper", 1, 60), {"i.npz:upper", "value 1 is 60"});
  refuse(good.value("upper", 0, -2), {"i.npz:upper", "value 0 is -2"});
  refuse(good.value("upper_begin", 0, 1), {"i.npz:upper_begin", "value 0 is 1"});
  refuse(good.value("upper_begin", 60, 1000), {"i.npz:upper_begin", "value 60 is 1000"});
  refuse(good.value("upper_begin", 30, 1000), {"i.npz:upper_begin", "value 30 is 1000"});
}

TEST_F(IndexFaults, OfDamagedFilesAreNamed) {
  made(IvfKnn{.nlist = 6});
  std::string bytes = content("good.npz");
  bytes[bytes.find("ids.npy") - 200] ^= 1;  // in the values before it, the squares
  make("flipped.npz", bytes);
  expect_refused([&] { io::read_index(path("flipped.npz"), points_); }, {"flipped.npz", "damaged"});
  make("cut.npz", bytes.substr(0, bytes.size() / 2));
  expect_refused([&] { io::read_index(path("cut.npz"), points_); }, {"cut.npz", "zip"});
  io::write_neighbors(path("graph.npz"), {1, 1, {0}, {0}, {}}, Overwrite::no);
  expect_refused([&] { io::read_index(path("graph.npz"), points_); }, {"graph.npz", "'meta'"});
}

}  // namespace
}  // namespace nearfold
