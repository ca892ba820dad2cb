// Models on disk: read back they place rows as before, and what is wrong with a file is said.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "io/formats.hpp"
#include "io/io.hpp"
#include "io/meta_json.hpp"
#include "io/zip.hpp"
#include "nearfold/nearfold.hpp"
#include "support/data.hpp"
#include "support/io_files.hpp"

namespace nearfold {
namespace {

using io::Overwrite;

const Matrix& rows() {
  static const Matrix x = data::blobs(80, 5, 1);
  return x;
}
const Matrix& new_rows() {
  static const Matrix x = data::blobs(9, 5, 2);
  return x;
}

Model small_model(const Method& method, const KnnParams& knn = FlatKnn{}) {
  return fit(rows(), {.knn = knn, .method = method, .seed = 7}).model;
}
Model umap() {
  return small_model(UmapParams{.n_neighbors = 6, .n_epochs = 20});
}

class ModelFiles : public io::FolderTest {
 protected:
  /// A model's file with an entry of other bytes, or another JSON text.
  std::string changed(const std::string& entry, const std::string& from, const std::string& to) {
    io::write_model(path("m.nfm"), umap(), Overwrite::yes);
    const io::Archive archive(io::ByteSource::file(path("m.nfm")));
    std::vector<std::string> contents;
    std::vector<io::ZipEntry> entries;
    for (const std::string& name : archive.names()) {
      io::ByteSource source = archive.entry(name);
      std::string bytes(static_cast<std::size_t>(source.size()), 0);
      source.read(std::as_writable_bytes(std::span(bytes)));
      if (name == entry) {
        const std::size_t at = bytes.find(from);
        EXPECT_NE(at, std::string::npos) << from;
        bytes.replace(at, from.size(), to);
      }
      contents.push_back(std::move(bytes));
    }
    for (std::size_t i = 0; i < contents.size(); ++i)
      entries.push_back({archive.names()[i] + ".npy", contents[i], {}});
    io::write_zip(path("c.nfm"), entries, Overwrite::yes);
    return path("c.nfm");
  }
};

TEST_F(ModelFiles, PlaceRowsAsTheModelsThatWereWritten) {
  for (const Model& model :
       {umap(), small_model(TsneParams{.perplexity = 5, .max_iter = 50, .learning_rate = 20}),
        small_model(UmapParams{.n_neighbors = 5, .n_epochs = 10}, IvfKnn{.nlist = 4}),
        small_model(UmapParams{.n_neighbors = 5, .n_epochs = 10}, HnswKnn{.M = 4}),
        small_model(UmapParams{.n_neighbors = 5, .n_epochs = 10}, AutoKnn{})}) {
    Model written = model;
    written.preparation = {.offsets = {1, 2, 3, 4, 5},
                           .means = {5, 4, 3, 2, 1},
                           .centers = {0, 1, 0, 1, 0},
                           .spreads = {1, 2, 3, 4, 5}};
    io::write_model(path("m.nfm"), written, Overwrite::yes);
    const Model read = io::read_model(path("m.nfm"));
    EXPECT_EQ(transform(read, new_rows()).map.values(), transform(model, new_rows()).map.values());
    EXPECT_EQ(read.map.values(), model.map.values());
    EXPECT_EQ(read.graph.neighbors, model.graph.neighbors);
    EXPECT_EQ(read.settings.method.index(), model.settings.method.index());
    EXPECT_EQ(read.settings.knn.index(), model.settings.knn.index());
    EXPECT_EQ(read.preparation.offsets, written.preparation.offsets);
    EXPECT_EQ(read.preparation.means, written.preparation.means);
    EXPECT_EQ(read.preparation.spreads, written.preparation.spreads);
    const std::string first = content("m.nfm");
    io::write_model(path("m.nfm"), read, Overwrite::yes);
    EXPECT_EQ(content("m.nfm"), first);
  }
}

TEST_F(ModelFiles, KeepTheAxes) {
  Model model = umap();
  const Matrix raw = data::normals(30, 12, 1);
  model.preparation.pca = pca_axes(raw, 5);
  io::write_model(path("m.nfm"), model, Overwrite::yes);
  const Preparation read = io::read_model(path("m.nfm")).preparation;
  EXPECT_EQ(prepare(read, raw).values(), prepare(model.preparation, raw).values());
}

TEST_F(ModelFiles, ThatCannotBeAreRefusedByName) {
  using Says = std::vector<std::string_view>;
  for (const auto& [entry, from, to, says] :
       std::vector<std::tuple<std::string, std::string, std::string, Says>>{
           {"meta", "\"format\": 1", "\"format\": 9", {"'format' is 9", "reads 1 and 2"}},
           {"meta", "\"kind\": \"model\"", "\"kind\": \"modem\"", {"no model", "--save-model"}},
           {"meta", "\"method\": \"umap\"", "\"method\": \"umop\"", {"'method'", "umop"}},
           {"meta", "\"metric\": \"euclidean\"", "\"metric\": \"euclideam\"", {"euclideam"}},
           {"meta", "\"n_neighbors\": 6", "\"n_neighbors\": 9", {"5 neighbours per point"}},
           {"meta", "\"n_neighbors\": 6", "\"n_neighbors\": 1", {"n_neighbors is 1"}},
           {"meta", "\"min_dist\": 0.1", "\"min_dist\": 9.1", {"min_dist is 9.1"}},
           {"meta", "\"n_components\": 2", "\"n_components\": 3", {"map has 2 columns"}},
           {"map", "(80, 2)", "(40, 4)", {"points", "80"}},
           {"graph/indices", "(80, 5)", "(50, 8)", {"indices", "(80, 8)"}}}) {
    SCOPED_TRACE(to);
    const std::string file = changed(entry, from, to);
    for (const std::string_view part : says)
      io::expect_refused([&] { io::read_model(file); }, {part});
  }
}

TEST_F(ModelFiles, ThatAreCutAreErrors) {
  io::write_model(path("m.nfm"), umap(), Overwrite::yes);
  const std::string whole = content("m.nfm");
  for (std::size_t i = 0; i < 50; ++i) {
    make("cut.nfm", whole.substr(0, i * whole.size() / 50));
    EXPECT_THROW(io::read_model(path("cut.nfm")), InvalidInput) << i;
  }
}

// A model of the first format is read for ever, and places rows where it did.
TEST_F(ModelFiles, OfTheFirstFormatAreRead) {
  const std::string folder = NEARFOLD_GOLDEN;
  const Model model = io::read_model(folder + "/model_1.nfm");
  const Matrix rows = io::read_matrix(folder + "/model_1_rows.npy");
  EXPECT_EQ(transform(model, prepare(model.preparation, rows)).map.values(),
            io::read_matrix(folder + "/model_1_map.npy").values());
}

}  // namespace
}  // namespace nearfold
