// What a Progress is told by every function that takes one, and that saying stop stops it.
#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "nearfold/nearfold.hpp"
#include "support/data.hpp"

namespace nearfold {
namespace {

constexpr std::int64_t kN = 3000;
constexpr int kK = 30;
const Cpu kOn{2};

const Matrix& points() {
  static const Matrix x = data::blobs(kN, 40, 5);
  return x;
}

/// Collects what it is told, and checks the rules of ProgressInfo.
class Listener {
 public:
  Progress progress() {
    return [this](const ProgressInfo& at) {
      EXPECT_GE(at.done, 0);
      EXPECT_LE(at.done, at.total) << name(at.stage);
      EXPECT_GE(at.total, 1);
      if (!told_.empty() && told_.back().stage == at.stage) {
        EXPECT_GE(at.done, told_.back().done) << name(at.stage);
      }
      told_.push_back(at);
      return true;
    };
  }
  const std::vector<ProgressInfo>& told() const { return told_; }
  /// Every stage that began came to its end.
  void expect_ends() const {
    std::map<Stage, ProgressInfo> last;
    for (const ProgressInfo& at : told_) last[at.stage] = at;
    for (const auto& [stage, at] : last) EXPECT_EQ(at.done, at.total) << name(stage);
  }
  bool has(Stage stage) const {
    for (const ProgressInfo& at : told_)
      if (at.stage == stage) return true;
    return false;
  }

 private:
  std::vector<ProgressInfo> told_;
};

const std::vector<KnnParams>& methods() {
  static const std::vector<KnnParams> all{FlatKnn{}, IvfKnn{}, HnswKnn{}, NnDescentKnn{},
                                          AutoKnn{}};
  return all;
}

TEST(Progress, OfASearchGoesFromNoneToAllAndChangesNothing) {
  for (const KnnParams& method : methods()) {
    Listener listener;
    const KnnGraph told = find_neighbors(points(), kK, method, kOn, 1, {}, listener.progress());
    const KnnGraph silent = find_neighbors(points(), kK, method, kOn, 1);
    EXPECT_EQ(told.neighbors, silent.neighbors) << method.index();
    EXPECT_EQ(told.distances, silent.distances) << method.index();
    ASSERT_GE(listener.told().size(), 2u);
    EXPECT_EQ(listener.told().front().done, 0);
    EXPECT_EQ(listener.told().front().total, kN);
    EXPECT_EQ(listener.told().front().stage, Stage::knn);
    listener.expect_ends();
  }
}

TEST(Progress, OfAnIndexAndItsQueries) {
  const Matrix queries = data::blobs(200, 40, 6);
  for (const KnnParams& method : {KnnParams{IvfKnn{}}, KnnParams{HnswKnn{}}}) {
    Listener build, through, at_once;
    const KnnIndex index = build_index(points(), method, kOn, 1, {}, build.progress());
    build.expect_ends();
    const QueryResult a = find_neighbors(queries, points(), 5, index, kOn, through.progress());
    through.expect_ends();
    EXPECT_EQ(through.told().front().total, 200);
    const QueryResult b =
        find_neighbors(queries, points(), 5, method, kOn, 1, {}, at_once.progress());
    at_once.expect_ends();
    EXPECT_EQ(a.neighbors, b.neighbors);
  }
}

TEST(Progress, OfScores) {
  const Matrix map = data::layout(kN, 2, 7, 10.0f);
  Listener scores, agreement;
  const QualityReport told = evaluate(points(), map, {}, {.device = kOn}, scores.progress());
  const QualityReport silent = evaluate(points(), map, {}, {.device = kOn});
  for (std::size_t s = 0; s < told.scores.size(); ++s)
    EXPECT_EQ(told.scores[s].value, silent.scores[s].value);
  EXPECT_EQ(scores.told().front().stage, Stage::evaluate);
  scores.expect_ends();
  compare_layouts(map, map, 10, {.device = kOn}, agreement.progress());
  agreement.expect_ends();
}

TEST(Progress, OfARunNamesEveryStageInOrder) {
  for (const Method& method :
       {Method{UmapParams{.n_epochs = 30}}, Method{TsneParams{.perplexity = 10, .max_iter = 30}}}) {
    Listener listener;
    const Settings settings{.method = method, .device = kOn};
    const Result told = embed(points(), settings, listener.progress());
    EXPECT_EQ(told.layout.values(), embed(points(), settings).layout.values());
    std::vector<Stage> order;
    for (const ProgressInfo& at : listener.told())
      if (order.empty() || order.back() != at.stage) order.push_back(at.stage);
    EXPECT_EQ(order, (std::vector<Stage>{Stage::check, Stage::knn, Stage::reorder, Stage::weights,
                                         Stage::init, Stage::optimize}));
    listener.expect_ends();
  }
}

TEST(Progress, OfAComparisonIsThatOfEveryMethod) {
  Listener listener;
  const std::vector<KnnParams> ivf{IvfKnn{}};
  const Settings settings{.method = UmapParams{.n_epochs = 20}, .device = kOn};
  const auto compared = compare_graphs(
      points(), {}, 14, ivf, settings, {}, [](const Compared&) {}, listener.progress());
  ASSERT_EQ(compared.size(), 2u);
  EXPECT_TRUE(listener.has(Stage::evaluate));
  listener.expect_ends();
}

TEST(Cancelled, IsWhatFunctionsThrowThatHaveNothingToShow) {
  const Progress stop = [](const ProgressInfo&) { return false; };
  const Matrix map = data::layout(kN, 2, 7, 10.0f);
  for (const KnnParams& method : methods())
    EXPECT_THROW(find_neighbors(points(), kK, method, kOn, 1, {}, stop), Cancelled);
  EXPECT_THROW(build_index(points(), HnswKnn{}, kOn, 1, {}, stop), Cancelled);
  EXPECT_THROW(find_neighbors(points(), points(), 3, FlatKnn{}, kOn, 1, {}, stop), Cancelled);
  EXPECT_THROW(evaluate(points(), map, {}, {.device = kOn}, stop), Cancelled);
  EXPECT_THROW(compare_layouts(map, map, 3, {.device = kOn}, stop), Cancelled);
}

/// From the call of Progress that said stop until the function has ended.
class Stopping {
 public:
  Progress after(std::int64_t done) {
    return [this, done](const ProgressInfo& at) {
      if (at.done < done) return true;
      said_ = std::chrono::steady_clock::now();
      return false;
    };
  }
  double seconds() const {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - said_).count();
  }

 private:
  std::chrono::steady_clock::time_point said_ = std::chrono::steady_clock::now();
};

TEST(Cancelled, EndsASearchAtAnyPlaceWithinTwoSeconds) {
  const Matrix x = data::normals(8000, 60, 9);
  for (const KnnParams& method : methods())
    for (const std::int64_t done : {1, 2000, 4000, 7000}) {
      Stopping stopping;
      EXPECT_THROW(find_neighbors(x, kK, method, kOn, 1, {}, stopping.after(done)), Cancelled)
          << method.index() << ' ' << done;
      EXPECT_LT(stopping.seconds(), 2) << method.index() << ' ' << done;
    }
}

TEST(Cancelled, LetsTheCallersExceptionThrough) {
  const Progress thrower = [](const ProgressInfo&) -> bool { throw std::string("enough"); };
  EXPECT_THROW(find_neighbors(points(), kK, FlatKnn{}, kOn, 1, {}, thrower), std::string);
}

}  // namespace
}  // namespace nearfold
