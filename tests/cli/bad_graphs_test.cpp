// Graphs and indexes that are not what they should be, or not of these points.
#include <gtest/gtest.h>

#include "support/bad_inputs.hpp"

namespace nearfold {
namespace {

using io::dictionary;
using io::npy;
using io::raw;
using BadGraphs = BadInput;
using Ids = std::initializer_list<std::int64_t>;
using Floats = std::initializer_list<float>;

class BadGraphFiles : public BadInput {
 protected:
  void save(const std::vector<io::ZipEntry>& entries) const {
    io::write_zip(path("g.npz"), entries, io::Overwrite::yes);
  }
  void refused(const Says& says) const {
    expect_refused("embed --knn " + path("g.npz") +
                       " --method umap --n-neighbors 2 --n-epochs 5 -o " + path("y.npy"),
                   kBadInput, says);
  }

  /// Five points with two neighbours each.
  void table_refused(Ids ids, Floats distances, const Says& says) const {
    save({{"indices.npy", npy(dictionary("<i8", "(5, 2)"), raw(ids)), {}},
          {"distances.npy", npy(dictionary("<f4", "(5, 2)"), raw(distances)), {}}});
    refused(says);
  }

  /// The sparse matrix of three points with one neighbour each.
  void csr_refused(Ids starts, Ids ids, Floats distances, const Says& says) const {
    const auto length = [](std::size_t size) { return "(" + std::to_string(size) + ",)"; };
    save({{"format.npy", npy(dictionary("|S3", "()"), "csr"), {}},
          {"shape.npy", npy(dictionary("<i8", "(2,)"), raw<std::int64_t>({3, 3})), {}},
          {"indptr.npy", npy(dictionary("<i8", length(starts.size())), raw(starts)), {}},
          {"indices.npy", npy(dictionary("<i8", length(ids.size())), raw(ids)), {}},
          {"data.npy", npy(dictionary("<f4", length(distances.size())), raw(distances)), {}}});
    refused(says);
  }
};

TEST_F(BadGraphFiles, CsrThatIsNotAGraphIsRefused) {  // 22
  csr_refused({0, 2, 1, 3}, {1, 0, 1}, {1, 1, 1}, {"indptr goes from 2 to 1 in row 1"});
  csr_refused({0, 1, 2, 9}, {1, 0, 1}, {1, 1, 1}, {"indptr ends with 9", "3 entries"});
  csr_refused({0, 2, 4, 6}, {1, 2, 0, 7, 0, 1}, {1, 2, 1, 2, 1, 2},
              {"row 1, column 1: id 7 is outside [0, 3)"});
  csr_refused({0, 2, 4, 6}, {1, 2, 0, 2, 0, 1}, {2, 1, 1, 2, 1, 2},
              {"row 0, column 1: distance 1 after 2", "sort_graph_by_row_values"});
  csr_refused({0, 2, 4, 6}, {1, 2, 0, 2, 0, 1}, {-1, 1, std::nanf(""), 2, 1, 2},
              {"row 0, column 0: distance -1", "row 1, column 0: distance nan"});
}

TEST_F(BadGraphFiles, TheFirstFiveFaultsAreListed) {  // 22
  table_refused({9, 2, 9, 2, 9, 1, 9, 2, 9, 1}, {-1, 2, 1, 2, 1, 2, 1, 2, 1, 2},
                {"row 0, column 0: id 9", "row 4, column 0: id 9 is outside [0, 5)"});
  table_refused({9, 9, 9, 2, 9, 1, 9, 2, 9, 1}, {1, 2, 1, 2, 1, 2, 1, 2, 1, 2}, {"; and 1 more"});
}

TEST_F(BadGraphFiles, MissingAndRepeatedNeighboursAreRefused) {  // 23
  table_refused({1, 2, -1, 2, 0, 1, -1, -1, 0, 1}, {1, 2, 1, 2, 1, 2, 1, 2, 1, 2},
                {"row 1, column 0: id -1, a missing neighbour",
                 "rows with missing neighbours, 2 in all", "search wider, or exactly"});
  table_refused({1, 1, 0, 2, 0, 1, 0, 1, 0, 1}, {1, 2, 1, 2, 1, 2, 1, 2, 1, 2},
                {"row 0, column 1: id 1 again"});
}

TEST_F(BadGraphs, WithTooFewNeighboursSayHowManyAreNeeded) {  // 23
  run("knn " + path("x.npy") + " -k 5 -q -o " + path("g.npz"));
  expect_refused("embed --knn " + path("g.npz") + " --method tsne -o " + path("y.npy"), kBadInput,
                 {"5 neighbours per point and 90 are needed", "k >= 90"});
}

TEST_F(BadGraphs, OfOtherPointsAreRefused) {  // 25
  run("generate blobs -n 300 --dim 5 --seed 1 -o " + path("other.npy"));
  run("knn " + path("other.npy") + " -k 20 -q -o " + path("g.npz"));
  expect_refused(map_of("x.npy", "--knn " + path("g.npz")), kBadInput,
                 {"made from other points", "make it again"});
  std::string flipped = bytes("g.npz");
  flipped[flipped.size() / 2] ^= 1;
  write("g.npz", flipped);
  expect_refused(map_of("x.npy", "--knn " + path("g.npz")), kBadInput, {"CRC"});
}

TEST_F(BadGraphs, IndexesOfOtherPointsOrFromElsewhereAreRefused) {  // 25, 26
  run("generate blobs -n 300 --dim 5 --seed 1 -o " + path("other.npy"));
  run("knn " + path("other.npy") + " --index ivf -q --save-index " + path("i.npz"));
  const std::string ask = "knn " + path("x.npy") + " -k 4 --query " + path("x.npy") + " -o " +
                          path("n.npz") + " --load-index ";
  expect_refused(ask + path("i.npz"), kBadInput, {"other points"});
  write("faiss.index", "IxFI" + std::string(60, '\0'));
  expect_refused(ask + path("faiss.index"), kBadInput, {"not a readable zip archive"});
  std::string flipped = bytes("i.npz");
  flipped[flipped.size() / 2] ^= 1;
  write("i.npz", flipped);
  expect_refused("knn " + path("other.npy") + " -k 4 --query " + path("x.npy") + " -o " +
                     path("n.npz") + " --load-index " + path("i.npz"),
                 kBadInput, {"CRC"});
}

TEST_F(BadGraphs, OfAnotherMetricThanTheOneAskedForAreAConflict) {  // 45
  run("knn " + path("x.npy") + " -k 20 --metric cosine -q -o " + path("g.npz"));
  expect_refused(map_of("x.npy", "--metric l1 --knn " + path("g.npz")), kUsage,
                 {"--metric is l1", "was made by cosine", "leave --metric out"});
  expect_map(map_of("x.npy", "--metric cosine --knn " + path("g.npz")));
  expect_map(map_of("x.npy", "--knn " + path("g.npz")));
}

}  // namespace
}  // namespace nearfold
