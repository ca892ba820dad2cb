// The commands of the tool, one file each. add_*() registers a command; its work runs while the
// command line is parsed, and whatever it throws becomes an exit code in main.cpp.
#pragma once

#include "cli/option.hpp"

#include "nearfold/error.hpp"

namespace nearfold::cli {

/// What was asked to be at least so good is not.
struct GateFailed : Error {
  using Error::Error;
};

/// Names the program and adds all of them.
void add_commands(CLI::App& app);

void add_info(CLI::App& app);
void add_generate(CLI::App& app);
void add_convert(CLI::App& app);
void add_knn(CLI::App& app);
void add_knn_merge(CLI::App& app);
void add_embed(CLI::App& app);
void add_grid(CLI::App& app);
void add_aligned(CLI::App& app);
void add_compare(CLI::App& app);
void add_plot(CLI::App& app);
void add_quality(CLI::App& app);
void add_plan(CLI::App& app);
void add_transform(CLI::App& app);
void add_update(CLI::App& app);
void add_inverse(CLI::App& app);

}  // namespace nearfold::cli
