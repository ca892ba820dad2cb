#include <variant>

#include "cli/knn_part.hpp"
#include "nearfold/error.hpp"

namespace nearfold::cli {

void PartFlags::add(CLI::App& app, Conditions& conditions) {
  constexpr const char* kGroup = "Parts of a graph";
  text(app, "--queries", queries,
       "Make a part of the graph: of these points alone, rows BEGIN to before END (all unless "
       "given)")
      ->type_name("BEGIN:END")
      ->group(kGroup);
  text(app, "--data", data,
       "Make a part of the graph: the neighbours among these points alone (all unless given); "
       "nearfold knn-merge makes the graph of all parts")
      ->type_name("BEGIN:END")
      ->group(kGroup);
  file_path(app, "--save-cells", save_cells,
            "Train the cells of --index ivf once for all parts, .npz, and end")
      ->group(kGroup);
  file_path(app, "--cells", cells,
            "Make a part through these cells: all such parts become the graph of one ivf search")
      ->group(kGroup);
  conditions.add(
      app,
      [this] {
        return unless(asked(),
                      "keeps a part, and the whole graph is made; leave it out, or give "
                      "--queries, --data or --cells");
      },
      [&] {
        flag(app, "--reuse", reuse,
             "Keep the output where it is whole and of exactly this part, and end well")
            ->group(kGroup);
      });
}

void PartFlags::check(const PointFlags& points, const IndexFlags& index) const {
  if (index.precomputed())
    throw InvalidParameter(
        "--metric precomputed has all distances; leave --queries, --data and cells out");
  const KnnParams knn = index.params();
  if (!save_cells.empty() && !std::holds_alternative<IvfKnn>(knn))
    throw InvalidParameter("--save-cells trains the cells of ivf, and --index is " + index.index +
                           "; give --index ivf");
  if (!cells.empty() && !std::holds_alternative<FlatKnn>(knn))
    throw InvalidParameter("--cells has the index, and --index is " + index.index +
                           "; leave --index out");
  if (std::holds_alternative<NnDescentKnn>(knn) || std::holds_alternative<AutoKnn>(knn))
    throw InvalidParameter("--index is " + index.index +
                           ", which makes whole graphs alone; parts are made by flat, ivf or hnsw");
  if (points.pca || !points.as_is())
    throw InvalidParameter(
        "parts are made of a file as it is; leave out --pca and how it is to be read, and write "
        "such points with nearfold convert first");
}

}  // namespace nearfold::cli
