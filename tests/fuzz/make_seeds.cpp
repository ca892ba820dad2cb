// Writes the files that each fuzz target begins with: valid ones of every kind that its readers
// take, and hostile ones that they have to refuse. What fuzzing added is in tests/fuzz/corpus.
//
//   make_seeds FOLDER      a folder in it for each target
#include <cstdio>
#include <limits>
#include <map>

#include "index_data.hpp"
#include "io/part_file.hpp"
#include "packed.hpp"
#include "part_data.hpp"
#include "support/io_files.hpp"
#include "support/npz_parts.hpp"

namespace nearfold::fuzz {
namespace {

namespace fs = std::filesystem;
using io::dictionary;
using io::idx;
using io::npy;
using io::raw;

using Seeds = std::map<std::string, std::string>;  // bytes by name

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
const std::string kSix = raw({1.0F, 2.0F, 3.0F, 4.0F, 5.0F, 6.0F});  // values of a 2 x 3 array

Seeds npy_seeds() {
  Seeds seeds = {
      {"points", npy(dictionary("<f4", "(2, 3)"), kSix)},
      {"fortran", npy(dictionary("<f4", "(2, 3)", "True"), kSix)},
      {"big-endian", npy(dictionary(">i2", "(2, 2)"), raw<std::int16_t>({1, 2, 3, 4}))},
      {"half", npy(dictionary("<f2", "(1, 2)"), raw<std::uint16_t>({0x3c00, 0x7c00}))},
      {"double", npy(dictionary("<f8", "(1, 2)"), raw({1.5, 2.5}))},
      {"double-too-large", npy(dictionary("<f8", "(1, 2)"), raw({1e300, 1.0}))},
      {"bool", npy(dictionary("|b1", "(2,)"), std::string(2, '\1'))},
      {"labels", npy(dictionary("<i8", "(3,)"), raw<std::int64_t>({0, 1, -2}))},
      {"labels-too-large", npy(dictionary("<i8", "(1,)"), raw({std::int64_t{1} << 40}))},
      {"version-2", npy(dictionary("<f4", "(2, 3)"), kSix, 2)},
      {"version-2-length-beyond-file", std::string("\x93NUMPY\2\0\xf0\xff\xff\xff", 12)},
      {"shape-overflows", npy(dictionary("<f4", "(1099511627776, 1099511627776)"), kSix)},
      {"shape-beyond-file", npy(dictionary("<f8", "(65536, 65536)"), kSix)},
      {"dimension-exceeds-64-bits", npy(dictionary("<f4", "(99999999999999999999,)"), kSix)},
      {"truncated", npy(dictionary("<f4", "(2, 3)"), kSix.substr(1))},
      {"bytes-after-the-end", npy(dictionary("<f4", "(2, 3)"), kSix + "?")},
      {"objects", npy(dictionary("|O", "(1,)"), "\x80\4K\1.")},
      {"records", npy("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,), }\n", "")},
      {"no-rows", npy(dictionary("<f4", "(0, 3)"), "")},
      {"scalar", npy(dictionary("<f4", "()"), raw({1.0F}))},
      {"images", npy(dictionary("|u1", "(2, 1, 2)"), "abcd")},
      {"reordered",
       npy("{\"shape\": (1, 1),\"fortran_order\":True , 'descr':'|i1' }", std::string(1, '\5'))},
      {"twice", npy("{'shape': (1,), 'shape': (1,), 'descr': '<f4', 'fortran_order': True}", "")},
      {"no-keys", npy("{}", "")},
      {"no-header", npy("", "")},
      {"negative", npy(dictionary("<f4", "(-1, 2)"), kSix)},
      {"zero-bytes", npy(std::string("{'descr'\0: '<f4'}", 17), kSix)},
      {"empty", ""},
  };
  return seeds;
}

Seeds npz_seeds() {
  const Entry points = {"points.npy", npy(dictionary("<f4", "(2, 3)"), kSix)};
  const Entry labels = {"labels.npy", npy(dictionary("<i4", "(2,)"), raw({1, 2}))};
  const Entry zeros = {"points.npy", npy(dictionary("|u1", "(64, 64)"), std::string(4096, '\0'))};
  const std::string good = zip({points});
  const auto patched = [&](std::size_t from_end, const std::string& bytes) {
    std::string bad = good;
    return bad.replace(bad.size() - from_end, bytes.size(), bytes);
  };
  std::string encrypted = good, wrong_checksum = good;
  encrypted[6] = 1;                                        // of the entry,
  encrypted[encrypted.find("PK\1\2") + 8] = 1;             // and of the directory
  wrong_checksum[wrong_checksum.find("PK\1\2") - 1] ^= 1;  // the last value
  return {
      {"stored", good},
      {"deflated", zip({points}, Method::deflate)},
      {"zeros-deflated", zip({zeros}, Method::deflate)},
      {"two-arrays", zip({labels, points})},
      {"same-name-twice", zip({points, points})},
      {"name-of-another-folder", zip({{"../../points.npy", points.bytes}})},
      {"no-array", zip({})},
      {"no-npy", zip({{"points.npy", "text"}})},
      {"encrypted", encrypted},
      {"wrong-checksum", wrong_checksum},
      {"many-entries-announced", patched(14, "\xff\xff\xff\xff")},
      {"directory-elsewhere", patched(6, "\xff\xff\xff\x7f")},
      {"cut-off", good.substr(0, good.size() - 30)},
  };
}

Seeds csv_seeds() {
  return {
      {"numbers", "1,2\n3,4\n"},
      {"header", "a,b\n1,2\n"},
      {"header-only", "a,b\n"},
      {"semicolons", "1;2.5\r\n3;-4e-3\r\n"},
      {"tabs",
       "\xef\xbb\xbf"
       "1\t2\n3\t4"},
      {"spaces", " 1  2 \n 3  4 \n"},
      {"quoted", "\"1\",\" 2\"\n\"3\",4\n"},
      {"quote-inside", "\"1\"\"2\",3\n"},
      {"open-quote", "\"1,2\n"},
      {"ragged", "1,2\n3\n"},
      {"decimal-comma", "1,5;2,5\n"},
      {"missing", "1,\n3,NA\n"},
      {"not-finite", "nan,inf\n-inf,nan(1)\n"},
      {"too-large", "1,1e999\n"},
      {"subnormal", "1e-40,1e-400\n"},
      {"hexadecimal", "0x10,1\n"},
      {"plus", "+1,+-2\n"},
      {"blank-line", "1\n\n2\n"},
      {"utf16", std::string("\xff\xfe"
                            "1\0",
                            4)},
      {"zero-byte", std::string("1,\0"
                                "2\n",
                                6)},
      {"npy", npy(dictionary("<f4", "(2, 3)"), kSix)},
      {"pandas", ",a,s\n0,1.5,x\n1,2,y\n"},
      {"counts", "0,1,2\n3,4.5,5\n"},
      {"r", "\"a\" \"b\"\n\"1\" 1 2\n\"2\" 3 NA\n"},
      {"savetxt", "# a b\n1 2\n3 4\n# end\n"},
      {"scikit-learn", "2,1,x,y\n1.5,0\n2.5,1\n"},
      {"excel", "sep=;\na;b\n1,5;?\n2;#N/A\n"},
      {"labels", "label\n1\n-2\n"},
      {"label-table", "id,y\n0,x\n1,\n2,NA\n"},
      {"label-names", "\"b\"\na \nb\n"},
      {"label-too-large", "99999999999\n"},
      {"empty", ""},
  };
}

Seeds idx_seeds() {
  return {
      {"images", idx(8, {2, 2, 1}) + "abcd"},
      {"labels", idx(8, {3}) + "abc"},
      {"signed", idx(9, {1, 2}) + "\xff\1"},
      {"shorts", idx(11, {1, 2}) + std::string("\0\1\1\0", 4)},
      {"ints", idx(12, {1, 1}) + std::string("\0\0\1\0", 4)},
      {"floats", idx(13, {1, 1}) + std::string("\x3f\x80\0\0", 4)},
      {"doubles", idx(14, {1, 1}) + std::string("\x7f\xe0\0\0\0\0\0\0", 8)},
      {"int-labels", idx(12, {1}) + std::string("\x80\0\0\0", 4)},
      {"255-dimensions", std::string("\0\0\x8\xff", 4) + std::string(1020, '\1')},
      {"shape-overflows", idx(14, {0xffffffff, 0xffffffff, 0xffffffff}) + "abcd"},
      {"row-overflows", idx(8, {0, 0xffffffff, 0xffffffff, 0xffffffff})},
      {"shape-beyond-file", idx(8, {0x80000000, 1}) + "abcd"},
      {"no-rows", idx(8, {0, 5})},
      {"unknown-type", idx(10, {1}) + "a"},
      {"bytes-after-the-end", idx(8, {1}) + "ab"},
      {"empty", ""},
  };
}

Seeds idx_gz_seeds() {
  Seeds seeds;
  for (const auto& [name, bytes] : idx_seeds()) seeds[name] = deflated(bytes, 31);
  const std::string good = deflated(idx(8, {2, 2}) + "abcd", 31);
  std::string wrong_checksum = good;
  wrong_checksum[good.size() - 5] ^= 1;
  seeds["zeros"] = deflated(idx(8, {64, 256}) + std::string(16384, '\0'), 31);
  seeds["shape-beyond-deflate"] = deflated(idx(8, {1 << 16, 1 << 16}), 31);
  seeds["cut-off"] = good.substr(0, good.size() - 6);
  seeds["two-streams"] = good + good;
  seeds["wrong-checksum"] = wrong_checksum;
  return seeds;
}

Seeds mtx_seeds() {
  const std::string array = "%%MatrixMarket matrix array real general\n";
  const std::string entries = "%%MatrixMarket matrix coordinate real general\n";
  return {
      {"array", array + "% a comment\n2 3\n1\n-2.5\n3e4\n0\n0x5\n6\n"},
      {"integers", "%%MatrixMarket matrix array integer general\n1 2\n16777217\n-3\n"},
      {"symmetric", "%%MatrixMarket matrix array real symmetric\n2 2\n1\n2\n3\n"},
      {"skew", "%%MatrixMarket matrix array real skew-symmetric\n2 2\n7\n"},
      {"entries", entries + "3 2 2\n1 1 5\n3 2 -1e-3\n"},
      {"pattern", "%%MatrixMarket matrix coordinate pattern symmetric\n3 3 2\n2 1\n3 3\n"},
      {"complex", "%%MatrixMarket matrix array complex general\n1 1\n1 2\n"},
      {"far", array + "3 1\n1600000000.5\n1600000001.25\n1600000002.125\n"},
      {"too-large", array + "1 1\n1e39\n"},
      {"cut-off", array + "2 2\n1\n2\n"},
      {"too-many", array + "1 1\n1\n2\n"},
      {"sizes-overflow", array + "9000000000 9000000000\n1\n"},
      {"sizes-beyond-file", array + "100000 100000\n1\n"},
      {"mostly-zeros", entries + "100000 100000 1\n1 1 1\n"},
      {"outside", entries + "2 2 1\n3 1 1\n"},
      {"no-sizes", array},
      {"no-banner", "1 2 3\n"},
      {"empty", ""},
  };
}

Seeds vecs_seeds() {
  const std::string row = raw({2, 1, 2});
  return {
      {"two-rows", row + row},
      {"bytes", raw({1}) + "a" + raw({1}) + "b"},
      {"another-length", row + raw({1, 1, 2})},
      {"negative", raw({-1, 0})},
      {"no-columns", raw({0, 0})},
      {"beyond-file", raw({0x7fffffff, 1})},
      {"cut-off", (row + row).substr(0, 20)},
      {"empty", ""},
  };
}

Seeds bin_seeds() {
  return {
      {"floats", raw({2, 3}) + kSix},
      {"bytes", raw({2, 2}) + "abcd"},
      {"no-rows", raw({0, 3})},
      {"beyond-file", raw({-1, -1}) + "abcd"},
      {"bytes-after-the-end", raw({1, 1}) + "abcde"},
      {"cut-off", raw({2, 3}) + "abc"},
      {"images", idx(8, {2, 2}) + "abcd"},
      {"empty", ""},
  };
}

Seeds command_line_seeds() {
  return {
      {"numbers", "-5\n010\n1e3\n99999999999999999999\nnan\n0x10\n1.5 \n+1\n-0\n1e-400\n"},
      {"ivf", "ivf:target_recall=0.9\nivf:nlist=200,nprobe=8\nivf:nlist=\nivf:=3\nivf::\nivf:,\n"},
      {"hnsw", "hnsw:M=16,ef_construction=100,ef=40\nhnsw:target_recall=nan\n"},
      {"others",
       "flat\nflat:\nflat:a=1\nauto:target_recall=1\nnndescent:n_iters=5,max_candidates=9\n"},
      {"flags", "--seed=-5\n--threads\n2\n--index\nivf:nlist=auto,nprobe=8\n"},
      {"lists", "--n-neighbors\n5,10\n--n-neighbors=15\n--min-dist\n0,0.5,1e999\n"},
      {"devices", "--device\ncuda:x\n--metric\nl1\n--zero-vectors\nfar\n-q\n"},
      {"ends", "--\n--min-dist\n,\n--index\nhnsw:ef=\n\n"},
  };
}

// ---- crates -------------------------------------------------------------------------------------

std::string crate(const io::Parts& parts) {
  std::vector<Entry> entries;
  for (const io::ZipEntry& entry : parts.entries()) entries.push_back({entry.name, entry.head});
  return pack_crate(entries);
}

/// The arrays of a file that `write` makes.
template <class Write>
io::Parts parts_of(const fs::path& folder, const Write& write) {
  const std::string path = (folder / "temporary.npz").string();
  write(path);
  const io::Parts parts(path);
  fs::remove(path);
  return parts;
}

std::string meta_npy(const std::string& text) {
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

Seeds checkpoint_seeds(const fs::path& folder) {
  const KnnGraph graph = find_neighbors(data::normals(6, 2, 3), 3, FlatKnn{}, Cpu{1}, 1);
  const auto parts = [&](const nearfold::Method& method) {
    Embedder run(graph, {}, {.method = method, .device = Cpu{1}});
    run.advance(3);
    return parts_of(folder, [&](const std::string& path) {
      io::write_checkpoint(path, run.checkpoint(), io::Overwrite::yes);
    });
  };
  const io::Parts umap = parts(UmapParams{.n_neighbors = 4, .n_epochs = 9});
  const io::Parts tsne = parts(TsneParams{.perplexity = 1.2, .max_iter = 9});
  return {
      {"umap", crate(umap)},
      {"tsne", crate(tsne)},
      {"no-meta", crate(umap.without("meta"))},
      {"no-iteration", crate(umap.without_meta("iteration"))},
      {"iteration-below-zero", crate(umap.meta("/iteration", -1))},
      {"iteration-beyond-the-last", crate(umap.meta("/iteration", 10))},
      {"many-iterations", crate(umap.meta("/iterations", 2147483647))},
      {"early-beyond-all", crate(tsne.meta("/early_iterations", 2147483647))},
      {"warnings-no-list", crate(umap.meta("/warnings", "x"))},
      {"warnings-no-text", crate(umap.meta("/warnings/0", 1))},
      {"another-shape", crate(umap.shaped<float>("layout", {4, 3}))},
      {"one-dimension", crate(umap.shaped<float>("layout", {12}))},
      {"nan", crate(tsne.value("gains", 3, kNan))},
      {"far", crate(tsne.value("update", 3, 3e38F))},
      {"no-gains", crate(tsne.without("gains"))},
      {"empty", ""},
  };
}

Seeds index_seeds(const fs::path& folder) {
  const Matrix points = index_points();
  const auto parts = [&](const KnnParams& params, Metric metric) {
    const KnnIndex index = build_index(points, params, Cpu{1}, 5, {.metric = metric});
    return parts_of(folder, [&](const std::string& path) {
      io::write_index(path, index, points, io::Overwrite::yes);
    });
  };
  const io::Parts ivf = parts(IvfKnn{.nlist = 4, .nprobe = 2}, Metric::euclidean);
  const io::Parts hnsw = parts(HnswKnn{.M = 4, .ef = 8}, Metric::euclidean);
  return {
      {"ivf", crate(ivf)},
      {"ivf-tuned", crate(parts(IvfKnn{}, Metric::euclidean))},
      {"ivf-cosine", crate(parts(IvfKnn{.nlist = 4}, Metric::cosine))},
      {"ivf-inner-product", crate(parts(IvfKnn{.nlist = 4}, Metric::inner_product))},
      {"hnsw", crate(hnsw)},
      {"hnsw-tuned", crate(parts(HnswKnn{.M = 4}, Metric::euclidean))},
      {"hnsw-manhattan", crate(parts(HnswKnn{.M = 4, .ef = 8}, Metric::manhattan))},
      {"hnsw-inner-product", crate(parts(HnswKnn{.M = 4, .ef = 8}, Metric::inner_product))},
      {"no-meta", crate(ivf.without("meta"))},
      {"no-kind", crate(ivf.without_meta("kind"))},
      {"another-format", crate(ivf.meta("/format", 2))},
      {"of-other-points", crate(ivf.meta("/fingerprint", std::string(32, '0')))},
      {"many-lists", crate(ivf.meta("/params/nlist", 1000000000))},
      {"much-effort", crate(hnsw.meta("/params/ef", 2147483647))},
      {"cells-descend", crate(ivf.value<std::int64_t>("begin", 1, -1))},
      {"row-twice", crate(ivf.value<std::int32_t>("ids", 1, 0))},
      {"row-moved", crate(ivf.value("rows", 0, 3e38F))},
      {"mean-not-finite", crate(ivf.value("mean", 0, kNan))},
      {"link-out-of-range", crate(hnsw.value<std::int32_t>("lowest", 3, 70))},
      {"entry-out-of-range", crate(hnsw.meta("/entry", 70))},
      {"no-links", crate(hnsw.meta("/params/M", 0))},
      {"empty", ""},
  };
}

Seeds model_seeds(const fs::path& folder) {
  const auto parts = [&](const nearfold::Method& method, const KnnParams& knn) {
    Model model = fit(index_points(), {.knn = knn, .method = method, .device = Cpu{1}}).model;
    model.preparation = {.means = {1, 2, 3}, .centers = {0, 1, 2}, .spreads = {1, 2, 3}};
    return parts_of(
        folder, [&](const std::string& path) { io::write_model(path, model, io::Overwrite::yes); });
  };
  const UmapParams few{.n_neighbors = 4, .n_epochs = 9};
  const io::Parts umap = parts(few, FlatKnn{});
  const io::Parts hnsw = parts(few, HnswKnn{.M = 4, .ef = 8});
  return {
      {"umap", crate(umap)},
      {"tsne", crate(parts(TsneParams{.perplexity = 2, .max_iter = 9}, FlatKnn{}))},
      {"hnsw", crate(hnsw)},
      {"ivf", crate(parts(few, IvfKnn{.nlist = 4, .nprobe = 2}))},
      {"no-meta", crate(umap.without("meta"))},
      {"no-graph", crate(umap.without("graph/indices"))},
      {"another-format", crate(umap.meta("/format", 2))},
      {"another-kind", crate(umap.meta("/kind", "index"))},
      {"more-neighbors", crate(umap.meta("/params/n_neighbors", 60))},
      {"fewest-neighbors", crate(umap.meta("/params/n_neighbors", 2))},
      {"steep-curve", crate(umap.meta("/params/b", 99))},
      {"no-repulsion", crate(umap.meta("/params/repulsion_strength", 0))},
      {"far-map", crate(umap.value("map", 3, 3e38F))},
      {"neighbor-out-of-range", crate(umap.value<std::int32_t>("graph/indices", 3, 70))},
      {"distances-descend", crate(umap.value("graph/distances", 0, 3e8F))},
      {"no-spread", crate(umap.value("preparation/spreads", 0, 0.0))},
      {"index-of-other-points", crate(hnsw.value("points", 0, 0.5F))},
      {"empty", ""},
  };
}

void write(const fs::path& folder, const Seeds& seeds) {
  fs::create_directories(folder);
  for (const auto& [name, bytes] : seeds) std::ofstream(folder / name, std::ios::binary) << bytes;
}

}  // namespace
}  // namespace nearfold::fuzz

int main(int argc, char** argv) {
  using namespace nearfold::fuzz;
  if (argc != 2) {
    std::fprintf(stderr, "usage: make_seeds FOLDER\n");
    return 2;
  }
  const fs::path folder = argv[1];
  write(folder / "bin", bin_seeds());
  write(folder / "checkpoint", checkpoint_seeds(folder));
  write(folder / "command_line", command_line_seeds());
  write(folder / "csv", csv_seeds());
  write(folder / "graph", graph_seeds(folder));
  write(folder / "part", part_seeds(folder));
  write(folder / "cells", cells_seeds(folder));
  write(folder / "idx", idx_seeds());
  write(folder / "idx_gz", idx_gz_seeds());
  write(folder / "index", index_seeds(folder));
  write(folder / "model", model_seeds(folder));
  write(folder / "mtx", mtx_seeds());
  write(folder / "npy", npy_seeds());
  write(folder / "npz", npz_seeds());
  write(folder / "vecs", vecs_seeds());
  return 0;
}
