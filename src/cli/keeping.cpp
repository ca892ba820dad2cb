#include "cli/keeping.hpp"

#include <algorithm>
#include <cstdio>

#include "cli/flags.hpp"
#include "cli/folder.hpp"
#include "nearfold/error.hpp"

namespace nearfold::cli {

void KeepFlags::add(CLI::App& app, Conditions& conditions) {
  const std::string group = "Long runs";
  folder_path(app, "--checkpoint", checkpoint,
              "Folder for checkpoints to resume from; removed when the map is written")
      ->group(group);
  const auto is_checkpointed = [this] {
    return unless(!checkpoint.empty(), "is of --checkpoint; give its folder, or leave this out");
  };
  conditions.add(app, is_checkpointed, [&] {
    number(app, "--checkpoint-every", checkpoint_every, "Seconds between checkpoints")
        ->group(group);
  });
  flag(app, "--resume", resume, "Resume from what --checkpoint has kept, if anything")
      ->group(group);
  folder_path(app, "--snapshots", snapshots,
              "Folder for the map after every --snapshot-every iterations")
      ->group(group);
  const auto is_taken = [this] {
    return unless(!snapshots.empty(), "is of --snapshots; give their folder, or leave this out");
  };
  conditions.add(app, is_taken, [&] {
    number(app, "--snapshot-every", snapshot_every, "Iterations between snapshots")->group(group);
  });
}

void KeepFlags::check() const {
  if (resume && checkpoint.empty())
    throw InvalidParameter("--resume needs the folder of the run; give it with --checkpoint");
  if (!(checkpoint_every >= 0))
    throw InvalidParameter("--checkpoint-every is " + std::to_string(checkpoint_every) +
                           "; seconds are >= 0");
  if (snapshot_every < 1)
    throw InvalidParameter("--snapshot-every is " + std::to_string(snapshot_every) +
                           "; iterations are >= 1");
}

Keeper::Keeper(const KeepFlags& flags, const CheckpointFolder* folder, int columns)
    : flags_(flags), folder_(folder), columns_(columns) {
  if (!flags_.snapshots.empty()) make_folder(flags_.snapshots);
}

int Keeper::until_due(int iteration, int block) const {
  if (flags_.snapshots.empty()) return block;
  return std::min(block, flags_.snapshot_every - iteration % flags_.snapshot_every);
}

void Keeper::look(const Embedder& run) {
  if (!flags_.snapshots.empty() && run.iteration() % flags_.snapshot_every == 0) take_snapshot(run);
  const std::chrono::duration<double> since = std::chrono::steady_clock::now() - kept_;
  if (folder_ != nullptr && since.count() >= flags_.checkpoint_every) take_checkpoint(run);
}

void Keeper::stop(const Embedder& run) {
  if (folder_ != nullptr) take_checkpoint(run);
}

/// A disk that is full ends the snapshots, not the run.
void Keeper::take_snapshot(const Embedder& run) {
  char name[32];
  std::snprintf(name, sizeof name, "/%06d.npy", run.iteration());
  Matrix layout(run.info().n, columns_);
  run.copy_layout(layout.view());
  try {
    io::write_npy(flags_.snapshots + name, layout, io::Overwrite::yes);
  } catch (const Error& error) {
    warnings_.push_back("no more snapshots from iteration " + std::to_string(run.iteration()) +
                        " on: " + error.what());
    flags_.snapshots.clear();
  }
}

void Keeper::take_checkpoint(const Embedder& run) {
  const Checkpoint checkpoint = run.checkpoint();
  try {
    folder_->keep(checkpoint);
  } catch (const Error& error) {
    warnings_.push_back("no checkpoint at iteration " + std::to_string(run.iteration()) + ": " +
                        error.what());
  }
  kept_ = std::chrono::steady_clock::now();
}

}  // namespace nearfold::cli
