// What `nearfold embed` was asked to do, and its run.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "cli/budget.hpp"
#include "cli/checkpoint_folder.hpp"
#include "cli/flags.hpp"
#include "cli/inputs.hpp"
#include "cli/keeping.hpp"
#include "cli/method_flags.hpp"
#include "cli/picture_flags.hpp"
#include "cli/progress.hpp"
#include "cli/report.hpp"
#include "nearfold/nearfold.hpp"

namespace nearfold::cli {

struct EmbedOptions {
  Conditions conditions;
  Common common;
  IndexFlags index;
  MethodFlags method;
  InputFlags inputs;
  KeepFlags keep;
  BudgetFlags budget;
  PictureFlags picture;
  std::string output, plot, report, model, radii;

  void check() const;
  void check_model() const;
  /// Whether points of a narrow type stay what they are: nothing needs all of them as float32.
  bool keeps_type(const Settings& settings) const {
    return std::holds_alternative<Cpu>(settings.device) && model.empty() && !index.precomputed();
  }
  /// All that the bytes of the map depend on, but the data.
  nlohmann::ordered_json made_from() const;
};

/// One run of the command, from its inputs to its outputs.
class EmbedRun {
 public:
  /// Opens the folder of checkpoints. Options and budget must outlive the run.
  EmbedRun(const EmbedOptions& options, const Settings& settings, const Budget& budget);

  void run();

 private:
  void read();
  void open_checkpoints();
  Embedder begin();
  void join_firsts();
  void make_landmarks();
  Result optimize();
  void write(Result& result);
  /// rad_orig and rad_emb of umap-learn.
  void write_radii(const Matrix& layout, io::Overwrite overwrite) const;
  void draw(const Result& result, const std::string& path, io::Overwrite overwrite) const;
  void write_report(const RunInfo& info) const;
  void tell(const Result& result) const;
  std::string how_it_ended() const;

  const EmbedOptions& o_;
  Settings settings_;
  const Budget& budget_;
  ProgressPrinter progress_;
  std::optional<CheckpointFolder> folder_;
  Inputs in_;
  std::vector<float> values_;           // of the picture
  std::vector<PageColumn> hover_data_;  // of a page
  Lines lines_;
  UniqueRows unique_;  // of points that share rows
  KnnGraph graph_;     // for the model and for radii, where they are to be saved
  std::optional<Checkpoint> from_;
  double read_ = 0, landmarks_ = 0;  // seconds before the run
  int iteration_ = 0, total_ = 0;    // done, and in all; 0 before there is a map
  std::string stage_;                // the last one before the optimisation
  std::vector<Line> saved_;          // what was written, and where
};

}  // namespace nearfold::cli
