// Checkpoints, indexes and models.
#include "index_data.hpp"
#include "seeds/crate.hpp"
#include "seeds/few_pairs.hpp"
#include "seeds/seeds.hpp"

namespace nearfold::fuzz {

namespace fs = std::filesystem;

Seeds checkpoint_seeds(const fs::path& folder) {
  const KnnGraph graph = find_neighbors(data::normals(6, 2, 3), 5, FlatKnn{}, Cpu{1}, 1);
  const auto parts = [&](const nearfold::Method& method, int iterations = 3) {
    Embedder run(graph, {}, {.method = method, .device = Cpu{1}});
    run.advance(iterations);
    return parts_of(folder, [&](const std::string& path) {
      io::write_checkpoint(path, run.checkpoint(), io::Overwrite::yes);
    });
  };
  const io::Parts umap = parts(UmapParams{.n_neighbors = 4, .n_epochs = 9});
  const io::Parts tsne = parts(TsneParams{.perplexity = 1.2, .max_iter = 9});
  const io::Parts localmap = parts(few_pairs(), 15);  // pairs were drawn anew by then
  return {
      {"umap", crate(umap)},
      {"tsne", crate(tsne)},
      {"localmap", crate(localmap)},
      {"no-further", crate(localmap.without("further"))},
      {"further-of-others", crate(localmap.shaped<std::int32_t>("further", {6, 1}))},
      {"further-out-of-range", crate(localmap.value<std::int32_t>("further", 3, 70))},
      {"further-is-itself", crate(localmap.value<std::int32_t>("further", 0, 0))},
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

}  // namespace nearfold::fuzz
