// What a map is made of: points, a graph, labels for the picture, from files that belong together.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

#include "io/io.hpp"

namespace nearfold::cli {

/// Points may be absent when there is a graph.
struct Inputs {
  Matrix points;
  KnnGraph graph;  // n == 0: none was given
  io::Labels labels;

  std::int64_t n() const { return graph.n > 0 ? graph.n : points.rows; }
};

/// Names of the files; empty ones are not read.
struct InputFlags {
  std::string points, graph, labels;

  void add_points(CLI::App& app);
  void add_graph(CLI::App& app);
  void add_labels(CLI::App& app);

  /// The first file's name without its folder and ending, for titles.
  std::string name() const;

  /// Throws InvalidParameter when there are neither points nor a graph.
  void check() const;
  /// Throws InvalidInput when they do not belong together.
  Inputs read() const;
};

}  // namespace nearfold::cli
