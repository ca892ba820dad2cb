// How much memory a command will take, before it takes any: looked up in the header of its file,
// held against what there is, and reported by --dry-run.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <span>
#include <string>
#include "cli/option.hpp"

#include "core/input_points.hpp"
#include "nearfold/plan.hpp"

namespace nearfold::cli {

struct BudgetFlags {
  std::string memory_limit = "auto";
  bool dry_run = false;

  void add(CLI::App& app);
  /// Without --dry-run.
  void add_limit(CLI::App& app);
  /// What is given, or what the system leaves. Throws InvalidParameter for what is no size.
  MemoryLimit limit() const;
};

/// A size as people write it: 8G, 500M, 1.5GB, 2GiB, 100000. Throws InvalidParameter.
std::int64_t parse_bytes(const std::string& text);

/// The stages of a plan with their bytes and seconds: a line each, or an array.
std::string stage_table(std::span<const PlannedStage> stages);
nlohmann::ordered_json stages_json(std::span<const PlannedStage> stages);

/// What is done with the points before a run.
struct Reading {
  std::string path;                       ///< empty: there is only a graph
  std::string array;                      ///< of an .npz
  std::optional<int> pca;                 ///< components taken instead of the columns
  std::optional<std::int64_t> rows = {};  ///< that are held and searched, where not all are
  bool sparse = false;                    ///< whether sparse points stay sparse
  bool in_blocks = true;  ///< whether points may be read in blocks, and stay on disk
  bool has_graph = false;
  bool graph_only = false;
  bool mapped = false;     ///< by --mmap
  bool keep_type = false;  ///< whether a narrow type is kept
  std::string graph = {};  ///< the file of the graph, where one is given up to the map
};

class Budget {
 public:
  using Json = nlohmann::ordered_json;

  /// Looks at the header of the file and, where it matters how wide search rows are, at a sample of
  /// its rows. Text has no header: nothing is known of it before it is read.
  Budget(const BudgetFlags& flags, const Reading& reading, const Settings& settings);

  bool known() const { return points_.n > 0; }
  /// Whether points have to stay on disk for the run to fit.
  bool on_disk() const { return on_disk_; }
  /// The folder for them, that of an output; empty where they are in memory.
  std::string disk_beside(const std::string& output) const;
  /// The most that the run is planned to take, its points included.
  std::int64_t bytes() const;

  /// Throws OutOfMemory when it does not fit.
  void require() const;
  /// What a run may take beside its points, by --memory-limit; nothing where that is not given.
  std::optional<std::int64_t> left_beside(const InputPoints& points) const;
  /// For the report of a run.
  std::string why_on_disk() const;

  /// The plan on stdout, as a table or as JSON; throws as require() does after that.
  void print(bool as_json) const;

 private:
  /// Whether the file is sparse, and then known.
  bool look_at_sparse(const Reading& reading);
  void look_at_graph(const std::string& path, const std::string& points);
  bool more_neighbors_than_points(const Reading& reading, std::int64_t n) const;
  void decide(const Reading& reading);
  /// What is said of points that are on disk, and of a narrow type.
  std::string where() const;
  std::string table() const;
  Json json() const;

  MemoryLimit limit_;
  Settings settings_;
  PlannedPoints points_;
  std::int64_t read_bytes_ = 0;  // while points are read, and reduced
  bool on_disk_ = false;
  bool mapped_ = false;   // points are on disk, as they were asked to be
  bool limited_ = false;  // by --memory-limit
};

}  // namespace nearfold::cli
