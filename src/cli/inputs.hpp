// What a map is made of: points, a graph, labels for the picture, from files that belong together.
#pragma once

#include <optional>
#include <string>
#include <vector>
#include "cli/option.hpp"

#include "cli/budget.hpp"
#include "cli/flags.hpp"
#include "cli/read_flags.hpp"
#include "core/input_points.hpp"
#include "io/io.hpp"
#include "io/points.hpp"
#include "io/sparse_file.hpp"
#include "nearfold/device.hpp"
#include "nearfold/model.hpp"

namespace nearfold::cli {

/// Points may be absent when there is a graph.
struct Inputs {
  std::vector<std::string> warnings;
  io::Points points;
  std::optional<SparseMatrix> sparse = {};  // the points instead
  Preparation preparation;                  // of the points
  KnnGraph graph;                           // n == 0: none was given
  io::Labels labels;

  std::int64_t n() const { return graph.n > 0 ? graph.n : sparse ? sparse->rows : points.rows(); }
  bool has_points() const { return sparse || points.rows() > 0; }
  InputPoints as_input() const {
    return sparse ? InputPoints(sparse->view()) : InputPoints(points.stored());
  }
  /// Of the points as they are compared.
  std::string fingerprint() const {
    return sparse ? io::fingerprint(sparse->view()) : io::fingerprint(points.stored());
  }
  /// The points are distances: the k nearest of each become the graph, and nothing else of them is
  /// kept.
  void take_as_distances(std::int64_t k, std::uint64_t seed);
};

/// Points of a file, or their scores on principal axes.
struct PointFlags : ReadFlags {
  std::string points;
  std::optional<int> pca;
  bool mapped = false;  // the file is read where it lies on disk

  /// Returns the positional option.
  Flag add_points(CLI::App& app);
  /// Without --label-column, which may be of a file of labels.
  Flag add_points_alone(CLI::App& app);
  /// --mmap, of commands that take points as they are stored.
  void add_mmap(CLI::App& app);
  /// Throws InvalidParameter where `with` has no points to map: empty, there are.
  void check_mmap(const std::string& with) const;
  /// The file, where it can be read in blocks and nothing in it has to be filled in.
  std::optional<io::RowFile> row_file() const;
  /// Points to be compared by `metric`. `disk` is the folder for points that the budget leaves on
  /// disk; empty: they are in memory. `beside`: labels that stand in the same file. Narrow types
  /// are kept, or with --mmap mapped, where `keep_type` is; else --mmap of one is refused.
  io::Points read_points(const Cpu& on, Metric metric, std::vector<std::string>& warnings,
                         const std::string& disk = "", io::Labels* beside = nullptr,
                         Preparation* done = nullptr, bool keep_type = false) const;
  /// The points as they are stored, where the file is sparse and no flag needs them dense; a sparse
  /// .npz with such a flag throws InvalidParameter.
  std::optional<SparseMatrix> read_sparse() const;
  /// What a budget has to know. Throws InvalidParameter for flags of tables where there is none.
  Reading reading() const;

 private:
  io::Points map_points(bool keep_type) const;
};

/// Names of the files; empty ones are not read.
struct InputFlags : PointFlags {
  std::string graph;
  int ids_from = 0;

  /// Points or a graph or both; flags of how points are read need points.
  void add_points_and_graph(CLI::App& app, Conditions& conditions);

  /// The first file's name without its folder and ending, for titles.
  std::string name() const;

  /// Throws InvalidParameter when there are neither points nor a graph, or flags of points without
  /// them, or when standard input would be read as two things.
  void check() const;
  Reading reading() const;
  /// Throws InvalidParameter when a matrix of distances comes with what it replaces.
  void check_precomputed() const;
  /// Throws InvalidParameter when there are no points that --unique could compare, or a graph that
  /// it would not make.
  void check_unique(const MetricFlags& metric) const;
  /// Throws InvalidInput when they do not belong together, InvalidParameter when the graph was made
  /// by another metric than the one that was asked for. `disk` as in read_points(). Sparse files
  /// stay sparse, or with --pca become scores, for those who take them so.
  Inputs read(const Cpu& on, const MetricFlags& metric = {}, const std::string& disk = "",
              bool takes_sparse = false, bool keep_type = false) const;
};

/// Warns of points that look like the distances between all points.
void warn_of_distances(const io::Points& points, std::vector<std::string>& warnings);

/// One a line on stderr.
void print_warnings(const std::vector<std::string>& warnings, const Common& common);

}  // namespace nearfold::cli
