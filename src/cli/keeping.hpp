// What is kept of a run while it runs: checkpoints to resume from, and snapshots of the map.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>
#include "cli/option.hpp"

#include "cli/checkpoint_folder.hpp"
#include "cli/conditions.hpp"
#include "nearfold/embed.hpp"

namespace nearfold::cli {

struct KeepFlags {
  std::string checkpoint, snapshots;
  double checkpoint_every = 60;  // seconds
  int snapshot_every = 50;       // iterations
  bool resume = false;

  void add(CLI::App& app, Conditions& conditions);
  /// Throws InvalidParameter for what cannot be right.
  void check() const;
};

class Keeper {
 public:
  /// `folder` is null where no checkpoints are wanted; maps have so many columns.
  Keeper(const KeepFlags& flags, const CheckpointFolder* folder, int columns);

  /// How many of `block` iterations may be done before the next snapshot is due.
  int until_due(int iteration, int block) const;
  /// Keeps what is due.
  void look(const Embedder& run);
  /// Keeps a checkpoint of a run that ends early.
  void stop(const Embedder& run);

  /// What could not be kept, and why. A run goes on without, and says so at its end.
  const std::vector<std::string>& warnings() const { return warnings_; }

 private:
  void take_snapshot(const Embedder& run);
  void take_checkpoint(const Embedder& run);

  KeepFlags flags_;
  const CheckpointFolder* folder_;
  int columns_;
  std::chrono::steady_clock::time_point kept_ = std::chrono::steady_clock::now();
  std::vector<std::string> warnings_;
};

}  // namespace nearfold::cli
