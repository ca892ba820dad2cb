// When t-SNE has done enough: opt-SNE's rules.
#pragma once

#include <algorithm>

#include "nearfold/embed.hpp"

namespace nearfold {

/// Watches the KL divergence. Early exaggeration ends where its relative fall is steepest, the run
/// where an iteration lowers it by less than a 5,000th of itself.
/// Source: Belkina and others, "Automated optimized parameters for t-distributed stochastic
/// neighbor embedding", Nature Communications 2019.
class EarlyStop {
 public:
  enum class Verdict { go_on, end_early_exaggeration, stop };

  /// Whether the rules want to know the divergence before this iteration of a phase.
  bool asks(bool early, int iteration_of_phase) const {
    return iteration_of_phase >= kSettle && (iteration_of_phase - kSettle) % every(early) == 0;
  }

  /// Whether apply() wants to know the divergence before an iteration of a run with so many early
  /// ones.
  bool looks(int iteration, int early_iterations) const {
    const bool early = iteration < early_iterations;
    return asks(early, iteration - (early ? 0 : early_iterations));
  }

  /// Before an iteration of a run with so many early and all iterations, which become fewer when it
  /// is enough; `divergence()` is of the layout as it is.
  template <class Divergence>
  void apply(int iteration, int& early_iterations, int& iterations, const Divergence& divergence) {
    if (!looks(iteration, early_iterations)) return;
    const bool early = iteration < early_iterations;
    const int of_phase = iteration - (early ? 0 : early_iterations);
    const Verdict verdict = check(early, of_phase, divergence());
    if (verdict == Verdict::end_early_exaggeration) early_iterations = iteration;
    if (verdict == Verdict::stop) iterations = iteration;
  }

  /// The divergence before an iteration of a phase that asks() named.
  Verdict check(bool early, int iteration_of_phase, double divergence) {
    const double before = memory_.divergence;
    memory_.divergence = divergence;
    if (iteration_of_phase == kSettle) {  // the first of its phase
      memory_.steepest = 0;
      return Verdict::go_on;
    }
    const double fall = (before - divergence) / every(early);
    if (!early) return fall < divergence / kEnough ? Verdict::stop : Verdict::go_on;
    const double relative = fall / before;
    const bool past_the_peak = memory_.steepest > 0 && relative < memory_.steepest;
    if (relative > kFalls) memory_.steepest = std::max(memory_.steepest, relative);
    return past_the_peak ? Verdict::end_early_exaggeration : Verdict::go_on;
  }

  const Checkpoint::EarlyStopState& memory() const { return memory_; }
  void restore(const Checkpoint::EarlyStopState& memory) { memory_ = memory; }

 private:
  static constexpr int kSettle = 15;  // iterations of a phase that are not judged
  static constexpr double kEnough = 5000;
  static constexpr double kFalls = 1e-4;  // a slower fall is not yet the one to wait for
  static int every(bool early) { return early ? 3 : 5; }

  Checkpoint::EarlyStopState memory_;
};

}  // namespace nearfold
