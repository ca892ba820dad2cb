// Flags that have an effect beside another choice only. Given without it they are refused, so that
// nothing that is asked for is ignored in silence.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>
#include "cli/option.hpp"

namespace nearfold::cli {

class Conditions {
 public:
  /// Nothing while the flags have an effect; else what they are for, and the remedy: "is of t-SNE,
  /// and --method is umap; leave it out". Asked after the command line was read.
  using WhyNot = std::function<std::string()>;

  /// Of all options that add() adds to `app`. Those that it adds under a condition of their own
  /// have both.
  template <class Add>
  void add(CLI::App& app, WhyNot why_not, const Add& add) {
    const std::size_t before = flags_of(app).size();
    add();
    const std::vector<Flag> all = flags_of(app);
    flags_.push_back(
        {{all.begin() + static_cast<std::ptrdiff_t>(before), all.end()}, std::move(why_not)});
  }

  /// Of one option that is there already.
  void of(CLI::App& app, const std::string& name, WhyNot why_not) {
    flags_.push_back({{flag_named(app, name)}, std::move(why_not)});
  }

  /// Throws InvalidParameter for the first flag that is given and has no effect.
  void check() const;

 private:
  struct Flags {
    std::vector<Flag> options;
    WhyNot why_not;
  };

  std::vector<Flags> flags_;
};

/// A command that runs when its command line is read and all of it has an effect. `Options` have
/// `conditions`.
template <class Options>
void on_run(CLI::App& command, const std::shared_ptr<Options>& options,
            void (*run)(const Options&)) {
  on_parsed(command, [options, run] {
    options->conditions.check();
    run(*options);
  });
}

/// `why_not` where `has_effect` is false.
inline std::string unless(bool has_effect, const char* why_not) {
  return has_effect ? "" : why_not;
}

}  // namespace nearfold::cli
