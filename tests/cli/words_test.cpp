// Words that are meant: other spellings, and the nearest of those that are known.
#include "cli/words.hpp"

#include <gtest/gtest.h>

namespace nearfold {
namespace {

const std::vector<std::string> kKnown = {"umap", "tsne", "inner_product", "--n-neighbors",
                                         "--max-iter"};

TEST(Words, AreTakenInAnyCaseAndHyphenation) {
  EXPECT_EQ(cli::meant("UMAP", kKnown), "umap");
  EXPECT_EQ(cli::meant("t-SNE", kKnown), "tsne");
  EXPECT_EQ(cli::meant("Inner Product", kKnown), "inner_product");
  EXPECT_EQ(cli::meant("umapp", kKnown), std::nullopt);
  EXPECT_EQ(cli::meant("", kKnown), std::nullopt);
}

TEST(Words, ThatAreNearAreOffered) {
  const auto offered = [](const std::string& word) { return cli::did_you_mean(word, kKnown); };
  EXPECT_EQ(offered("umpa"), "; did you mean 'umap'?");   // two letters exchanged
  EXPECT_EQ(offered("umaap"), "; did you mean 'umap'?");  // one too many
  EXPECT_EQ(offered("tsn"), "; did you mean 'tsne'?");    // the beginning
  EXPECT_EQ(offered("--neighbors"), "; did you mean '--n-neighbors'?");
  EXPECT_EQ(offered("--iter"), "; did you mean '--max-iter'?");  // a part
  EXPECT_EQ(offered("isomap-like"), "");
  EXPECT_EQ(offered(""), "");
  EXPECT_EQ(offered(std::string(100'000, 'u')), "");
}

}  // namespace
}  // namespace nearfold
