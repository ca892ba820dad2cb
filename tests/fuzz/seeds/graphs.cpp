// Graphs, their parts, and the cells that parts share.
#include "index_data.hpp"
#include "io/part_file.hpp"
#include "part_data.hpp"
#include "seeds/crate.hpp"
#include "seeds/seeds.hpp"

namespace nearfold::fuzz {

namespace fs = std::filesystem;
using io::dictionary;
using io::npy;
using io::raw;

static std::string meta_npy(const std::string& text) {
  return npy(dictionary("|u1", "(" + std::to_string(text.size()) + ",)"), text);
}

Seeds graph_seeds(const fs::path& folder) {
  const KnnGraph graph = find_neighbors(data::normals(6, 2, 3), 3, FlatKnn{}, Cpu{1}, 1);
  const auto written = [&](io::GraphFormat format) {
    return parts_of(folder, [&](const std::string& path) {
      io::write_graph(path, graph, {format, 7, "0123", "1.0"}, io::Overwrite::yes);
    });
  };
  const io::Parts plain = written(io::GraphFormat::nearfold), csr = written(io::GraphFormat::csr);
  const std::string ids = npy(dictionary("<i8", "(3, 2)"), raw<std::int64_t>({1, 2, 0, 2, 1, 0}));
  const std::string far = npy(dictionary("<f8", "(3, 2)"), raw({1.0, 2.0, 1.0, 1.0, 1.0, 2.0}));
  const auto with_meta = [&](const std::string& text) {
    return pack_crate({{"indices.npy", ids}, {"distances.npy", far}, {"meta.npy", meta_npy(text)}});
  };
  return {
      {"nearfold", crate(plain)},
      {"umap", crate(written(io::GraphFormat::umap))},
      {"csr", crate(csr)},
      {"csr-64-bit", crate(csr.shaped<std::int64_t>("indptr", {7}))},
      {"csr-descends", crate(csr.value<std::int32_t>("indptr", 3, 2))},
      {"csr-starts-below-zero", crate(csr.value<std::int32_t>("indptr", 0, -4))},
      {"csr-id-out-of-range", crate(csr.value<std::int32_t>("indices", 5, 6))},
      {"csr-not-square", crate(csr.value<std::int64_t>("shape", 1, 5))},
      {"csr-huge", crate(csr.value<std::int64_t>("shape", 0, std::int64_t{1} << 62))},
      {"csc", pack_crate({{"format.npy", npy(dictionary("|S3", "()"), "csc")}})},
      {"savez", pack_crate({{"arr_0.npy", ids}, {"arr_1.npy", far}})},
      {"savez-turned", pack_crate({{"arr_0.npy", far}, {"arr_1.npy", ids}})},
      {"savez-twice-ids", pack_crate({{"arr_0.npy", ids}, {"arr_1.npy", ids}})},
      {"id-missing", crate(plain.value<std::int32_t>("indices", 4, -1))},
      {"id-out-of-range", crate(plain.value<std::int32_t>("indices", 4, 6))},
      {"id-twice", crate(plain.value<std::int32_t>("indices", 4, 0))},
      {"negative", crate(plain.value("distances", 3, -1.0F))},
      {"nearly-zero", crate(plain.value("distances", 3, -1e-7F))},
      {"nan", crate(plain.value("distances", 0, kNan))},
      {"unsorted", crate(plain.value("distances", 0, 100.0F))},
      {"another-shape", crate(plain.shaped<float>("distances", {6, 2}))},
      {"one-dimension", crate(plain.shaped<std::int32_t>("indices", {18}))},
      {"no-distances", crate(plain.without("distances"))},
      {"recall", with_meta(R"({"recall": {"mean": 0.9, "rows": 9}, "seed": 1, "index": null})")},
      {"recall-of-no-numbers", with_meta(R"({"recall": {"mean": "a"}})")},
      {"self-included", with_meta(R"({"self_included": true, "metric": "cosine"})")},
      {"meta-wrong-type", with_meta(R"({"seed": [{"a": "\u0001\u00e9"}]})")},
      {"meta-deep",
       with_meta(R"({"seed": )" + std::string(2000, '[') + std::string(2000, ']') + "}")},
      {"meta-no-object", with_meta("[]")},
      {"meta-cut-off", with_meta(R"({"seed": )")},
      {"empty", ""},
  };
}

Seeds cells_seeds(const fs::path& folder) {
  const io::Parts cells = parts_of(folder, [&](const std::string& path) {
    io::write_cells(path, fuzz::part_cells(), "0123", "1.0", io::Overwrite::yes);
  });
  return {
      {"cells", crate(cells)},
      {"no-meta", crate(cells.without("meta"))},
      {"no-kind", crate(cells.without_meta("kind"))},
      {"another-format", crate(cells.meta("/format", 2))},
      {"many-points", crate(cells.meta("/n", 2147483647))},
      {"many-neighbors", crate(cells.meta("/k", 11))},
      {"many-probes", crate(cells.meta("/nprobe", 12))},
      {"few-candidates", crate(cells.meta("/candidates", 1))},
      {"manhattan", crate(cells.meta("/metric", "manhattan"))},
      {"cells-descend", crate(cells.value<std::int64_t>("begin", 1, -1))},
      {"row-twice", crate(cells.value<std::int32_t>("ids", 1, 0))},
      {"equal-points", crate(cells.shaped<std::int32_t>("equal", {2}))},
      {"mean-not-finite", crate(cells.value("mean", 0, kNan))},
      {"empty", ""},
  };
}

Seeds part_seeds(const fs::path& folder) {
  const Matrix points = fuzz::part_points();
  PointsScan scan(12, 2);
  scan.add(points);
  const AllPoints all = scan.finish();
  const RowRange whole{0, 12};
  const auto written = [&](const KnnPart& part, const io::PartMeta& meta) {
    return parts_of(folder, [&](const std::string& path) {
      io::write_part(path, part, meta, io::Overwrite::yes);
    });
  };
  const auto meta_of = [&](const KnnPart& part) {
    io::PartMeta meta = io::meta_of(all, 3, {}, 1, part.queries, part.data, "0123", "1.0");
    meta.knn = part.knn;
    return meta;
  };
  const auto parts = [&](const RowRange& queries, const RowRange& data) {
    const KnnPart part = find_part(fuzz::part_rows(points, queries), fuzz::part_rows(points, data),
                                   all, 3, Cpu{1}, 1);
    return written(part, meta_of(part));
  };
  const KnnPart of_index =
      Shard(fuzz::part_rows(points, whole), all, 3, HnswKnn{.M = 4, .ef = 8}, Cpu{1}, 1)
          .part(fuzz::part_rows(points, whole));
  const io::Parts index = written(of_index, meta_of(of_index));
  const SharedCells cells = fuzz::part_cells();
  const KnnPart of_cells =
      Shard(fuzz::part_rows(points, whole), cells, Cpu{1}).part(fuzz::part_rows(points, whole));
  const io::Parts shared = written(of_cells, io::meta_of(cells, whole, whole, "0123", "1.0"));
  const io::Parts part = parts({0, 5}, {4, 12});
  return {
      {"part", crate(part)},
      {"few-points", crate(parts({0, 5}, {3, 5}))},
      {"no-meta", crate(part.without("meta"))},
      {"no-kind", crate(part.without_meta("kind"))},
      {"another-format", crate(part.meta("/format", 3))},
      {"index", crate(index)},
      {"no-index", crate(part.meta("/format", 2))},
      {"exact-twice", crate(index.value<std::int32_t>("exact_queries", 1, 0))},
      {"exact-missing", crate(index.value<std::int32_t>("exact_queries", 11, 70))},
      {"cells", crate(shared)},
      {"cells-other-k", crate(shared.meta("/k", 2))},
      {"cells-no-place", crate(shared.value<std::int32_t>("places", 1, -7))},
      {"cells-measures-descend", crate(shared.value("measures", 0, 3e8F))},
      {"cells-other", crate(shared.meta("/cells", "0123456789abcdef"))},
      {"many-points", crate(part.meta("/n", 2147483647))},
      {"many-neighbors", crate(part.meta("/k", 11))},
      {"queries-beyond", crate(part.meta("/queries/1", 13))},
      {"data-descend", crate(part.meta("/data/0", 12))},
      {"neighbor-out-of-range", crate(part.value<std::int32_t>("indices", 3, 70))},
      {"distances-descend", crate(part.value("distances", 0, 3e8F))},
      {"nan", crate(part.value("distances", 1, kNan))},
      {"empty", ""},
  };
}

}  // namespace nearfold::fuzz
