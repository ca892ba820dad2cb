#include "cli/inputs.hpp"

#include <filesystem>
#include <utility>

#include "cli/flags.hpp"
#include "nearfold/error.hpp"
#include "nearfold/pca.hpp"

namespace nearfold::cli {

CLI::Option* PointFlags::add_points(CLI::App& app) {
  number(app, "--pca", pca, "Take this many principal components instead of the columns")
      ->default_str("no");
  return text(app, "input", points, "Points: .npy .npz .csv .tsv IDX(.gz) .fvecs .bvecs .fbin");
}

io::Points PointFlags::read_points(const Cpu& on, const std::string& disk) const {
  auto file = disk.empty() ? std::nullopt : io::RowFile::open(points);
  io::Points read = file ? io::Points::on_disk(*file, disk) : io::Points(io::read_matrix(points));
  return pca ? nearfold::pca(read, *pca, on) : std::move(read);
}

void InputFlags::add_graph(CLI::App& app) {
  text(app, "--knn", graph, "Neighbour graph made by `nearfold knn`, used instead of a search");
}

void InputFlags::add_labels(CLI::App& app) {
  text(app, "--labels", labels, "One label a point");
}

std::string InputFlags::name() const {
  return std::filesystem::path(points.empty() ? graph : points).stem().string();
}

void InputFlags::check() const {
  if (points.empty() && graph.empty())
    throw InvalidParameter("there is nothing to embed; give a data file, or a graph with --knn");
  if (points.empty() && pca)
    throw InvalidParameter("--pca reduces points, and there is only a graph; leave it out");
}

Reading InputFlags::reading() const {
  return {.path = points, .pca = pca, .has_graph = !graph.empty()};
}

Inputs InputFlags::read(const Cpu& on, const std::string& disk) const {
  Inputs in;
  if (!labels.empty()) in.labels = io::read_labels(labels);
  io::GraphMeta meta;
  if (!graph.empty()) in.graph = io::read_graph(graph, &meta);
  if (!points.empty()) in.points = read_points(on, disk);
  if (!points.empty() && !meta.fingerprint.empty() &&
      meta.fingerprint != io::fingerprint(in.points))
    throw InvalidInput("'" + graph + "' was made from other points than '" + points +
                       (pca ? "' with --pca " + std::to_string(*pca) : "'") +
                       "; make it again, or give the graph alone");
  if (!labels.empty() && static_cast<std::int64_t>(in.labels.ids.size()) != in.n())
    throw InvalidInput("'" + labels + "' has " + std::to_string(in.labels.ids.size()) +
                       " labels for " + std::to_string(in.n()) + " points; one a point is needed");
  return in;
}

}  // namespace nearfold::cli
