// Points of narrow types: every value is its float, and every graph that of the same values as
// float32, byte for byte, by every index, metric and number of threads.
#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <string>
#include <vector>

#include "knn/metric_table.hpp"
#include "nearfold/error.hpp"
#include "nearfold/knn.hpp"
#include "nearfold/pca.hpp"
#include "support/expect.hpp"
#include "support/stored_data.hpp"

namespace nearfold {
namespace {

using data::kNarrowTypes;
using data::Stored;
using data::stored_of;

void expect_same(const KnnGraph& narrow, const KnnGraph& floats, const std::string& what) {
  EXPECT_EQ(narrow.neighbors, floats.neighbors) << what;
  EXPECT_EQ(narrow.distances, floats.distances) << what;
  EXPECT_EQ(narrow.index, floats.index) << what;
  EXPECT_EQ(narrow.tied_rows, floats.tied_rows) << what;
  EXPECT_EQ(narrow.duplicates, floats.duplicates) << what;
  EXPECT_EQ(narrow.recall.has_value(), floats.recall.has_value()) << what;
  if (narrow.recall && floats.recall) {
    EXPECT_EQ(narrow.recall->mean, floats.recall->mean) << what;
  }
}

std::vector<KnnParams> all_indexes() {
  return {FlatKnn{}, IvfKnn{}, HnswKnn{}, NnDescentKnn{}, AutoKnn{}};
}

TEST(Stored, EveryValueIsItsFloat) {
  for (const ValueType type : kNarrowTypes) {
    const std::int64_t size = bytes_of(type), count = size == 1 ? 256 : 65536;
    std::vector<std::uint8_t> bytes = {0};  // values at an odd address
    for (std::int64_t v = 0; v < count; ++v)
      for (std::int64_t b = 0; b < size; ++b)
        bytes.push_back(static_cast<std::uint8_t>(v >> (8 * b)));
    const StoredView all(bytes.data() + 1, type, 1, count);
    std::vector<float> room = all.room();
    const float* const row = all.row(0, room.data());
    for (std::int64_t v = 0; v < count; ++v) {
      const float wanted = data::decoded(type, static_cast<std::uint16_t>(v));
      if (std::isnan(wanted)) {
        EXPECT_TRUE(std::isnan(row[v])) << name(type) << " " << v;
        continue;
      }
      ASSERT_EQ(std::bit_cast<std::uint32_t>(row[v]), std::bit_cast<std::uint32_t>(wanted))
          << name(type) << " " << v;
      ASSERT_EQ(all.value(0, v), wanted);
    }
  }
}

TEST(Stored, GraphsAreThoseOfTheSameFloatsByEveryIndex) {
  const Matrix x = data::blobs(600, 24, 3, 5, 6.0f);
  for (const ValueType type : kNarrowTypes) {
    const Stored points = stored_of(x, type);
    for (const KnnParams& index : all_indexes())
      for (const Metric metric : {Metric::euclidean, Metric::cosine}) {
        const Distance by{.metric = metric, .zero_vectors = ZeroVectors::far};
        expect_same(find_neighbors(points.view(), 10, index, Cpu{2}, 7, by),
                    find_neighbors(points.floats, 10, index, Cpu{2}, 7, by),
                    std::string(name(type)) + " " + name(metric));
      }
  }
}

// Rows on few axes, and the filter of an exact search.
TEST(Stored, GraphsOfManyColumnsAreThoseOfTheSameFloats) {
  const Matrix x = data::normals(2400, 150, 5, 0.97);
  for (const ValueType type : {ValueType::float16, ValueType::uint8}) {
    const Stored points = stored_of(x, type);
    for (const KnnParams& index : all_indexes())
      expect_same(find_neighbors(points.view(), 8, index, Cpu{2}, 7),
                  find_neighbors(points.floats, 8, index, Cpu{2}, 7), name(type));
  }
}

TEST(Stored, GraphsAreThoseOfTheSameFloatsByEveryMetric) {
  const Stored points = stored_of(data::normals(250, 12, 4, 1.0, -8.0f), ValueType::uint8);
  for (const Metric metric : all_metrics()) {
    if (metric == Metric::haversine || metric == Metric::custom) continue;
    Distance by{.metric = metric, .zero_vectors = ZeroVectors::far};
    if (metric == Metric::minkowski) by.params.p = 3;
    if (metric == Metric::seuclidean) by.params.V.assign(12, 2.0);
    if (metric == Metric::mahalanobis) {
      by.params.VI.assign(144, 0.0);
      for (std::size_t c = 0; c < 12; ++c) by.params.VI[13 * c] = 0.5 + static_cast<double>(c);
    }
    expect_same(find_neighbors(points.view(), 9, FlatKnn{}, Cpu{2}, 7, by),
                find_neighbors(points.floats, 9, FlatKnn{}, Cpu{2}, 7, by), name(metric));
  }
}

TEST(Stored, TiesAndDuplicatesAreThoseOfTheSameFloats) {
  const Stored points =
      stored_of(data::scaled(data::lattice(500, 4, 8, 4), 0.0625f), ValueType::int8);
  for (const KnnParams& index : all_indexes()) {
    const KnnGraph narrow = find_neighbors(points.view(), 12, index, Cpu{2}, 7);
    EXPECT_GT(narrow.duplicates.value_or(0), 0);
    expect_same(narrow, find_neighbors(points.floats, 12, index, Cpu{2}, 7), narrow.index);
  }
}

TEST(Stored, AnyNumberOfThreadsMakesTheSameGraph) {
  const Stored points = stored_of(data::blobs(900, 20, 3, 5, 6.0f), ValueType::float16);
  for (const KnnParams& index : all_indexes())
    expect_same(find_neighbors(points.view(), 10, index, Cpu{3}, 7),
                find_neighbors(points.view(), 10, index, Cpu{1}, 7), "threads");
}

TEST(Stored, QueriesAreAnsweredAsAmongTheSameFloats) {
  const Stored points = stored_of(data::blobs(600, 24, 3, 5, 6.0f), ValueType::uint8);
  const Matrix queries = data::scaled(data::normals(40, 24, 9, 1, 8.0f), 16.0f);
  for (const KnnParams& index : {KnnParams{FlatKnn{}}, KnnParams{IvfKnn{}}, KnnParams{HnswKnn{}}}) {
    const QueryResult narrow = find_neighbors(queries, points.view(), 6, index, Cpu{2}, 7);
    const QueryResult floats = find_neighbors(queries, points.floats, 6, index, Cpu{2}, 7);
    EXPECT_EQ(narrow.neighbors, floats.neighbors);
    EXPECT_EQ(narrow.distances, floats.distances);
  }
  const KnnIndex made = build_index(points.floats, IvfKnn{}, Cpu{2}, 7);
  EXPECT_EQ(find_neighbors(queries, points.view(), 6, made, Cpu{2}).distances,
            find_neighbors(queries, points.floats, 6, made, Cpu{2}).distances);
}

TEST(Stored, PrincipalComponentsAreThoseOfTheSameFloats) {
  for (const ValueType type : kNarrowTypes) {
    const Stored points = stored_of(data::normals(700, 30, 6, 0.8), type);
    EXPECT_EQ(pca(points.view(), 5).values(), pca(points.floats, 5).values()) << name(type);
  }
}

TEST(Stored, WhatCannotBeIsRefusedByPlaceAndName) {
  Stored points = stored_of(data::normals(50, 4, 6), ValueType::float16);
  points.bytes[2 * (4 * 31 + 2)] = 0;
  points.bytes[2 * (4 * 31 + 2) + 1] = 0x7c;  // infinity
  expect_contains(
      error_of<InvalidInput>([&] { find_neighbors(points.view(), 3, FlatKnn{}, Cpu{1}, 1); }),
      "row 31, column 2 is inf");
  expect_contains(
      error_of<Unsupported>([&] { find_neighbors(points.view(), 3, FlatKnn{}, Cuda{}, 1); }),
      "points of float16 are kept as they are on the processor alone");
  expect_contains(error_of<Unsupported>([&] { (void)points.view().floats(); }),
                  "points of float16");
  expect_contains(error_of<InvalidParameter>([] { value_type_named("int4"); }), "uint8");
  EXPECT_EQ(value_type_named("bfloat16"), ValueType::bfloat16);
  const std::vector<float> floats(9);
  const auto* const odd = reinterpret_cast<const std::byte*>(floats.data()) + 1;
  EXPECT_THROW(StoredView(odd, ValueType::float32, 2, 4), InvalidInput);
  EXPECT_THROW(StoredView(nullptr, ValueType::uint8, 2, 4), InvalidInput);
}

}  // namespace
}  // namespace nearfold
