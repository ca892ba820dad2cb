// What `nearfold aligned` will take, for --dry-run.
#pragma once

#include "cli/aligned_options.hpp"

namespace nearfold::cli {

/// Rows and columns are those that the files say. The plan on stdout, as a table or as JSON. Throws
/// InvalidInput for a file that does not say them, and OutOfMemory after the plan where it does not
/// fit.
void print_aligned_plan(const AlignedCommand& command, const Settings& settings);

}  // namespace nearfold::cli
