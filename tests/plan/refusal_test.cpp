// Runs that do not fit: what is said, and that what is offered would fit.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <string>

#include "nearfold/embed.hpp"
#include "nearfold/error.hpp"
#include "nearfold/plan.hpp"
#include "support/data.hpp"
#include "support/expect.hpp"

namespace nearfold {
namespace {

constexpr std::int64_t kGiga = 1'000'000'000;

TEST(RequireMemory, SaysWhatIsMissingAndWhatWouldFit) {
  const PlannedPoints points{.n = 1'000'000, .dim = 784};
  const Settings settings{.method = TsneParams{}};
  EXPECT_NO_THROW(require_memory(points, settings, {100 * kGiga, "free memory"}));
  try {
    require_memory(points, settings, {4 * kGiga, "free memory"});
    FAIL();
  } catch (const OutOfMemory& error) {
    const std::string says = error.what();
    for (const char* part : {"1000000 points of 784 columns", "stage knn",
                             "free memory allows 4 GB", "pca(points, 50)", " points ("})
      expect_contains(says, part);
    EXPECT_EQ(error.bytes_asked, plan(points, settings).host_bytes());
    EXPECT_EQ(error.bytes_free, 4 * kGiga);
  }
}

/// What stands before " (X GB)" in an offer, and X, of each.
std::map<std::string, std::string> offers_of(const PlannedPoints& points, const Settings& settings,
                                             std::int64_t limit) {
  std::string says = error_of<OutOfMemory>([&] {
    require_memory(points, settings, {limit, "the limit given"});
  });
  std::map<std::string, std::string> out;
  const std::string intro = "; what would fit: ";
  if (says.find(intro) == std::string::npos) return out;
  says = says.substr(says.find(intro) + intro.size()) + ", ";
  for (std::size_t end = 0; (end = says.find(" GB), ")) != std::string::npos;) {
    const std::size_t open = says.rfind('(', end);
    out[says.substr(0, open - 1)] = says.substr(open + 1, end + 3 - open - 1);
    says = says.substr(end + 6);
  }
  return out;
}

TEST(RequireMemory, OffersWhatIsPlannedToFit) {
  const PlannedPoints points{.n = 1'000'000, .dim = 784, .search_width = 112};
  const Settings settings{.method = TsneParams{.perplexity = 30}};
  const auto planned = [](const PlannedPoints& p, const Settings& s) {
    return bytes_text(plan(p, s).host_bytes());
  };
  const PlannedPoints fewer_columns{.n = 1'000'000, .dim = 50, .search_width = 50};
  const Settings fewer_neighbors{.method = TsneParams{.perplexity = 10}};
  const std::int64_t limit = plan(points, fewer_neighbors).host_bytes();  // just so much
  const auto offers = offers_of(points, settings, limit);
  ASSERT_EQ(offers.size(), 3u);
  EXPECT_EQ(offers.at("50 principal components (pca(points, 50))"),
            planned(fewer_columns, settings));
  EXPECT_EQ(offers.at("a perplexity of 10"), planned(points, fewer_neighbors));
  EXPECT_EQ(offers_of(points, settings, limit - 1).count("a perplexity of 10"), 0u);
}

TEST(RequireMemory, OffersTheMostPointsThatFitToTwoDigits) {
  const PlannedPoints points{.n = 1'000'000, .dim = 784, .search_width = 112};
  const auto bytes_of = [&](std::int64_t n) {
    PlannedPoints fewer = points;
    fewer.n = n;
    return plan(fewer, {}).host_bytes();
  };
  for (const double share : {0.047, 0.1, 0.131, 0.35, 0.77, 0.999}) {
    const auto limit = static_cast<std::int64_t>(share * static_cast<double>(bytes_of(points.n)));
    const auto offers = offers_of(points, {}, limit);
    const auto at = std::find_if(offers.begin(), offers.end(), [](const auto& offer) {
      return offer.first.ends_with(" points");
    });
    ASSERT_NE(at, offers.end()) << share;
    const std::int64_t n = std::stoll(at->first);
    const auto unit = static_cast<std::int64_t>(
        std::pow(10.0, std::floor(std::log10(static_cast<double>(n))) - 1));
    EXPECT_EQ(n % unit, 0) << n;
    EXPECT_LE(bytes_of(n), limit) << n;
    EXPECT_GT(bytes_of(n + unit), limit) << n;
    EXPECT_EQ(at->second, bytes_text(bytes_of(n)));
  }
}

TEST(RequireMemory, OffersNeitherWhatThereIsNorFewerThanAThousandPoints) {
  const Settings ten{.method = TsneParams{.perplexity = 10}};
  for (const std::int64_t dim : {50, 51}) {
    const PlannedPoints points{.n = 1'000'000, .dim = dim};
    const auto offers = offers_of(points, ten, plan(points, ten).host_bytes() - 1);
    EXPECT_EQ(offers.count("a perplexity of 10"), 0u);
    EXPECT_EQ(offers.count("50 principal components (pca(points, 50))"), dim == 51 ? 1u : 0u);
  }
  for (const std::int64_t n : {1000, 1010}) {
    PlannedPoints points{.n = n, .dim = 100'000};
    const std::int64_t limit = plan(points, {}).host_bytes() - 1;
    EXPECT_EQ(offers_of(points, {}, limit).count("1000 points"), n == 1000 ? 0u : 1u);
  }
}

TEST(RequireMemory, TakesWhatFitsToTheByte) {
  const PlannedPoints points{.n = 100'000, .dim = 20};
  const std::int64_t bytes = plan(points, {}).host_bytes();
  EXPECT_NO_THROW(require_memory(points, {}, {bytes, "the limit given"}));
  EXPECT_THROW(require_memory(points, {}, {bytes - 1, "the limit given"}), OutOfMemory);
}

TEST(RequireMemory, OffersNothingThatDoesNotFit) {
  const std::string says = error_of<OutOfMemory>([] {
    require_memory({.n = 1'000'000, .dim = 784}, {}, {10'000'000, "the limit given"});
  });
  EXPECT_EQ(says.find("what would fit"), std::string::npos) << says;
}

TEST(Embed, RefusesARunThatDoesNotFit) {
  const Matrix x = data::blobs(3000, 20, 1);
  Settings settings;
  settings.memory_limit = 1'000'000;
  expect_contains(error_of<OutOfMemory>([&] { embed(x, settings); }), "the limit given allows");
  settings.memory_limit = 100'000'000;
  EXPECT_NO_THROW(embed(x, settings));
}

}  // namespace
}  // namespace nearfold
