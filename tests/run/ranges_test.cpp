// The range of every parameter: both of its ends are taken, and what is just beyond is refused, by
// its name and value. How many neighbours and iterations a method takes of a number of points.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <optional>
#include <sstream>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "method.hpp"
#include "nearfold/error.hpp"
#include "nearfold/params.hpp"
#include "stages.hpp"
#include "support/expect.hpp"

namespace nearfold {
namespace {

const double kLeastAboveZero = std::numeric_limits<double>::denorm_min();
const double kMost = std::numeric_limits<double>::max();

double above(double x) {
  return std::nextafter(x, HUGE_VAL);
}
double below(double x) {
  return std::nextafter(x, -HUGE_VAL);
}

/// Settings with one value set.
template <class Set>
Settings with(const Set& set, double value) {
  Settings settings;
  set(settings, value);
  return settings;
}

template <class Set>
void expect_range(const std::string& name, const Set& set, const std::vector<double>& taken,
                  const std::vector<double>& refused) {
  for (const double value : taken)
    EXPECT_NO_THROW(validate(with(set, value))) << name << ' ' << value;
  for (const double value : refused) {
    std::ostringstream says;
    says << name << " is " << value;
    expect_contains(error_of<InvalidParameter>([&] { validate(with(set, value)); }), says.str());
  }
}

/// Of a parameter of `Params`, whose other ones are `others`.
template <class Params, class Value>
void expect_method_range(const std::string& name, Value Params::*member,
                         const std::vector<double>& taken, const std::vector<double>& refused,
                         const Params& others = {}) {
  const auto set = [&](Settings& settings, double value) {
    Params params = others;
    if constexpr (std::is_same_v<Value, int> || std::is_same_v<Value, std::optional<int>>)
      params.*member = static_cast<int>(value);
    else
      params.*member = value;
    if constexpr (std::is_constructible_v<Method, Params>)
      settings.method = params;
    else
      settings.knn = params;
  };
  expect_range(name, set, taken, refused);
}

TEST(Ranges, OfTsne) {
  using P = TsneParams;
  const double nan = std::nan("");
  expect_method_range("perplexity", &P::perplexity, {above(1), 1e6}, {1, 1e6 + 1, nan});
  expect_method_range("early_exaggeration", &P::early_exaggeration, {1, 1e6},
                      {below(1), 1e6 + 1, nan});
  expect_method_range("early_exaggeration_iter", &P::early_exaggeration_iter, {0}, {-1});
  expect_method_range("exaggeration", &P::exaggeration, {1, 1e6}, {below(1), 1e6 + 1, nan});
  expect_method_range("max_iter", &P::max_iter, {1}, {0});
  expect_method_range("learning_rate", &P::learning_rate, {kLeastAboveZero, kMost},
                      {0, HUGE_VAL, nan});
  for (const auto& [name, member] : {std::pair{"initial_momentum", &P::initial_momentum},
                                     std::pair{"final_momentum", &P::final_momentum}})
    expect_method_range(name, member, {0, below(1)}, {-kLeastAboveZero, 1, nan});
  expect_method_range("max_step_norm", &P::max_step_norm, {kLeastAboveZero, HUGE_VAL}, {0, nan});
}

TEST(Ranges, OfUmap) {
  using P = UmapParams;
  const double nan = std::nan("");
  expect_method_range("n_neighbors", &P::n_neighbors, {2}, {1});
  expect_method_range("spread", &P::spread, {0.1, kMost}, {0, HUGE_VAL, nan});
  expect_method_range("min_dist", &P::min_dist, {0, 1}, {-kLeastAboveZero, above(1), nan});
  expect_method_range("min_dist", &P::min_dist, {2.5}, {above(2.5)}, {.spread = 2.5});
  expect_method_range("a", &P::a, {kLeastAboveZero, kMost}, {0, HUGE_VAL, nan}, {.b = 1});
  expect_method_range("b", &P::b, {kLeastAboveZero, 100}, {0, 100.001, nan}, {.a = 1});
  expect_method_range("set_op_mix_ratio", &P::set_op_mix_ratio, {0, 1},
                      {-kLeastAboveZero, above(1), nan});
  for (const auto& [name, member] : {std::pair{"local_connectivity", &P::local_connectivity},
                                     std::pair{"repulsion_strength", &P::repulsion_strength}})
    expect_method_range(name, member, {0, kMost}, {-kLeastAboveZero, HUGE_VAL, nan});
  expect_method_range("negative_sample_rate", &P::negative_sample_rate, {0, 1000},
                      {-kLeastAboveZero, 1000.01, nan});
  expect_method_range("n_epochs", &P::n_epochs, {1, 1e6}, {0});
  EXPECT_THROW(validate({.method = UmapParams{.n_epochs = 1'000'001}}), InvalidParameter);
  expect_method_range("learning_rate", &P::learning_rate, {kLeastAboveZero, kMost},
                      {0, HUGE_VAL, nan});
  for (const UmapParams& half : {UmapParams{.a = 1}, UmapParams{.b = 1}})
    EXPECT_THROW(validate({.method = half}), InvalidParameter);
}

TEST(Ranges, OfSearches) {
  const double nan = std::nan("");
  expect_method_range("nlist", &IvfKnn::nlist, {1}, {0});
  expect_method_range("nprobe", &IvfKnn::nprobe, {1}, {0});
  expect_method_range("M", &HnswKnn::M, {2, 256}, {1, 257}, {.ef_construction = 10'000});
  expect_method_range("ef_construction", &HnswKnn::ef_construction, {16, 10'000}, {15, 10'001});
  expect_method_range("ef", &HnswKnn::ef, {1}, {0});
  expect_method_range("n_iters", &NnDescentKnn::n_iters, {1}, {0});
  expect_method_range("max_candidates", &NnDescentKnn::max_candidates, {2, 1000}, {1, 1001});
  const std::vector<double> taken{kLeastAboveZero, 1}, refused{0, above(1), nan};
  expect_method_range("target_recall", &IvfKnn::target_recall, taken, refused);
  expect_method_range("target_recall", &HnswKnn::target_recall, taken, refused);
  expect_method_range("target_recall", &NnDescentKnn::target_recall, taken, refused);
  expect_method_range("target_recall", &AutoKnn::target_recall, taken, refused);
}

TEST(Ranges, OfFaissIsAGpu) {
  expect_contains(error_of<Unsupported>([] { validate({.knn = IvfKnn{.faiss = true}}); }),
                  "ivf by FAISS is there on a GPU alone");
  EXPECT_NO_THROW(validate({.knn = IvfKnn{.faiss = true}, .device = Cuda{}}));
}

TEST(Ranges, OfARun) {
  const auto threads = [](Settings& s, double value) { s.device = Cpu{static_cast<int>(value)}; };
  expect_range("threads", threads, {0, 1024}, {-1, 1025});
  const auto device = [](Settings& s, double value) { s.device = Cuda{static_cast<int>(value)}; };
  expect_range("device", device, {0}, {-1});
  const auto dims = [](Settings& s, double value) { s.dims = static_cast<int>(value); };
  expect_range("n_components", dims, {1, 100}, {0, 101});
  const auto of_tsne = [](Settings& s, double value) {
    s.method = TsneParams{};
    s.dims = static_cast<int>(value);
  };
  expect_range("n_components", of_tsne, {1, 10}, {0, 11});
}

TEST(Counts, OfNeighborsAreThoseThatAMethodTakes) {
  EXPECT_EQ(neighbors_needed(UmapParams{.n_neighbors = 15}, 15), 14);
  EXPECT_THROW(neighbors_needed(UmapParams{.n_neighbors = 15}, 14), InvalidInput);
  expect_contains(
      error_of<InvalidInput>([] { neighbors_needed(UmapParams{.n_neighbors = 15}, 14); }),
      "n_neighbors is 15 for 14 points, and counts the point itself; use at most 14");
  EXPECT_EQ(neighbors_needed(TsneParams{.perplexity = 30}, 91), 90);
  EXPECT_EQ(neighbors_needed(TsneParams{.perplexity = 30.5}, 92), 91);  // 91.5
  EXPECT_EQ(neighbors_needed(TsneParams{.perplexity = 1.335}, 5), 4);
  for (const std::int64_t n : {4, 5, 50, 90}) {
    const auto says =
        error_of<InvalidInput>([&] { neighbors_needed(TsneParams{.perplexity = 30}, n); });
    expect_contains(says, "perplexity 30 takes 90 neighbours");
    expect_contains(says, std::to_string(n) + " points have " + std::to_string(n - 1) + " others");
    // What is offered is taken, and not much more would be.
    const double offered = std::stod(says.substr(says.rfind(' ')));
    EXPECT_NO_THROW(neighbors_needed(TsneParams{.perplexity = offered}, n)) << says;
    EXPECT_THROW(neighbors_needed(TsneParams{.perplexity = offered + 0.35}, n), InvalidInput)
        << says;
  }
}

TEST(Counts, OfIterationsAreUmapLearnsAndOpenTsnes) {
  EXPECT_EQ(iterations_of(UmapParams{}, 10'000), 500);
  EXPECT_EQ(iterations_of(UmapParams{}, 10'001), 200);
  EXPECT_EQ(iterations_of(UmapParams{.n_epochs = 7}, 10'001), 7);
  EXPECT_EQ(iterations_of(TsneParams{}, 10'001), 750);
  EXPECT_EQ(iterations_of(TsneParams{.max_iter = 9}, 4), 9);
}

TEST(Counts, InitsAreUmapLearnsAndOpenTsnes) {
  EXPECT_TRUE(std::holds_alternative<PcaInit>(default_init(TsneParams{}, true)));
  EXPECT_TRUE(std::holds_alternative<SpectralInit>(default_init(TsneParams{}, false)));
  for (const bool points : {true, false})
    EXPECT_TRUE(std::holds_alternative<SpectralInit>(default_init(UmapParams{}, points)));
}

TEST(Counts, OfEarlyIterationsAreOfTsneAlone) {
  EXPECT_TRUE(has_early_phase(TsneParams{}));
  EXPECT_FALSE(has_early_phase(UmapParams{}));
}

// Edges are made once for runs that differ in nothing that edges are made of.
TEST(Counts, EdgesAreSharedWhereTheyAreTheSame) {
  const UmapParams umap{};
  EXPECT_TRUE(share_edges(umap, UmapParams{.min_dist = 0.7, .negative_sample_rate = 2}));
  for (const UmapParams& other :
       {UmapParams{.n_neighbors = 16}, UmapParams{.set_op_mix_ratio = 0.5},
        UmapParams{.local_connectivity = 2}}) {
    EXPECT_FALSE(share_edges(umap, other));
    EXPECT_FALSE(share_edges(other, umap));
  }
  EXPECT_TRUE(share_edges(TsneParams{}, TsneParams{.exaggeration = 2, .max_iter = 9}));
  EXPECT_FALSE(share_edges(TsneParams{}, TsneParams{.perplexity = 31}));
}

}  // namespace
}  // namespace nearfold
