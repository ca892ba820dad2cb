// nearfold transform: a model and new rows in, their places on its map out.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <memory>
#include <optional>
#include <utility>

#include "cli/budget.hpp"
#include "cli/commands.hpp"
#include "cli/flags.hpp"
#include "cli/folder.hpp"
#include "cli/json_text.hpp"
#include "cli/new_points_picture.hpp"
#include "cli/new_rows.hpp"
#include "cli/picture_file.hpp"
#include "cli/picture_flags.hpp"
#include "cli/placed_rows.hpp"
#include "cli/progress.hpp"
#include "cli/report.hpp"
#include "cli/terminal.hpp"
#include "cli/transform_plan.hpp"
#include "core/device.hpp"
#include "io/io.hpp"
#include "io/sparse_file.hpp"
#include "method.hpp"
#include "model/placer.hpp"
#include "nearfold/nearfold.hpp"
#include "plot/text.hpp"

namespace nearfold::cli {
namespace {

using Json = nlohmann::ordered_json;

struct TransformCommand {
  Conditions conditions;
  Common common;
  ReadFlags reading;
  LookFlags look;
  BudgetFlags budget;
  std::string model, rows, output, remoteness, plot, report, checkpoint;
  std::string duplicates = "coincide";
  bool resume = false;

  void check() const;
  TransformParams params() const {
    return {duplicates == "coincide" ? Duplicates::coincide : Duplicates::optimize};
  }
};

void TransformCommand::check() const {
  io::row_format_of(output);
  if (!remoteness.empty()) io::row_format_of(remoteness);
  if (!report.empty()) io::require_ending(report, ".json", "reports");
  if (resume && checkpoint.empty())
    throw InvalidParameter("--resume needs the folder of the run; give it with --checkpoint");
  if (!reading.one_hot.empty())
    throw InvalidParameter(
        "--one-hot makes a column for each text in a file, which is not what the model has; leave "
        "it out");
  look.check(plot);
  if (!plot.empty()) check_picture_path(plot, look.options({}));
  check_outputs({output, remoteness, plot, report}, {model, rows, reading.labels},
                common.overwrite());
  if (!budget.dry_run) require_usable(common.processor());
}

/// One run of the command.
class TransformRun {
 public:
  explicit TransformRun(const TransformCommand& o)
      : o_(o), progress_(o.common.progress, o.common.quiet) {}

  void run() {
    progress_.run("read", [&] { model_ = io::read_model(o_.model); });
    NewRows rows(o_.rows, o_.reading, model_);
    look_at_labels(rows);
    device_ = o_.common.device_where(is_placed_on_gpu(model_));
    if (std::holds_alternative<Cuda>(device_)) require_placed_on_gpu(model_);
    const TransformPlan plan(model_, rows.rows(), rows.columns(), o_.budget.limit(), device_);
    if (o_.budget.dry_run) return plan.print(o_.common.json);
    plan.require();
    together_ = plan.together();
    const Transformer transformer(model_, o_.params(), device_);
    place(rows, transformer);
    if (!o_.plot.empty()) draw();
    tell(rows, transformer);
  }

 private:
  void look_at_labels(const NewRows& rows) {
    labels_ = o_.reading.read_labels(rows.labels(), rows.rows(), o_.rows, warnings_);
    o_.look.check_labels(!labels_.ids.empty());
    o_.look.check_columns(model_.map.cols());
  }

  void place(NewRows& rows, const Transformer& transformer) {
    const std::int64_t dims = model_.map.cols();
    std::optional<KeptRows> kept;
    if (!o_.checkpoint.empty())
      kept.emplace(o_.checkpoint, made_from(), o_.resume, o_.common.overwrite(), rows.fingerprint(),
                   dims);
    PlacedRows out(o_.output, o_.remoteness, rows.rows(), dims, o_.common.overwrite());
    resumed_ = kept ? kept->rows() : 0;
    for (std::int64_t first = 0; first < resumed_; first += together_)
      take(kept->read(first, std::min(together_, resumed_ - first)), transformer, out);
    for (std::int64_t first = resumed_; first < rows.rows(); first += together_) {
      const std::int64_t count = std::min(together_, rows.rows() - first);
      const Progress scaled = [&, first, count](const ProgressInfo& p) {
        const auto done = first + count * p.done / p.total;
        return progress_.callback()({Stage::optimize, done, rows.rows()});
      };
      Transformed block = rows.block(first, count, o_.common.cpu()).use([&](const auto& some) {
        return transformer.place(some, scaled);
      });
      if (kept) kept->append(block);
      take(std::move(block), transformer, out);
    }
    progress_.run(
        "write", [&] { out.commit(); }, /*stoppable=*/false);
    progress_.finish();
    if (kept) kept->remove();
  }

  void take(Transformed&& block, const Transformer& transformer, PlacedRows& out) {
    out.write(block);
    for (const float r : block.remoteness) outliers_ += r > transformer.remote() ? 1 : 0;
    placed_ += block.map.rows();
    if (block.recall) {
      recall_ = recall_.value_or(Recall{.mean = 0, .p1 = 1, .p5 = 1, .rows = 0});
      recall_->mean += block.recall->mean * static_cast<double>(block.recall->rows);
      recall_->p1 = std::min(recall_->p1, block.recall->p1);
      recall_->p5 = std::min(recall_->p5, block.recall->p5);
      recall_->rows += block.recall->rows;
    }
    if (!o_.plot.empty())
      map_.insert(map_.end(), block.map.values().begin(), block.map.values().end());
  }

