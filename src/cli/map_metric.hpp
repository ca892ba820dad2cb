// The flag that says where a map lies: of the command that makes it, and of those that read it.
#pragma once

#include <string>

#include "cli/flags.hpp"
#include "nearfold/params.hpp"

namespace nearfold::cli {

/// Takes the names of output metrics, umap-learn's among them.
Flag add_map_metric(CLI::App& app, const std::string& flag, OutputMetric& metric,
                    const std::string& help);

}  // namespace nearfold::cli
