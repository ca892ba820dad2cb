#include "cli/inputs.hpp"

#include <filesystem>

#include "cli/flags.hpp"
#include "nearfold/error.hpp"

namespace nearfold::cli {

void InputFlags::add_points(CLI::App& app) {
  text(app, "input", points, "Points: .npy .npz .csv .tsv IDX(.gz) .fvecs .bvecs .fbin");
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
}

Inputs InputFlags::read() const {
  Inputs in;
  if (!labels.empty()) in.labels = io::read_labels(labels);
  io::GraphMeta meta;
  if (!graph.empty()) in.graph = io::read_graph(graph, &meta);
  if (!points.empty()) in.points = io::read_matrix(points);
  if (!points.empty() && !meta.fingerprint.empty() &&
      meta.fingerprint != io::fingerprint(in.points))
    throw InvalidInput("'" + graph + "' was made from other points than '" + points +
                       "'; make it again, or give the graph alone");
  if (!labels.empty() && static_cast<std::int64_t>(in.labels.ids.size()) != in.n())
    throw InvalidInput("'" + labels + "' has " + std::to_string(in.labels.ids.size()) +
                       " labels for " + std::to_string(in.n()) + " points; one a point is needed");
  return in;
}

}  // namespace nearfold::cli