  Json made_from() const {
    return {{"version", version()},
            {"model", io::fingerprint(model_.map) + " " +
                          (model_.sparse ? io::fingerprint(model_.sparse->view())
                                         : io::fingerprint(model_.points))},
            {"duplicates", o_.duplicates}};
  }

  void draw() const {
    draw_new_points(o_.plot, output_metric_of(model_.settings.method), model_.map, map_, labels_,
                    {.title = o_.rows, .subtitle = "on the map of " + o_.model}, o_.look,
                    o_.common.overwrite());
  }

  void tell(const NewRows& rows, const Transformer& transformer) {
    if (recall_) recall_->mean /= static_cast<double>(std::max<std::int64_t>(1, recall_->rows));
    for (std::string& warning : rows.warnings()) warnings_.push_back(std::move(warning));
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began_;
    Json report = {{"version", version()},         {"n", placed_},
                   {"model_n", model_.map.rows()}, {"device", describe(device_)},
                   {"outliers", outliers_},        {"outlier_remoteness", transformer.remote()},
                   {"seconds", took.count()},      {"warnings", warnings_}};
    if (recall_) report["recall"] = recall_json(*recall_);
    if (resumed_ > 0) report["resumed_at"] = resumed_;
    const std::string text = json_text(report);
    if (!o_.report.empty()) io::write_file(o_.report, text, o_.common.overwrite());
    if (o_.common.json) std::fputs(text.c_str(), stdout);
    if (o_.common.quiet) return;
    char share[96];
    std::snprintf(share, sizeof share, "%lld (%.1f %%; of the model's own points 1 %%)",
                  static_cast<long long>(outliers_),
                  100.0 * static_cast<double>(outliers_) /
                      static_cast<double>(std::max<std::int64_t>(1, placed_)));
    char seconds[32];
    std::snprintf(seconds, sizeof seconds, "%.2f", took.count());
    const std::vector<Line> lines = {{"seconds", seconds},
                                     {"device", describe(device_)},
                                     {"recall", recall_ ? recall_text(*recall_) : ""},
                                     {"outliers", share},
                                     {"map", o_.output},
                                     {"remoteness", o_.remoteness},
                                     {"picture", o_.plot},
                                     {"report", o_.report}};
    const std::string said = with_commas(placed_) + " points on a map of " +
                             with_commas(model_.map.rows()) + "\n" + aligned(lines);
    std::fputs(for_terminal(said).c_str(), stderr);
    print_warnings(warnings_, o_.common);
  }

  const TransformCommand& o_;
  ProgressPrinter progress_;
  std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
  Model model_;
  Device device_;
  io::Labels labels_;
  std::vector<float> map_;     // of all rows, where there will be a picture
  std::int64_t together_ = 1;  // rows of a block
  std::int64_t placed_ = 0, outliers_ = 0, resumed_ = 0;
  std::optional<Recall> recall_;
  std::vector<std::string> warnings_;
};

void run(const TransformCommand& o) {
  o.check();
  TransformRun(o).run();
}

}  // namespace

void add_transform(CLI::App& app) {
  CLI::App& command = subcommand(app, "transform", "Place new points on the map of a model");
  const auto o = std::make_shared<TransformCommand>();
  TransformCommand& t = *o;
  file_path(command, "model", t.model, "Model, by `nearfold embed --save-model`")->required();
  file_path(command, "rows", t.rows, "New points: any format that embed reads")->required();
  file_path(command, "-o,--output", t.output, "Their places [m, n-components], .npy, .csv or .tsv")
      ->required();
  text(command, "--array", t.reading.array, "The array of an .npz that holds the points");
  t.reading.add_label_column(command);
  t.reading.add_table(command);
  file_path(command, "--remoteness", t.remoteness,
            "How far each row is from the model's points, .npy, .csv or .tsv [m, 1]");
  choice(command, "--duplicates", t.duplicates, {"coincide", "optimize"},
         "Rows that equal a point of the model: put exactly there, or placed as others");
  const auto is_drawn = [&t] {
    return unless(!t.plot.empty(), "is for the picture; give --plot, or leave it out");
  };
  t.conditions.add(command, is_drawn, [&] { t.reading.add_labels(command); });
  file_path(command, "--plot", t.plot, "Picture of both, the old points pale, " + picture_ends());
  t.look.add(command);
  file_path(command, "--report", t.report, "What the run did, JSON");
  folder_path(command, "--checkpoint", t.checkpoint,
              "Folder for what is placed so far, to resume from; removed at the end")
      ->group("Long runs");
  flag(command, "--resume", t.resume, "Resume from what --checkpoint has kept, if anything")
      ->group("Long runs");
  t.budget.add(command);
  t.common.add_threads(command);
  t.common.add_device(command);
  t.common.add_force(command);
  t.common.add_json(command);
  t.common.add_progress(command, t.conditions);
  on_run(command, o, run);
}

}  // namespace nearfold::cli
