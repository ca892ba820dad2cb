// Maps of points of narrow types: those of the same values as float32, byte for byte, by every
// method; their plans; where they are refused.
#include <gtest/gtest.h>

#include <string>

#include "nearfold/embed.hpp"
#include "nearfold/error.hpp"
#include "nearfold/plan.hpp"
#include "support/expect.hpp"
#include "support/stored_data.hpp"

namespace nearfold {
namespace {

TEST(StoredMaps, AreThoseOfTheSameFloats) {
  UmapParams umap;
  umap.n_epochs = 30;
  TsneParams tsne;
  tsne.max_iter = 30;
  tsne.early_exaggeration_iter = 10;
  PacmapParams pacmap;
  pacmap.num_iters = {10, 10, 10};
  for (const ValueType type : data::kNarrowTypes) {
    const data::Stored points = data::stored_of(data::blobs(400, 24, 3, 5, 6.0f), type);
    for (const Method& method : {Method{umap}, Method{tsne}, Method{pacmap}})
      for (const Init& init : {Init{PcaInit{}}, Init{RandomInit{}}}) {
        const Settings how{.method = method, .init = init, .device = Cpu{2}};
        const Result narrow = embed(points.view(), how), floats = embed(points.floats, how);
        EXPECT_EQ(narrow.layout.values(), floats.layout.values()) << name(type);
        EXPECT_EQ(narrow.info.warnings, floats.info.warnings);
        EXPECT_EQ(narrow.info.dtype, name(type));
        EXPECT_EQ(floats.info.dtype, "");
      }
  }
}

TEST(StoredMaps, AGraphIsCheckedAgainstThem) {
  const data::Stored points = data::stored_of(data::blobs(400, 24, 3, 5, 6.0f), ValueType::uint8);
  UmapParams umap;
  umap.n_epochs = 30;
  const Settings how{.method = umap, .device = Cpu{2}};
  const KnnGraph graph = find_neighbors(points.view(), 14, FlatKnn{}, Cpu{2}, how.seed);
  EXPECT_EQ(embed(graph, points.view(), how).layout.values(),
            embed(points.floats, how).layout.values());
  const data::Stored others = data::stored_of(data::normals(400, 24, 8), ValueType::uint8);
  expect_contains(error_of<InvalidInput>([&] { embed(graph, others.view(), how); }),
                  "the graph is not of these points");
}

TEST(StoredMaps, AreNotMadeOnAGpu) {
  const data::Stored points = data::stored_of(data::normals(40, 12, 4), ValueType::uint8);
  expect_contains(error_of<Unsupported>([&] { embed(points.view(), {.device = Cuda{}}); }),
                  "points of uint8 are kept as they are on the processor alone");
}

TEST(StoredMaps, ThePlanCountsBytesOfTheirType) {
  const Settings how{.knn = IvfKnn{}};
  PlannedPoints points{.n = 1'000'000, .dim = 784, .search_width = 64};
  const auto bytes = [&](ValueType type, bool counted) {
    points.type = type;
    points.counted = counted;
    return static_cast<double>(plan(points, how).host_bytes());
  };
  const double none = bytes(ValueType::float32, false);
  EXPECT_EQ(bytes(ValueType::uint8, false), none);
  EXPECT_NEAR(bytes(ValueType::uint8, true) - none, 784e6, 2);
  EXPECT_NEAR(bytes(ValueType::bfloat16, true) - none, 2 * 784e6, 2);
  EXPECT_NEAR(bytes(ValueType::float32, true) - none, 4 * 784e6, 2);
}

}  // namespace
}  // namespace nearfold
