// Progress on stderr, and the wish to stop: a bar on a terminal, plain lines elsewhere, or one JSON
// object a line for programs.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "core/reported.hpp"
#include "core/stopping.hpp"
#include "nearfold/embed.hpp"

namespace nearfold::cli {

/// From here on SIGINT, SIGTERM and SIGHUP ask for a stop; the second one ends the process.
void catch_signals();
/// 0, or the signal that asked for a stop.
int stop_signal();

class ProgressPrinter {
 public:
  /// mode: auto, bar, plain, json or none. auto is a bar on a terminal that can draw one.
  ProgressPrinter(const std::string& mode, bool quiet);
  ~ProgressPrinter();
  ProgressPrinter(const ProgressPrinter&) = delete;
  ProgressPrinter& operator=(const ProgressPrinter&) = delete;

  /// `done` of `total` in `phase`; total 0 when unknown. A new phase ends the one before.
  void update(const std::string& phase, std::int64_t done, std::int64_t total);
  void finish();
  /// The one that is shown now, or the last one.
  const std::string& phase() const { return shown_; }

  /// work() as a phase of the tool's own, with the share of it that is reported
  /// (core/stopping.hpp). A signal stops it where `stoppable`.
  template <class Work>
  void run(const std::string& phase, const Work& work, bool stoppable = true) {
    constexpr std::int64_t kPercent = 100;
    update(phase, 0, kPercent);
    const StopScope scope([&](double share) {
      update(phase, share_of(share, kPercent), kPercent);
      return !stoppable || stop_signal() == 0;
    });
    work();
  }

  /// For the library: prints, and says stop after one of these signals.
  Progress callback();

 private:
  using Clock = std::chrono::steady_clock;
  enum class Mode { bar, plain, json, none };

  double phase_seconds() const;
  void draw(std::int64_t done, std::int64_t total) const;
  void end_phase();

  Mode mode_;
  std::string phase_, shown_;  // what runs, and empty after it; the last that ran
  Clock::time_point began_, drawn_;
  int tenths_ = 0;  // of the phase, printed so far in plain mode
};

}  // namespace nearfold::cli
